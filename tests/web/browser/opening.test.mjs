// The first ten seconds: a picture without script, the story under five seconds, a question, the
// real engine, and every move back and forth.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { URL_ROOT, answer, closePage, eventNumber, live, openBrowser, openPage, press, sentence, settle, storyStops, until } from './support.mjs';

let browser;
before(async () => { browser = await openBrowser(); });
after(() => browser.close());

test('without script the page shows its prose and the finished story', async () => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(URL_ROOT);
  assert.match(await page.textContent('.door'), /one packet at a time/);
  const marks = await page.locator('.door-picture svg text').allTextContents();
  assert.ok(marks.join(' ').includes('ESTABLISHED'), 'the picture is the run that the program wrote');
  const box = await page.locator('.door-picture svg').boundingBox();
  assert.ok(box.width > 400 && box.height > 150);
  await context.close();
});
test('the story that came with the page is what the engine says, line by line', async () => {
  const lines = (body) => body.trim().split('\n').map((x) => JSON.parse(x));
  const story = lines(await (await fetch(new URL('story.ndjson', URL_ROOT))).text());
  const told = story.flatMap((line) => (line.line === 'events' ? line.e : []));
  assert.ok(told.length > 5);
  const post = async (path, key, body) => (await fetch(new URL(path, URL_ROOT), {
    method: 'POST', headers: { 'Content-Type': 'application/json', ...(key ? { Authorization: `Bearer ${key}` } : {}) }, body: JSON.stringify(body),
  })).json();
  const { lab, key, timeline } = await post('api/labs', null, { lesson: 'opening' });
  await post(`api/labs/${lab}/timelines/${timeline}/run`, key, { until: '1s' });
  const body = await (await fetch(new URL(`api/labs/${lab}/timelines/${timeline}/events?from=0&to=${told.length}&detail=story`, URL_ROOT))).text();
  assert.deepEqual(told, lines(body).flatMap((line) => (line.line === 'events' ? line.e : [])));
});
test('the story plays less than five seconds and stops at its question', async () => {
  const page = await openPage(browser);
  await page.waitForSelector('.option');
  const from = Date.now();
  const first = await eventNumber(page);
  await storyStops(page);
  assert.ok(Date.now() - from < 5000, 'what moves by itself ends within five seconds');
  assert.ok((await eventNumber(page)) > first, 'it has moved');
  assert.equal(await page.locator('.live').getAttribute('class'), 'live live-story');
  assert.equal(await page.locator('.verdict').count(), 0);
  assert.equal((await page.locator('.question .option').count()) >= 2, true);
  await press(page, 'ArrowRight');
  await until(async () => /question/.test(await live(page)), 'the step key says that there is a question');
  await closePage(page);
});
test('an answer starts the real engine; its events say who was right', async () => {
  const page = await openPage(browser);
  await storyStops(page);
  const told = await eventNumber(page);
  await answer(page, 0);
  await until(async () => (await page.locator('.live').getAttribute('class')) === 'live live-live', 'the stream is live');
  await until(() => /lab=\w+/.test(page.url()), 'the address names the lab');
  assert.equal(await page.locator('.option.right').count(), 1, 'one answer is what happened');
  await settle(page);
  assert.ok((await eventNumber(page)) > told);
  const ladder = await page.locator('.panel-ladder').textContent();
  assert.match(ladder, /1\.\d+ s/, 'the idle second is on the ladder');
  await closePage(page);
});
test('step back and forward, raw, start, head: the cursor, the sentence and the voice agree', async () => {
  const page = await openPage(browser, { still: true });
  await storyStops(page);
  await answer(page, 1);
  assert.equal(await page.locator('.option.wrong').count(), 1);
  await press(page, 'End');
  const end = await eventNumber(page);
  const seen = [];
  for (let k = 0; k < 12; k++) {
    seen.push([await eventNumber(page), await sentence(page)]);
    await press(page, 'ArrowLeft');
  }
  assert.equal(new Set(seen.map(([i]) => i)).size, 12, 'each step goes somewhere');
  for (let k = 11; k >= 0; k--) {
    await press(page, 'ArrowRight');
    assert.deepEqual([await eventNumber(page), await sentence(page)], seen[k]);
    await until(async () => (await live(page)).includes(seen[k][1]), 'the sentence is said');
  }
  assert.equal(await eventNumber(page), end);
  await press(page, 'Home');
  assert.equal(await eventNumber(page), 1);
  await press(page, '.');
  assert.equal(await eventNumber(page), 2, 'the raw step goes by one');
  await press(page, ',');
  assert.equal(await eventNumber(page), 1);
  await closePage(page);
});
test('why goes to the cause, Backspace and the browser\'s Back return', async () => {
  const page = await openPage(browser, { still: true });
  await storyStops(page);
  await answer(page, 0);
  await press(page, 'End');
  const from = await eventNumber(page);
  await press(page, 'w');
  const cause = await eventNumber(page);
  assert.ok(cause < from);
  await press(page, 'w');
  assert.ok((await eventNumber(page)) < cause);
  await press(page, 'Backspace', 2);
  assert.equal(await eventNumber(page), from);
  await closePage(page);
});
test('the address is a link to the moment: another browser opens the same event', async () => {
  const page = await openPage(browser, { still: true });
  await storyStops(page);
  await answer(page, 0);
  await press(page, 'End');
  await press(page, 'ArrowLeft', 4);
  const [i, said] = [await eventNumber(page), await sentence(page)];
  await until(() => page.url().includes(`e=${i - 1}`), 'the address has the event');
  assert.ok(page.url().length < 200);
  const other = await openPage(browser, { path: page.url(), still: true });
  await until(async () => (await eventNumber(other)) === i, 'the other page is at the event');
  assert.equal(await sentence(other), said);
  await closePage(other);
  await page.reload();
  await until(async () => (await eventNumber(page)) === i, 'a reload comes back to the event');
  await closePage(page);
});
test('with reduced motion nothing moves by itself', async () => {
  const page = await openPage(browser, { still: true });
  await page.waitForSelector('.option');
  const at = await eventNumber(page);
  await page.waitForTimeout(1500);
  assert.equal(await eventNumber(page), at);
  await press(page, 'ArrowRight');
  assert.ok((await eventNumber(page)) > at);
  await closePage(page);
});
