// What the browser tests share: a browser, a page that reports its own errors, and the ways of a
// person: wait for the story, answer, step, read what is said aloud.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../../..');
const require = createRequire(join(ROOT, 'web/package.json'));
const { chromium } = require('playwright-core');
export const AXE = require.resolve('axe-core/axe.min.js');
export const URL_ROOT = process.env.NETSTEP_URL ?? 'http://127.0.0.1:8080/';

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const FLAGS = ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

export function openBrowser() {
  return chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
}
/** A page in a context of its own: other storage, as another person's. */
export async function openPage(browser, options = {}) {
  const { path = '', width = 1440, height = 900, scheme = 'light', locale = 'en-US', still = false, touch = false, quiet = false } = options;
  const context = await browser.newContext({
    viewport: { width, height }, colorScheme: scheme, locale, reducedMotion: still ? 'reduce' : 'no-preference', hasTouch: touch,
  });
  const page = await context.newPage();
  page.errors = [];
  page.on('pageerror', (error) => page.errors.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' && !quiet) page.errors.push(message.text());
  });
  await page.goto(new URL(path, options.url ?? URL_ROOT).href);
  return page;
}
export async function closePage(page) {
  assert.deepEqual(page.errors, [], 'the page reports no error');
  await page.context().close();
}
/** The recorded story has come to its question, and nothing moves. */
export async function storyStops(page) {
  await page.waitForSelector('.option', { timeout: 8000 });
  await page.waitForFunction(() => document.querySelector('[data-command="play"]')?.getAttribute('aria-pressed') === 'false', null, { timeout: 8000 });
}
/** Answers the open question with option k and waits for the verdict. */
export async function answer(page, k) {
  await page.click(`.question .option >> nth=${k}`);
  await page.waitForSelector('.verdict', { timeout: 10000 });
}
export const sentence = (page) => page.textContent('.sentence-text');
export const live = (page) => page.textContent('#live');
export const eventNumber = async (page) => Number((await page.textContent('.where-event')).split('/')[0].replace(/\D/g, ''));
export async function press(page, key, times = 1) {
  for (let k = 0; k < times; k++) await page.keyboard.press(key);
}
/** Stops the play that a lesson's step began, at its end. */
export async function settle(page) {
  await page.waitForFunction(() => document.querySelector('[data-command="play"]')?.getAttribute('aria-pressed') === 'false', null, { timeout: 60000 });
}
/** Waits until `see` is true in the node of the test. */
export async function until(see, what, ms = 8000) {
  const end = Date.now() + ms;
  for (;;) {
    if (await see()) return;
    if (Date.now() > end) assert.fail(`waited ${ms} ms for: ${what}`);
    await new Promise((go) => setTimeout(go, 60));
  }
}
/** 0 violations of axe, whatever the page shows. */
export async function axe(page, where) {
  if (!(await page.evaluate(() => 'axe' in globalThis))) {
    // The page's own policy forbids scripts that are not its own; the tools' world is exempt.
    await page.context().newCDPSession(page).then((cdp) => cdp.send('Page.setBypassCSP', { enabled: true }));
    await page.evaluate(require('node:fs').readFileSync(AXE, 'utf8'));
  }
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
  const told = violations.map((v) => `${v.id}: ${v.nodes.slice(0, 3).map((n) => `${n.target.join(' ')} (${n.failureSummary?.split('\n')[1]?.trim()})`).join('; ')}`);
  assert.deepEqual(told, [], `axe at ${where}`);
}
/**
 * Texts that are cut and controls that lie on each other, by their rectangles. What scrolls is
 * looked at as far as it is in sight.
 */
export function crowding(page) {
  return page.evaluate(() => {
    const wrong = [];
    const shown = (e) => {
      const style = getComputedStyle(e);
      if (style.visibility === 'hidden' || style.display === 'none' || style.opacity === '0') return false;
      if (e.closest('.hidden, .out-of-sight, .skip, [aria-hidden="true"]')) return false;
      const box = e.getBoundingClientRect();
      return box.width > 0 && box.height > 0;
    };
    const name = (e) => `${e.tagName.toLowerCase()}.${String(e.className.baseVal ?? e.className).trim().replace(/\s+/g, '.')} "${(e.textContent ?? '').trim().slice(0, 30)}"`;
    const clipper = (e) => {
      for (let p = e.parentElement; p; p = p.parentElement) {
        const style = getComputedStyle(p);
        if (style.overflowX !== 'visible' || style.overflowY !== 'visible') return p;
      }
      return document.documentElement;
    };
    const all = [...document.querySelectorAll('body *')].filter(shown);
    for (const e of all) {
      const own = [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim() !== '');
      if (!own) continue;
      const style = getComputedStyle(e);
      const box = e.getBoundingClientRect();
      if (e.scrollWidth > e.clientWidth + 1 && style.overflowX === 'hidden' && style.textOverflow !== 'ellipsis' && e.clientWidth > 0) wrong.push(`cut: ${name(e)}`);
      const outer = clipper(e);
      const frame = outer.getBoundingClientRect();
      const may = getComputedStyle(outer);
      const scrolls = (/auto|scroll/.test(may.overflowY) && outer.scrollHeight > outer.clientHeight + 1) || (/auto|scroll/.test(may.overflowX) && outer.scrollWidth > outer.clientWidth + 1);
      if (may.textOverflow === 'ellipsis' || may.webkitLineClamp !== 'none') continue;
      if (!scrolls && (box.left < frame.left - 1 || box.right > frame.right + 1 || box.top < frame.top - 1 || box.bottom > frame.bottom + 1)) {
        wrong.push(`outside of ${name(outer).slice(0, 60)}: ${name(e)}`);
      }
      if (box.right > innerWidth + 1 && !scrolls) wrong.push(`beyond the right edge: ${name(e)}`);
    }
    const controls = all.filter((e) => e.matches('button, a[href], input, select, [role=slider], .live, .where, .sentence-text, .panel-title'));
    // Each line of a link that breaks has a box of its own.
    const visibleParts = (e) => {
      const c = clipper(e).getBoundingClientRect();
      return [...e.getClientRects()].map((b) => (
        { left: Math.max(b.left, c.left), right: Math.min(b.right, c.right), top: Math.max(b.top, c.top), bottom: Math.min(b.bottom, c.bottom) }));
    };
    const meet = (p, q) => Math.min(p.right, q.right) - Math.max(p.left, q.left) > 1 && Math.min(p.bottom, q.bottom) - Math.max(p.top, q.top) > 1;
    const layer = (e) => e.closest('dialog, .sheet, .menu-list, .notice') ?? document.body;
    controls.forEach((a, k) => {
      const p = visibleParts(a);
      for (const b of controls.slice(k + 1)) {
        if (a.contains(b) || b.contains(a) || layer(a) !== layer(b)) continue;
        const q = visibleParts(b);
        if (p.some((x) => q.some((y) => meet(x, y)))) wrong.push(`overlap: ${name(a)} and ${name(b)}`);
      }
    });
    if (document.documentElement.scrollWidth > innerWidth) wrong.push('the page scrolls sideways');
    return wrong;
  });
}
