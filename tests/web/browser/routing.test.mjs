// What is drawn over the network in a page: arrows on the topology, who believed what over time, the
// link to it; by pointer and by keyboard, on a desk, a phone and a wall.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { URL_ROOT, axe, closePage, crowding, eventNumber, openBrowser, openPage, press, until } from './support.mjs';

let browser;
before(async () => { browser = await openBrowser(); });
after(() => browser.close());

/** a - r1 - r2 - b. From 1 s to 2 s r2 sends what is for b back; at 3 s b is gone. Run to its end. */
async function circle() {
  const post = (path, body, key) => fetch(new URL(path, URL_ROOT), {
    method: 'POST', body: JSON.stringify(body), headers: { 'Content-Type': 'application/json', ...(key ? { Authorization: `Bearer ${key}` } : {}) },
  }).then((r) => r.json());
  const port = (name, address) => ({ name, address });
  const made = await post('/api/labs', { scenario: {
    netstep: 1,
    nodes: [
      { name: 'a', interfaces: [port('eth0', '10.0.1.1/24')], gateway: '10.0.1.254' },
      { name: 'r1', kind: 'router', interfaces: [port('eth0', '10.0.1.254/24'), port('eth1', '10.0.12.1/24')], routes: [{ to: '10.0.2.0/24', via: '10.0.12.2' }] },
      { name: 'r2', kind: 'router', interfaces: [port('eth0', '10.0.2.254/24'), port('eth1', '10.0.12.2/24')] },
      { name: 'b', interfaces: [port('eth0', '10.0.2.1/24')], gateway: '10.0.2.254' },
    ],
    links: [{ between: ['a:eth0', 'r1:eth0'] }, { between: ['r1:eth1', 'r2:eth1'] }, { between: ['r2:eth0', 'b:eth0'] }],
    script: [
      { at: '0s', on: 'a', run: 'ping -c 5 b' }, { at: '1s', on: 'r2', run: 'ip route add 10.0.2.1 via 10.0.12.1' },
      { at: '2s', on: 'r2', run: 'ip route del 10.0.2.1 via 10.0.12.1' }, { at: '3s', on: 'b', run: 'ip link set eth0 down' },
    ],
  } });
  await post(`/api/labs/${made.lab}/timelines/T0/run`, { until: '6s' }, made.key);
  return made.lab;
}
const spans = (page, face) => page.locator(`.beliefs-span.face-${face}[data-item]`);
const arrows = (page, role) => page.locator(`.panel-topology .hop.hop-${role}`);

test('the panel draws next hops at once; a click on the strip goes there, and the arrows follow', async () => {
  const page = await openPage(browser, { path: `/?lab=${await circle()}`, still: true });
  await page.waitForSelector('.topology-node');
  await press(page, '9');
  await page.waitForSelector('.beliefs-span[data-item]');
  await until(async () => (await spans(page, 'loop').count()) === 2, 'two routers were on the loop');
  assert.equal(await spans(page, 'dead_end').count(), 1, 'and one had a dead end');
  assert.deepEqual(await page.locator('.beliefs-name').allTextContents(), ['r1', 'r2']);
  await spans(page, 'loop').first().click();
  await until(async () => (await arrows(page, 'loop').count()) === 2, 'the loop is drawn');
  assert.match(await page.locator('.panel-topology .hop-loop title').first().textContent(), /loop/);
  assert.equal(await arrows(page, 'doomed').count(), 1, 'what a sends runs into it');
  await spans(page, 'dead_end').click();
  await until(async () => (await page.locator('.panel-topology .hop-end.hop-dead_end').count()) === 1, 'the dead end is marked');
  assert.equal(await arrows(page, 'loop').count(), 0);
  assert.deepEqual(await crowding(page), []);
  await axe(page, 'routing');
  await closePage(page);
});
test('what is drawn is part of the link, and a link draws it', async () => {
  const lab = await circle();
  const page = await openPage(browser, { path: `/?lab=${lab}&e=10`, still: true });
  await page.waitForSelector('.topology-node');
  await press(page, '9');
  await page.waitForSelector('.hop-tip');
  await page.selectOption('.routing-pick label:last-child select', '10.0.1.1');
  await until(async () => /over=next_hops--10\.0\.1\.1/.test(page.url()), 'the address says it');
  const link = page.url();
  await closePage(page);
  const other = await openPage(browser, { path: link.slice(link.indexOf('/?')), still: true, locale: 'zh-CN' });
  await other.waitForSelector('.panel-topology .hop-tip', { timeout: 10000 });
  assert.match(await other.textContent('.hops-bar'), /10\.0\.1\.1/);
  await other.click('.hops-bar .do');
  await until(async () => (await other.locator('.hop-line').count()) === 0, 'it goes');
  await until(async () => !other.url().includes('over='), 'and is no part of the link any more');
  await closePage(other);
});
test('by keyboard alone: the strip is one stop, its arrows go from stretch to stretch, Enter goes there', async () => {
  const page = await openPage(browser, { path: `/?lab=${await circle()}&e=2`, still: true });
  await page.waitForSelector('.topology-node');
  await press(page, '9');
  await page.waitForSelector('.beliefs-span[data-item]');
  await until(async () => (await spans(page, 'loop').count()) === 2, 'it is told');
  assert.equal(await page.locator('.beliefs-span[data-item][tabindex="0"]').count(), 1);
  await page.locator('.beliefs-span[data-item][tabindex="0"]').focus();
  await press(page, 'ArrowRight');
  assert.match(await page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? ''), /^r1: 1\.000 s to 2\.000 s: .*loop/);
  const at = await eventNumber(page);
  await press(page, 'Enter');
  await until(async () => (await eventNumber(page)) > at, 'the cursor went there');
  await until(async () => (await arrows(page, 'loop').count()) === 2, 'the loop is drawn');
  await page.focus('.beliefs-name');
  await press(page, 'Enter');
  await until(async () => /r1 hands packets/.test(await page.textContent('.routing-say')), 'a sentence about the chosen router');
  await closePage(page);
});
test('on a phone and on the wall the network is in the panel itself', async () => {
  const lab = await circle();
  for (const [face, options] of [['phone', { width: 390, height: 844, touch: true }], ['stage', { width: 1920, height: 1080 }]]) {
    const view = face === 'stage' ? '&view=stage' : '';
    const page = await openPage(browser, { path: `/?lab=${lab}&e=20${view}`, still: true, ...options });
    await page.waitForSelector(`.face-${face}`);
    if (face === 'phone') await page.click('.sheet-bar .pill >> text=Routing');
    else await press(page, '9');
    await page.waitForSelector('.routing-topology .hop-tip');
    await page.waitForSelector('.beliefs-span[data-item]');
    assert.deepEqual(await crowding(page), [], face);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'nothing sticks out');
    await axe(page, `routing, ${face}`);
    await closePage(page);
  }
});
