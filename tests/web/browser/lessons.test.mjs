// The course beyond its first lesson: what-ifs of several commands and their names, the panel that a
// step turns to, the long way that nobody should have to watch, the phone.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { answer, closePage, eventNumber, openBrowser, openPage, press, until } from './support.mjs';

let browser;
before(async () => { browser = await openBrowser(); });
after(() => browser.close());

async function enter(page, step) {
  await page.click(`.steps .step >> nth=${step - 1} >> button`);
  await page.waitForFunction((k) => document.querySelector('.step.here')?.textContent === String(k), step);
  await page.waitForFunction(() => document.querySelector('.question') && !document.querySelector('.question').disabled, null, { timeout: 10000 });
}
test('a what-if of several commands does them all, and bears the name of its step in both languages', async () => {
  const page = await openPage(browser, { path: 'lesson/q9-why-2msl', still: true });
  await page.waitForSelector('.steps');
  await enter(page, 2); // the base timeline has something to stand beside
  await answer(page, 0);
  await enter(page, 6);
  await answer(page, 0);
  await page.waitForSelector('.option.right');
  assert.equal(await page.locator('.option.right').textContent().then((x) => x.includes('PAY 100')), true, 'all five commands were given');
  assert.equal(await page.locator('.checks .failed').count(), 0);
  const side = () => page.textContent('.ladder-side.current');
  assert.match(await side(), /the real victim/);
  await page.evaluate(() => document.activeElement.blur());
  await press(page, 'e');
  await until(async () => (await side()).includes('真正的受害者'), 'the name in Chinese');
  await closePage(page);
});
test('a command at a moment when nothing is pending comes at that moment', async () => {
  const page = await openPage(browser, { path: 'lesson/q4-isn', still: true });
  await page.waitForSelector('.steps');
  await enter(page, 8);
  await answer(page, 0);
  await page.waitForSelector('.option.right');
  assert.match(await page.textContent('.option.right'), /reads rm/);
  assert.equal(await page.locator('.checks .failed').count(), 0, 'the number that was reckoned is the number that was used');
  await closePage(page);
});
test('a step turns to the panel and the node that it speaks of, and takes no focus', async () => {
  const page = await openPage(browser, { path: 'lesson/q3-syn-queue', still: true });
  await page.waitForSelector('.steps');
  await page.click('.steps .step >> nth=1 >> button');
  await page.waitForSelector('.tables .queues');
  await enter(page, 3);
  await answer(page, 1);
  assert.equal(await page.locator('.node-picker [aria-checked=true]').textContent(), 'server');
  await until(async () => /17/.test(await page.textContent('.tables .queues')), 'the queue is full');
  assert.equal(await page.evaluate(() => document.activeElement.closest('.panel-tabs') === null), true);
  await closePage(page);
});
test('nobody has to watch three thousand events: the way to the answer is skipped', async () => {
  const page = await openPage(browser, { path: 'lesson/q7-syn-flood' });
  await page.waitForSelector('.steps');
  await enter(page, 3);
  await answer(page, 2);
  await page.waitForSelector('.option.right', { timeout: 20000 });
  await until(async () => (await eventNumber(page)) > 3000, 'the cursor is where the answer is');
  await closePage(page);
});
test('on a phone a lesson that begins with something to read shows it', async () => {
  const page = await openPage(browser, { path: 'lesson/q8-why-four', width: 390, height: 844, touch: true, still: true });
  await page.waitForSelector('.sheet .lesson-step-title');
  await closePage(page);
});
