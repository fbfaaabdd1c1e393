// The meters in a page: the strip chart under the ladder, windows, timers and queues at the cursor,
// the coverage of a state graph; over the recorded story, and in a lab.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { URL_ROOT, axe, closePage, crowding, eventNumber, openBrowser, openPage, press, storyStops, until } from './support.mjs';

let browser;
before(async () => { browser = await openBrowser(); });
after(() => browser.close());

/** A lab of a megabyte over a lossy link, run to its end: its id. */
async function bulk() {
  const post = (path, body, key) => fetch(new URL(path, URL_ROOT), {
    method: 'POST', body: JSON.stringify(body), headers: { 'Content-Type': 'application/json', ...(key ? { Authorization: `Bearer ${key}` } : {}) },
  }).then((r) => r.json());
  const host = (name, k) => ({ name, kind: 'host', interfaces: [{ name: 'eth0', address: `10.0.0.${k}/24` }] });
  const made = await post('/api/labs', { scenario: {
    netstep: 1, seed: 4, nodes: [host('a', 1), host('b', 2)],
    links: [{ between: ['a:eth0', 'b:eth0'], delay: '5ms', rate: '100Mbit', loss: '3%' }],
    script: [{ at: '0s', on: 'b', run: 'nc -l 80' }, { at: '1s', on: 'a', run: 'nc -N b 80 < 200000' }],
  } });
  await post(`/api/labs/${made.lab}/timelines/T0/run`, { until: '20s' }, made.key);
  return made.lab;
}
const legend = (page) => page.textContent('.strip-legends');
const settled = (page) => page.waitForFunction(() => !/–|\u2013/.test(document.querySelector('.strip-legends')?.textContent ?? '–'), null, { timeout: 15000 });

test('the strip chart says the values at the cursor, a click moves it, a step back restores them', async () => {
  const page = await openPage(browser, { path: `/?lab=${await bulk()}&e=300`, still: true });
  await page.waitForFunction(() => Number(document.querySelector('.where-event')?.textContent.split('/')[0].replace(/\D/g, '')) === 301, null, { timeout: 15000 });
  await press(page, 'm');
  await page.waitForSelector('.strip canvas');
  await settled(page);
  const before = await legend(page);
  assert.match(before, /\d/);
  const at = await eventNumber(page);
  const box = await page.locator('.strip-picture').boundingBox();
  await page.mouse.click(box.x + box.width * 0.8, box.y + box.height * 0.3);
  await until(async () => (await eventNumber(page)) > at + 100, 'the click went to the right');
  await page.mouse.move(5, 5);
  await until(async () => (await legend(page)) !== before, 'other values there');
  await page.mouse.click(box.x + box.width * 0.3, box.y + box.height * 0.3);
  const here = await eventNumber(page);
  await page.mouse.move(5, 5);
  await until(async () => (await eventNumber(page)) === here, 'it stands');
  const values = await legend(page);
  await press(page, 'ArrowRight', 40);
  await until(async () => (await legend(page)) !== values, 'steps change values');
  await press(page, 'ArrowLeft', 40);
  assert.equal(await eventNumber(page), here);
  await until(async () => (await legend(page)) === values, 'a step back restores them');
  await page.mouse.move(box.x + box.width * 0.9, box.y + box.height * 0.3);
  await until(async () => (await legend(page)) !== values, 'under the pointer its own values');
  assert.equal(await eventNumber(page), here, 'and the cursor stays');
  assert.deepEqual(await crowding(page), []);
  await axe(page, 'the strip chart');
  await closePage(page);
});
test('both ends of a conversation lie above each other; timers run down; queues have slots', async () => {
  const page = await openPage(browser, { path: `/?lab=${await bulk()}&e=300`, still: true });
  await page.waitForFunction(() => document.querySelector('.where-event')?.textContent.startsWith('301'), null, { timeout: 15000 });
  await press(page, '8');
  await page.waitForSelector('.way-zone');
  assert.equal(await page.locator('.way').count(), 2, 'two directions');
  assert.equal(await page.locator('.way >> nth=0').locator('.way-who').count(), 2, 'two ends each');
  assert.match(await page.locator('.way svg >> nth=0').getAttribute('aria-label'), /octets/);
  assert.ok((await page.locator('.ring.runs').count()) >= 1, 'a timer runs');
  assert.ok((await page.locator('.slots').count()) >= 1, 'a listener has queues');
  assert.deepEqual(await crowding(page), []);
  await axe(page, 'the gauges');
  const windows = async () => page.locator('.way svg >> nth=0').getAttribute('aria-label');
  await press(page, 'ArrowRight'); // to an event that a step stops at
  const late = await windows();
  await press(page, 'ArrowLeft', 30);
  await until(async () => (await windows()) !== late, 'the windows went back');
  await press(page, 'ArrowRight', 30);
  await until(async () => (await windows()) === late, 'and came forward');
  await closePage(page);
});
test('the coverage of a state graph is counted, and what was never taken is listed', async () => {
  const page = await openPage(browser, { path: `/?lab=${await bulk()}&e=300`, still: true });
  await page.waitForSelector('.coverage .pill');
  const [, seen, all] = /(\d+)\D+(\d+)/.exec(await page.textContent('.coverage .pill')) ?? [];
  assert.ok(Number(seen) > 5 && Number(all) > Number(seen), `${seen} of ${all}`);
  await page.click('.coverage .pill');
  assert.equal(await page.locator('.coverage-list li').count(), Number(all) - Number(seen));
  await closePage(page);
});
test('over the recorded story the meters come at the first wish, without an engine', async () => {
  const page = await openPage(browser, { still: true });
  await storyStops(page);
  const asked = [];
  page.on('request', (r) => asked.push(new URL(r.url()).pathname));
  await page.evaluate(() => document.activeElement.blur());
  await press(page, 'm');
  await page.waitForSelector('.strip canvas');
  await settled(page);
  await press(page, 'End');
  assert.match(await legend(page), /\d/);
  assert.ok(asked.includes('/gauges.json'));
  assert.ok(!asked.some((path) => path.startsWith('/api/labs')), 'no lab was made');
  await closePage(page);
});
