// The product's core: click the third ACK in the ladder, lose it, and see both timelines.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { answer, closePage, eventNumber, live, openBrowser, openPage, press, sentence, settle, storyStops, until } from './support.mjs';

let browser;
before(async () => { browser = await openBrowser(); });
after(() => browser.close());

/** Clicks the ladder where it draws the row whose text matches; the rows know where. */
async function clickInLadder(page, match) {
  const row = page.locator('.panel-ladder [data-item]').filter({ hasText: match }).first();
  const { x, y } = await row.evaluate((e) => ({ x: Number(e.dataset.x), y: Number(e.dataset.y) }));
  const surface = await page.locator('.panel-ladder canvas').first().boundingBox();
  await page.mouse.click(surface.x + x, surface.y + y);
}
test('click the third segment in the ladder, lose it, both futures stand side by side', async () => {
  const page = await openPage(browser);
  await storyStops(page);
  await answer(page, 0);
  await settle(page);
  await clickInLadder(page, /client to server: ACK, seq 1 ack 1, arrived/);
  await until(async () => /ACK/.test(await page.textContent('.packet-name .chip')), 'the packet is selected');
  assert.match(await page.textContent('.packet-name .chip'), /^ACK seq 1 ack 1$/);
  const before = await eventNumber(page);
  const from = Date.now();
  await page.click('.acts [data-command="lose"]');
  await until(() => page.evaluate(() => document.querySelectorAll('.scrub-lane').length === 2), 'two lanes in the scrubber');
  await until(async () => /t=T1/.test(page.url()) && /with=T0/.test(page.url()), 'both timelines are in the address');
  assert.ok(Date.now() - from < 3000);
  assert.match(await page.locator('.app').getAttribute('class'), /comparing/);
  await settle(page);
  const rows = await page.locator('.panel-ladder [data-item]').allTextContents();
  assert.ok(rows.some((r) => /lost/i.test(r)), 'the ladder tells the loss');
  // Nothing is discarded: the first future is one key away, with all its events.
  await press(page, 'b');
  await until(() => /t=T0/.test(page.url()), 'the first timeline is shown');
  await press(page, 'End');
  const whole = await eventNumber(page);
  assert.equal(whole, before);
  await press(page, 'v');
  await until(async () => !/comparing/.test(await page.locator('.app').getAttribute('class')), 'one ladder');
  await closePage(page);
});
test('the same by keyboard alone, twice: a fork of a fork', async () => {
  const page = await openPage(browser, { still: true });
  await storyStops(page);
  await press(page, 'Home');
  await page.focus('.question .option');
  await press(page, 'Enter');
  await page.waitForSelector('.verdict');
  await page.evaluate(() => document.activeElement.blur());
  const toPacket = async (label) => {
    await press(page, 'Home');
    for (let k = 0; k < 60 && !label.test(await live(page)); k++) {
      await press(page, 'ArrowRight');
      await page.waitForTimeout(30);
    }
    assert.match(await sentence(page), label);
  };
  await toPacket(/server .*(SYN,ACK|SYN ACK|SYN\+ACK|acknowledg)/i);
  await press(page, 'x');
  await until(() => /t=T1/.test(page.url()), 'a second timeline');
  await press(page, 'Home');
  await press(page, 'Ctrl+ArrowRight'.replace('Ctrl', 'Control'), 9);
  await page.evaluate(() => document.activeElement.blur());
  for (let k = 0; k < 40; k++) {
    if ((await page.locator('.acts [data-command="lose"]').getAttribute('aria-disabled')) === 'false' && (await eventNumber(page)) > 20) break;
    await press(page, 'ArrowRight');
    await page.waitForTimeout(20);
  }
  await press(page, 'x');
  await until(() => /t=T2/.test(page.url()), 'a third timeline');
  assert.equal(await page.evaluate(() => document.querySelectorAll('.scrub-lane').length), 3);
  await closePage(page);
});
