// Nothing on the page is staged: the story that it ships is what the engine does, event for event;
// and what a protocol is called is said in C alone: renamed there, it is renamed everywhere.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { ROOT, URL_ROOT, answer, closePage, openBrowser, openPage, settle, storyStops } from './support.mjs';
import { freePort, startNetstep } from './run.mjs';

let browser;
before(async () => { browser = await openBrowser(); });
after(() => browser.close());

const eventsOf = (ndjson) => ndjson.split('\n').filter((l) => l.trim()).map((l) => JSON.parse(l))
  .filter((l) => l.line === 'events').flatMap((l) => l.e);

test('the story shipped with the page is the live stream, event for event', async () => {
  const told = eventsOf(await (await fetch(new URL('story.ndjson', URL_ROOT))).text());
  const post = (path, body, key) => fetch(new URL(path, URL_ROOT), {
    method: 'POST', body: JSON.stringify(body),
    headers: { 'Content-Type': 'application/json', ...(key ? { Authorization: `Bearer ${key}` } : {}) },
  });
  const made = await (await post('api/labs', { lesson: 'opening' })).json();
  const at = `api/labs/${made.lab}/timelines/T0`;
  await post(`${at}/run`, { until: '2s' }, made.key);
  const live = eventsOf(await (await fetch(new URL(`${at}/events?from=0&to=${told.length}`, URL_ROOT))).text());
  assert.ok(told.length >= 8, 'there is a story');
  assert.deepEqual(live.slice(0, told.length), told);
});

/** A copy of the tree in which `edits` are made, built: its program. */
function buildWith(edits) {
  const copy = join(ROOT, 'build/renamed');
  rmSync(copy, { recursive: true, force: true });
  mkdirSync(copy, { recursive: true });
  for (const part of ['engine', 'server', 'lessons', 'Makefile']) cpSync(join(ROOT, part), join(copy, part), { recursive: true });
  cpSync(join(ROOT, 'web'), join(copy, 'web'), { recursive: true, filter: (from) => !/node_modules|dist/.test(from.slice(ROOT.length)) });
  symlinkSync(join(ROOT, 'web/node_modules'), join(copy, 'web/node_modules'));
  mkdirSync(join(copy, 'tests/web'), { recursive: true });
  cpSync(join(ROOT, 'tests/web/fixtures'), join(copy, 'tests/web/fixtures'), { recursive: true });
  for (const [file, from, to] of edits) {
    const text = readFileSync(join(copy, file), 'utf8');
    assert.ok(text.includes(from), `${file} says ${from}`);
    writeFileSync(join(copy, file), text.replaceAll(from, to));
  }
  // The packages are those of the tree (-o: do not make them again; npm ci would empty the link).
  const made = spawnSync('make', ['--no-print-directory', '-s', '-j2', 'OPT=-O0', '-o', 'web/node_modules/.ready', 'program'], { cwd: copy, encoding: 'utf8' });
  assert.equal(made.status, 0, made.stderr);
  return join(copy, 'build/netstep');
}

test('renamed in C, a state, a header and a flag are renamed in every view', { timeout: 240000 }, async () => {
  const program = buildWith([
    ['engine/stack/tcp/tcp_state.c', '"SYN-SENT"', '"KNOCKED"'],
    ['engine/wire/tcp_describe.c', 'Transmission Control Protocol', 'Parcel Protocol'],
    ['engine/wire/summary.c', '"SYN"', '"HEY"'],
    ['engine/text/tcp.en.json', 'state.tcp.SYN-SENT', 'state.tcp.KNOCKED'],
    ['engine/text/tcp.zh.json', 'state.tcp.SYN-SENT', 'state.tcp.KNOCKED'],
  ]);
  const port = await freePort();
  process.env.NETSTEP = program;
  const child = await startNetstep(port);
  try {
    const page = await openPage(browser, { url: `http://127.0.0.1:${port}/` });
    await storyStops(page);
    await answer(page, 0);
    await settle(page);
    await page.keyboard.press('Home');
    const seen = { ladder: '', states: '', packet: '' };
    for (let k = 0; k < 14; k++) {
      await page.keyboard.press('ArrowRight');
      await page.waitForTimeout(150);
      seen.ladder += await page.locator('.panel-ladder').textContent();
      seen.states += await page.locator('.panel-states').textContent();
      seen.packet += await page.locator('.panel-tabs').textContent();
    }
    assert.match(seen.ladder, /HEY/, 'the ladder');
    assert.match(seen.states, /KNOCKED/, 'the state graph');
    assert.doesNotMatch(seen.states, /SYN-SENT/);
    assert.match(seen.packet, /Parcel Protocol/, 'the field tree');
    assert.doesNotMatch(seen.packet, /Transmission Control/);
    await closePage(page);
  } finally {
    child.kill();
    rmSync(join(ROOT, 'build/renamed'), { recursive: true, force: true });
  }
});
