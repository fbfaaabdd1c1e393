// text/: the catalogues agree, keys are filled, numbers and times are written as people read them.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { language } from '../../../web/src/state/settings';
import { catalogue, moment, say, span, t } from '../../../web/src/text/text';
import { virtualNs } from '../../../web/src/wire/types';
import { WEB } from './support';

const mjs = join(WEB, 'text.mjs');
const run = (...args: string[]): { status: number | null; stderr: string } =>
  spawnSync(process.execPath, [mjs, ...args], { encoding: 'utf8' });

test('the page\'s own catalogues merge', () => {
  const out = mkdtempSync(join(tmpdir(), 'netstep-'));
  const files = readdirSync(join(WEB, 'text')).map((f) => join(WEB, 'text', f));
  const { status, stderr } = run(out, ...files);
  assert.equal(status, 0, stderr);
  const en = JSON.parse(readFileSync(join(out, 'en.json'), 'utf8')) as Record<string, string>;
  const zh = JSON.parse(readFileSync(join(out, 'zh.json'), 'utf8')) as Record<string, string>;
  assert.deepEqual(Object.keys(en).sort(), Object.keys(zh).sort());
  for (const [key, text] of Object.entries(zh)) {
    if (!/[一-鿿]/.test(text) && /[A-Za-z]{4,}/.test(text.replace(/\{\w+\}/g, ''))) {
      assert.ok(['ui.name'].includes(key), `${key} is not in Chinese: ${text}`);
    }
  }
});
test('a key twice, a key in one language, other arguments: each is refused with its place', () => {
  const dir = mkdtempSync(join(tmpdir(), 'netstep-'));
  const put = (name: string, body: object): string => {
    const file = join(dir, name);
    writeFileSync(file, JSON.stringify(body));
    return file;
  };
  const en = put('a.en.json', { x: 'one {n}' });
  const zh = put('a.zh.json', { x: '一 {n}' });
  assert.equal(run(join(dir, 'out'), en, zh).status, 0);
  const twice = run(join(dir, 'out'), en, zh, put('b.en.json', { x: 'y' }));
  assert.equal(twice.status, 1);
  assert.match(twice.stderr, /b\.en\.json: x stands in .*a\.en\.json too/);
  assert.match(run(join(dir, 'out'), en, zh, put('c.en.json', { y: 'z' })).stderr, /y: no zh text/);
  assert.match(run(join(dir, 'out'), en, put('d.zh.json', { x: '一 {m}' })).stderr, /x: en says \{n\}, zh says \{m\}/);
  assert.equal(run().status, 2);
});
test('a key without a text shows itself, an argument that is not given stays', () => {
  catalogue.value = { 'ui.at': 'event {i}, {time}', 'zorp.x': '{node} hums' };
  assert.equal(t('ui.at', { i: '3' }), 'event 3, {time}');
  assert.equal(say('zorp.x' as never, { node: 'ferry' }), 'ferry hums');
  assert.equal(say('zorp.y' as never), 'zorp.y');
  assert.equal(say(null), '');
});
test('times', () => {
  language.value = 'en';
  assert.equal(span(985e6), '985 ms');
  assert.equal(span(1.006e9), '1.006 s');
  assert.equal(span(50_000), '50 µs');
  assert.equal(span(7), '7 ns');
  assert.equal(moment(virtualNs(1.03e9)), '1.030 s');
  assert.equal(moment(virtualNs(1_030_000_500)), '1.030001 s');
  assert.equal(moment(virtualNs(0)), '0.000 s');
});
