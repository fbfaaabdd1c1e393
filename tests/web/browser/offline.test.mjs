// The server stops: no answer is right or wrong, the past stays, and the page says so; the server
// returns: the stream goes on by itself.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { freePort, startNetstep } from './run.mjs';
import { answer, closePage, eventNumber, openBrowser, openPage, press, storyStops, until } from './support.mjs';

let browser;
before(async () => { browser = await openBrowser(); });
after(() => browser.close());

test('stopped before the answer: nothing is judged, the story can be looked at', async () => {
  const port = await freePort();
  const server = await startNetstep(port);
  const page = await openPage(browser, { url: `http://127.0.0.1:${port}/`, quiet: true });
  await storyStops(page);
  server.kill('SIGKILL');
  await page.click('.question .option >> nth=0');
  await until(async () => (await page.locator('.banner').count()) > 0 || (await page.locator('.verdict').count()) > 0, 'the page says that nobody answers', 15000);
  assert.equal(await page.locator('.option.right, .option.wrong, .verdict.right, .verdict.wrong').count(), 0);
  await page.evaluate(() => document.activeElement.blur());
  await press(page, 'Home');
  assert.equal(await eventNumber(page), 1);
  await press(page, 'ArrowRight');
  assert.ok((await eventNumber(page)) > 1);
  await closePage(page);
});
test('stopped in the lab: the past stays, the rest is refused with its reason; it returns', async () => {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/`;
  let server = await startNetstep(port);
  const page = await openPage(browser, { url, quiet: true, still: true });
  await storyStops(page);
  await answer(page, 0);
  await press(page, 'End');
  const held = await eventNumber(page);
  server.kill('SIGKILL');
  await page.waitForSelector('.banner.offline', { timeout: 8000 });
  assert.match(await page.textContent('.banner.offline'), /look back over \d+/);
  await page.evaluate(() => document.activeElement.blur());
  await press(page, 'ArrowLeft', 5);
  assert.ok((await eventNumber(page)) < held, 'the past can be walked');
  await press(page, 'x');
  await until(async () => /does not answer|Choose a packet/.test(await page.textContent('#live')), 'the reason is said');
  assert.equal(await page.locator('.acts [data-command="lose"]').getAttribute('aria-disabled'), 'true');
  server = await startNetstep(port);
  await page.click('.banner.offline button').catch(() => undefined);
  // A server without --data does not know the lab any more: the page says so and stays usable.
  await page.waitForTimeout(1500);
  await press(page, 'Home');
  assert.equal(await eventNumber(page), 1);
  server.kill();
  await closePage(page);
});
