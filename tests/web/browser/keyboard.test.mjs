// Everything by keyboard alone: a whole lesson with nothing but keys and what is said aloud; the
// focus is always seen, never lost, never trapped; letter keys can be switched off.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { answer, closePage, eventNumber, live, openBrowser, openPage, press, storyStops, until } from './support.mjs';

let browser;
before(async () => { browser = await openBrowser(); });
after(() => browser.close());

const focused = (page) => page.evaluate(() => {
  const e = document.activeElement;
  return { tag: e.tagName, text: (e.getAttribute('aria-label') ?? e.textContent ?? '').trim().slice(0, 60), kind: e.className?.baseVal ?? e.className };
});
/** Tabs on until the focus is on what is wanted. */
async function tabTo(page, wanted, most = 90) {
  for (let k = 0; k < most; k++) {
    await press(page, 'Tab');
    if (wanted(await focused(page))) return;
  }
  assert.fail('Tab never came there');
}
test('the lesson of the course from its first to its last step, by keys alone', async () => {
  const page = await openPage(browser, { still: true });
  await storyStops(page);
  await press(page, 'o');
  await page.waitForSelector('.lesson-card');
  await tabTo(page, (f) => /lesson-card/.test(f.kind));
  await press(page, 'Enter');
  await page.waitForFunction(() => document.querySelectorAll('.step').length > 3);
  const steps = await page.locator('.step').count();
  let answered = 0;
  for (let k = 0; k < steps; k++) {
    await until(async () => (await page.locator('.step.here').textContent()) === String(k + 1), `step ${k + 1}`);
    if ((await page.locator('.question').count()) > 0) {
      await page.waitForFunction(() => !document.querySelector('.question')?.disabled, null, { timeout: 10000 });
      await tabTo(page, (f) => /\boption\b/.test(f.kind));
      await press(page, 'Enter');
      await page.waitForSelector('.verdict.right, .verdict.wrong', { timeout: 15000 });
      assert.equal(await page.locator('.option.right').count(), 1, `step ${k + 1} has one true answer`);
      answered++;
    }
    if (k < steps - 1) {
      await tabTo(page, (f) => f.text === 'Next');
      await press(page, 'Enter');
    }
  }
  assert.ok(answered >= 4, `${answered} questions were answered`);
  assert.equal(await page.locator('.checks .failed').count(), 0);
  await closePage(page);
});
test('the focus is seen wherever Tab goes, goes round, and back', async () => {
  const page = await openPage(browser, { still: true });
  await storyStops(page);
  await answer(page, 0);
  await page.evaluate(() => document.activeElement.blur());
  const seen = [];
  for (let k = 0; k < 120; k++) {
    await press(page, 'Tab');
    const at = await page.evaluate(() => {
      const e = document.activeElement;
      if (!e || e === document.body) return null;
      const style = getComputedStyle(e);
      const box = e.getBoundingClientRect();
      const ring = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
      // A row of the ladder is ringed on the canvas, a tree's item on its first line, a shape by its edge.
      const elsewhere = e.closest('.out-of-sight, [role=tree], svg') !== null;
      const inside = elsewhere || (box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth);
      return { id: e.dataset.command ?? e.textContent.trim().slice(0, 24), ring: ring || elsewhere, inside };
    });
    if (at === null) break;
    assert.ok(at.ring, `no ring on ${at.id}`);
    assert.ok(at.inside, `out of sight: ${at.id}`);
    seen.push(at.id);
  }
  assert.ok(seen.length > 20 && seen.length < 110, `${seen.length} stops`);
  await closePage(page);
});
test('letter keys can be switched off; the others stay', async () => {
  const page = await openPage(browser, { still: true });
  await storyStops(page);
  await answer(page, 0);
  await page.evaluate(() => document.activeElement.blur());
  await press(page, '?');
  await page.waitForSelector('.help');
  await page.click('.switch >> nth=0');
  await press(page, 'Escape');
  await press(page, 'End');
  const at = await eventNumber(page);
  await page.evaluate(() => document.activeElement.blur());
  await press(page, 'h');
  await press(page, 'w');
  assert.equal(await eventNumber(page), at);
  await press(page, 'ArrowLeft');
  assert.ok((await eventNumber(page)) < at);
  await press(page, 'Control+Shift+ArrowRight');
  await closePage(page);
});
test('in a field keys are text; a dialog keeps the focus and gives it back', async () => {
  const page = await openPage(browser, { still: true });
  await storyStops(page);
  await answer(page, 0);
  await press(page, 'End');
  await page.evaluate(() => document.activeElement.blur());
  const at = await eventNumber(page);
  await press(page, '6');
  await page.focus('#console-input');
  await page.keyboard.type('hwx?');
  assert.equal(await page.inputValue('#console-input'), 'hwx?');
  assert.equal(await eventNumber(page), at);
  await page.focus('[data-command="help"]');
  await press(page, 'Enter');
  await page.waitForSelector('dialog[open]');
  for (let k = 0; k < 8; k++) {
    await press(page, 'Tab');
    assert.ok(await page.evaluate(() => document.activeElement === document.body || document.activeElement.closest('dialog') !== null));
  }
  await press(page, 'Escape');
  await page.waitForFunction(() => document.activeElement?.dataset.command === 'help');
  await closePage(page);
});
test('arrows inside tabs, the tree and the nodes; the splitter; go to by number, time and words', async () => {
  const page = await openPage(browser, { still: true });
  await storyStops(page);
  await answer(page, 0);
  await page.focus('#tab-packet');
  await press(page, 'ArrowRight');
  assert.equal(await page.getAttribute('#tab-tables', 'aria-selected'), 'true');
  await page.waitForSelector('.table');
  await press(page, 'Home');
  await press(page, 'End');
  assert.equal(await page.getAttribute('#tab-console', 'aria-selected'), 'true');
  const before = await page.getAttribute('[data-split="lesson"]', 'aria-valuenow');
  await page.focus('[data-split="lesson"]');
  await press(page, 'ArrowRight');
  assert.notEqual(await page.getAttribute('[data-split="lesson"]', 'aria-valuenow'), before);
  const go = async (what) => {
    await page.evaluate(() => document.activeElement.blur());
    await press(page, 'g');
    await page.waitForSelector('#goto-input');
    await page.fill('#goto-input', what);
    await press(page, 'Enter');
    await page.waitForFunction(() => !document.querySelector('dialog'));
  };
  await go('13');
  assert.equal(await eventNumber(page), 13);
  await go('0.1 s');
  assert.match(await page.textContent('.where-time'), /^0\.100 s/);
  await go('lost');
  await until(async () => /lost/.test(await live(page)), 'the loss is found by its word');
  await closePage(page);
});
