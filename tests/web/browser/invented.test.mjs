// A protocol that does not exist, streamed to the page: every view draws it, in both languages.
// This proves that web/ knows no protocol, better than any search for words.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { startReplay } from './replay.mjs';
import { ROOT, axe, closePage, crowding, eventNumber, openBrowser, openPage, press, sentence, until } from './support.mjs';

const WORDS = {
  en: {
    'graph.zorp': 'Life of a zorp', 'table.moths': 'Moths', 'table.shells': 'Shells', 'table.moths.moth': 'Moth', 'column.moth': 'moth',
    'column.wing': 'wing', 'column.mood': 'mood', 'reason.fog': 'the fog took it', 'reason.moths': 'moths ate it', 'timer.echo': 'waiting for an echo',
    'zorp.gleam': '{node} gleams with hue {hue}.', 'state.zorp.WAKING': '{node} wakes up.', 'state.zorp.SINGING': '{node} sings.',
    'role.gleam': 'gleam', 'protocol.zorp': 'Zorp', 'field.zorp.hue': 'Hue',
  },
  zh: {
    'graph.zorp': '佐普的一生', 'table.moths': '飞蛾', 'table.shells': '贝壳', 'column.moth': '蛾', 'column.wing': '翅', 'column.mood': '心情',
    'reason.fog': '被雾吞没', 'reason.moths': '被蛾吃掉', 'timer.echo': '等待回声', 'zorp.gleam': '{node} 闪烁，色相 {hue}。',
    'state.zorp.WAKING': '{node} 醒来。', 'state.zorp.SINGING': '{node} 歌唱。', 'field.zorp.hue': '色相',
  },
};
const PACKET = {
  i: 2, packet: '1.1', octets: '5a0700ff10aa',
  tree: [
    { name: 'zorp', label: 'Zorp', value: 'GLEAM', offset: 0, length: 3, clause: 'Zorp 2', fields: [
      { name: 'zorp.hue', label: 'Hue', value: '7', offset: 1, length: 1, meaning: 'amber' },
      { name: 'zorp.sum', label: 'Sum', value: '0x00', offset: 2, length: 1, bad: true },
    ] },
    { name: 'data', label: 'Dust', value: 'ff10aa', offset: 3, length: 3 },
  ],
};
let browser;
let replay;
before(async () => {
  browser = await openBrowser();
  replay = await startReplay({ stream: readFileSync(join(ROOT, 'tests/web/fixtures/invented.ndjson'), 'utf8'), words: WORDS, packet: PACKET });
});
after(async () => {
  await browser.close();
  replay.stop();
});
const text = (page, place) => page.locator(place).allTextContents().then((all) => all.join(' '));

for (const [language, moths, wakes, fog] of [['en', 'Moths', 'wakes up', 'the fog took it'], ['zh', '飞蛾', '醒来', '被雾吞没']]) {
  test(`every view draws it (${language})`, async () => {
    const page = await openPage(browser, { url: replay.url, path: `?lab=x&lang=${language}`, still: true });
    await page.waitForSelector('.app');
    await until(async () => (await eventNumber(page)) > 20, 'the stream is here');
    // The ladder: lifelines, every label, the loss with its place and reason, the folded wait.
    await until(async () => /SINGING/.test(await text(page, '.panel-ladder [data-item]')), 'the ladder');
    const rows = await text(page, '.panel-ladder [data-item]');
    for (const piece of ['GLEAM', 'hue 7', 'MURMUR', 'HUM', 'pitch 3', 'WAKING', 'SINGING']) assert.ok(rows.includes(piece), `${piece} on the ladder`);
    assert.ok(rows.includes(fog), 'the reason of the loss');
    assert.match(await text(page, '.ladder-headers'), /lantern.*ferry.*harbour/s);
    const painted = await page.evaluate(() => {
      const canvas = document.querySelector('.panel-ladder canvas');
      const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
      const colours = new Set();
      for (let k = 0; k < data.length; k += 4) if (data[k + 3] > 200) colours.add((data[k] << 16) | (data[k + 1] << 8) | data[k + 2]);
      return colours.size;
    });
    assert.ok(painted > 20, `${painted} colours are on the canvas`);
    // Topology and states.
    assert.match(await text(page, '.panel-topology text'), /lantern/);
    assert.match(await text(page, '.panel-topology text'), /amber.*jade/s);
    await until(async () => /DORMANT/.test(await text(page, '.panel-states text')), 'the graph');
    for (const state of ['WAKING', 'SINGING', 'HOARSE']) assert.ok((await text(page, '.panel-states text')).includes(state));
    // The sentence, with its clause, at the change of state.
    await press(page, 'Home');
    for (let k = 0; k < 4 && !(await sentence(page)).includes(wakes); k++) await press(page, 'ArrowRight');
    assert.ok((await sentence(page)).includes(wakes));
    assert.match(await page.textContent('.sentence .clause'), /zorp#2\.1/);
    // The packet: octets and fields, by offsets alone.
    await press(page, 'ArrowRight');
    await press(page, '4');
    await page.waitForSelector('.octet');
    assert.equal(await page.locator('.octet').count(), 6);
    const tree = await text(page, '.tree .field');
    for (const piece of ['Zorp', language === 'zh' ? '色相' : 'Hue', 'amber', 'Dust']) assert.ok(tree.includes(piece), piece);
    assert.equal(await page.locator('.field-flag').count(), 1);
    await page.locator('.field', { hasText: 'amber' }).click();
    await page.mouse.move(3, 3);
    assert.deepEqual(await page.locator('.octet.on').allTextContents(), ['07']);
    // Tables, and the console.
    await page.evaluate(() => document.activeElement.blur());
    await press(page, 'End');
    await press(page, '5');
    await page.locator('.node-picker .pill', { hasText: 'ferry' }).click();
    await page.waitForSelector('.table');
    assert.match(await text(page, '.tables'), new RegExp(`${moths}.*bright`, 's'));
    await press(page, '6');
    await page.locator('.console .pill', { hasText: 'lantern' }).click();
    await until(async () => /the harbour sings/.test(await text(page, '.log')), 'its output');
    assert.deepEqual(await crowding(page), []);
    await axe(page, `invented, ${language}`);
    const all = await page.evaluate(() => document.body.innerText);
    assert.doesNotMatch(all, /undefined|NaN|\[object|\bui\.\w|\bTCP\b|\bSYN\b|\bACK\b/);
    await closePage(page);
  });
}
test('back to the first event, and each step to the last, without an error', async () => {
  const page = await openPage(browser, { url: replay.url, path: '?lab=x&e=0', still: true });
  await until(async () => (await eventNumber(page)) === 1, 'at the first');
  let last = 0;
  for (let k = 0; k < 30; k++) {
    await press(page, '.');
    const at = await eventNumber(page);
    if (at === last) break;
    last = at;
    assert.ok((await sentence(page)).length > 3);
  }
  assert.equal(last, 24);
  await closePage(page);
});
