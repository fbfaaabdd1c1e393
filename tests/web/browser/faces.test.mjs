// The page at three sizes, light and dark, English and Chinese: axe finds nothing, nothing lies on
// anything else, nothing is cut; at the door, in a lab, with two timelines, with each tool open.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { answer, axe, closePage, crowding, openBrowser, openPage, press, settle, storyStops } from './support.mjs';

let browser;
before(async () => { browser = await openBrowser(); });
after(() => browser.close());

const SIZES = [[1440, 900, ''], [1920, 1080, '?view=stage'], [390, 844, '']];
for (const [width, height, path] of SIZES) {
  for (const scheme of ['light', 'dark']) {
    for (const [locale, language] of [['en-US', 'en'], ['zh-CN', 'zh']]) {
      const where = `${width}x${height} ${scheme} ${language}`;
      test(where, async () => {
        const page = await openPage(browser, { path, width, height, scheme, locale, still: true, touch: width < 500 });
        await storyStops(page).catch(() => page.waitForSelector('.sentence-text'));
        assert.equal(await page.evaluate(() => document.documentElement.lang), language);
        const wrong = [];
        const look = async (what) => {
          wrong.push(...(await crowding(page)).map((x) => `${what}: ${x}`));
          await axe(page, what).catch((e) => wrong.push(...e.actual.map((x) => `${what}: axe ${x}`)));
        };
        await look('at the door');
        if (width === 390) {
          await page.click('.phone-question .option >> nth=0');
          await page.waitForFunction(() => /lab=/.test(location.search));
          for (let k = 0; k < 6; k++) {
            await page.click(`.sheet-bar .pill >> nth=${k}`);
            await page.waitForTimeout(350);
            await look(`sheet ${k}`);
          }
          await press(page, 'Escape');
        } else if (path === '') {
          await answer(page, 0);
          await settle(page);
          await press(page, 'End');
          for (const key of ['4', '5', '6']) {
            await press(page, key);
            await page.waitForTimeout(350);
            await look(`panel ${key}`);
          }
          await press(page, 'End');
          for (let k = 0; k < 30 && (await page.locator('.acts [data-command="lose"]').getAttribute('aria-disabled')) === 'true'; k++) await press(page, 'ArrowLeft');
          await press(page, 'x');
          await page.waitForFunction(() => document.querySelectorAll('.scrub-lane').length === 2);
          await settle(page);
          await page.waitForTimeout(300);
          await look('two timelines');
        } else {
          for (const key of ['1', '2', '3', '4', '5', '6']) {
            await press(page, key);
            await page.waitForTimeout(350);
            await look(`second panel ${key}`);
          }
        }
        for (const key of ['?', 'g', 'o', 'j']) {
          await page.evaluate(() => document.activeElement?.blur());
          await press(page, key);
          await page.waitForSelector('dialog[open] .dialog-inside');
          await page.waitForTimeout(250);
          await look(`dialog ${key}`);
          await press(page, 'Escape');
          await page.waitForFunction(() => !document.querySelector('dialog'));
        }
        assert.deepEqual(wrong, []);
        await closePage(page);
      });
    }
  }
}
test('letters that are 40 % longer still fit', async () => {
  const page = await openPage(browser, { still: true });
  await storyStops(page);
  await page.evaluate(() => {
    const walk = document.createTreeWalker(document.querySelector('.app'), NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
      const node = walk.currentNode;
      if (node.data.trim().length > 2 && !node.parentElement.closest('svg, .figures, .hidden, .out-of-sight')) {
        node.data = `[${node.data}${'~'.repeat(Math.ceil(node.data.length * 0.4))}]`;
      }
    }
  });
  assert.deepEqual(await crowding(page), []);
  await closePage(page);
});
test('the language switch changes every word of the page, the theme every ground', async () => {
  const page = await openPage(browser, { still: true });
  await storyStops(page);
  await answer(page, 0);
  await page.click('.languages [lang="zh"]');
  await page.waitForFunction(() => document.documentElement.lang === 'zh' && /[一-鿿]/.test(document.querySelector('.lesson-step-title').textContent));
  for (const place of ['.sentence-text', '.panel-ladder .panel-title', '.verdict', '.lesson-picker', '.live-word', '.acts .do-name']) {
    await page.waitForFunction((p) => /[一-鿿]/.test(document.querySelector(p).textContent), place, { timeout: 4000 });
  }
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await ground();
  await page.click('[data-command="theme"]');
  assert.notEqual(await ground(), light);
  await page.reload();
  await page.waitForSelector('.app');
  assert.equal(await page.evaluate(() => document.documentElement.lang), 'zh', 'the language is remembered');
  assert.notEqual(await ground(), light, 'the theme is remembered');
  await closePage(page);
});
