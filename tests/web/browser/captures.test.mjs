// A capture of one's own: dropped on the page or chosen from the list, looked at in every view, in
// both languages, shared by its link; and one clear sentence about a file that is broken.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { ROOT, axe, closePage, crowding, openBrowser, openPage, press, storyStops, until } from './support.mjs';

const FILE = join(ROOT, 'tests/wire/captures/tcp_basic.pcap');
let browser;
before(async () => { browser = await openBrowser(); });
after(() => browser.close());

/** As a hand does it: the file is carried over the page, then let go. */
async function drop(page, octets, name) {
  const carried = await page.evaluateHandle(([base64, called]) => {
    const data = new DataTransfer();
    data.items.add(new File([Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))], called));
    return data;
  }, [octets.toString('base64'), name]);
  await page.dispatchEvent('body', 'dragover', { dataTransfer: carried });
  await page.waitForFunction(() => performance.getEntriesByType('resource').some((r) => /start\./.test(r.name)));
  await page.waitForTimeout(300); // what was loaded has listened by now
  await page.dispatchEvent('body', 'drop', { dataTransfer: carried });
}
async function opened(page) {
  await page.waitForFunction(() => /lab=/.test(location.search), null, { timeout: 8000 });
  await until(async () => (await page.textContent('.where-event')).includes('50'), 'the whole capture');
}

test('a dropped capture is a ladder with states and octets', async () => {
  const page = await openPage(browser, { still: true });
  await storyStops(page);
  await drop(page, readFileSync(FILE), 'tcp_basic.pcap');
  await opened(page);
  await press(page, 'End');
  await until(async () => (await page.textContent('.sentence-text')).includes('CLOSED'), 'what was concluded');
  await press(page, '4');
  await page.waitForSelector('.octet');
  assert.ok((await page.locator('.octet').count()) >= 60, 'the octets of a segment');
  assert.match(await page.textContent('#panel-ladder'), /10\.77\.0\.1/);
  await closePage(page);
});
test('nothing in it is run, lost or typed', async () => {
  const page = await openPage(browser, { still: true });
  await storyStops(page);
  await drop(page, readFileSync(FILE), 'tcp_basic.pcap');
  await opened(page);
  for (const id of ['run', 'lose']) {
    const buttons = page.locator(`[data-command="${id}"]`);
    for (let k = 0; k < (await buttons.count()); k++) assert.equal(await buttons.nth(k).getAttribute('aria-disabled'), 'true', id);
  }
  await press(page, '6');
  await until(async () => /no console/.test(await page.textContent('#panel-console')), 'why there is no console');
  await press(page, 'End');
  await press(page, 'ArrowRight');
  await until(async () => /cannot|not run/.test(await page.textContent('body')), 'why there is no next step');
  await closePage(page);
});
test('chosen from the list; its link shows the same to others, in the other language', async () => {
  const page = await openPage(browser, { still: true });
  await storyStops(page);
  await press(page, 'o');
  await page.setInputFiles('#capture-file', FILE);
  await opened(page);
  assert.equal(await page.locator('dialog').count(), 0, 'the list is closed');
  const link = await page.evaluate(() => location.href.replace('lang=en', 'lang=zh'));
  const other = await openPage(browser, { url: link, still: true, width: 390, height: 844, locale: 'zh-CN', scheme: 'dark', touch: true });
  await until(async () => (await other.textContent('body')).includes('10.77.0.2'), 'the same hosts');
  await other.waitForSelector('.notice', { state: 'detached', timeout: 20000 }); // what is said once goes by itself
  assert.deepEqual(await crowding(other), []);
  await axe(other, 'a capture on a phone');
  await closePage(other);
  await closePage(page);
});
test('a broken file: one sentence that names the octet, and the page goes on', async () => {
  const page = await openPage(browser, { still: true, quiet: true });
  await storyStops(page);
  await drop(page, readFileSync(FILE).subarray(0, 1000), 'cut.pcap');
  await until(async () => /octet 286: the file ends 816 octets too early/.test(await page.textContent('body')), 'the place and the problem');
  await drop(page, readFileSync(FILE), 'tcp_basic.pcap');
  await opened(page);
  assert.doesNotMatch(await page.textContent('body'), /octet 286/);
  await closePage(page);
});
