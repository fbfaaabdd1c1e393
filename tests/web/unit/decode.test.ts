// wire/decode: total over any text, and faithful to what the stream says.

import assert from 'node:assert/strict';
import test from 'node:test';
import { Decoder } from '../../../web/src/wire/decode';
import { WireError } from '../../../web/src/wire/values';
import { readPacket } from '../../../web/src/wire/packet';
import { readLesson } from '../../../web/src/wire/answers';
import { dice, fixture } from './support';

test('every line of a recorded stream is read', () => {
  const decoder = new Decoder();
  const kinds = new Map<string, number>();
  for (const text of fixture('opening.ndjson').trim().split('\n')) {
    const line = decoder.line(text);
    assert.ok(line);
    if (line.line === 'events') for (const e of line.e) kinds.set(e.k, (kinds.get(e.k) ?? 0) + 1);
  }
  assert.equal(kinds.get('tx'), 4);
  assert.equal(kinds.get('lost'), 1);
  assert.equal(kinds.get('other') ?? 0, 0);
});
test('a role is a name or an index into the roles of the hello', () => {
  const decoder = new Decoder();
  decoder.line('{"line":"hello","v":1,"nodes":[],"links":[],"roles":[{"name":"a"},{"name":"b"}]}');
  const tx = (role: string): string =>
    `{"line":"events","e":[{"i":0,"t":5,"k":"tx","n":1,"to":2,"l":1,"p":"1.1","rx":9,"role":${role}}]}`;
  for (const [said, is] of [['"b"', 1], ['1', 1], ['"nobody"', 0]] as const) {
    const line = decoder.line(tx(said));
    assert.ok(line && line.line === 'events' && line.e[0]?.k === 'tx');
    assert.equal(line.e[0].role, is);
  }
});
test('unknown lines and kinds are skipped, unknown keys too', () => {
  const decoder = new Decoder();
  assert.equal(decoder.line('{"line":"weather","rain":true}'), null);
  const line = decoder.line('{"line":"events","e":[{"i":3,"t":1,"k":"quux","n":1,"colour":"x"}]}');
  assert.ok(line && line.line === 'events');
  assert.equal(line.e[0]?.k, 'other');
  assert.equal(line.e[0]?.i, 3);
});
test('what is wrong names its place', () => {
  const decoder = new Decoder();
  const fails = (text: string, place: RegExp): void =>
    assert.throws(() => decoder.line(text), (e) => e instanceof WireError && place.test(e.message));
  fails('{"line":"events"', /line/);
  fails('[]', /line: an object/);
  fails('{"line":"events","e":5}', /events\.e/);
  fails('{"line":"events","e":[{"t":1,"k":"tx"}]}', /event\.i/);
  fails('{"line":"events","e":[{"i":4,"t":-1,"k":"tx"}]}', /event 4\.t/);
  fails('{"line":"events","e":[{"i":4,"t":9007199254740994,"k":"cmd"}]}', /event 4\.t/);
  fails('{"line":"hello","v":1,"nodes":[{"id":1}],"links":[]}', /hello\.nodes\[0\]\.name/);
});
test('any cut and any damage gives a value or a WireError, never another failure', () => {
  const lines = [...fixture('opening.ndjson').trim().split('\n'), ...fixture('invented.ndjson').trim().split('\n')];
  const roll = dice(11);
  for (let k = 0; k < 4000; k++) {
    const text = lines[roll(lines.length)] ?? '';
    const at = roll(text.length + 1);
    const cut = roll(2) === 0 ? text.slice(0, at)
      : text.slice(0, at) + String.fromCharCode(32 + roll(90)) + text.slice(at + 1);
    try {
      new Decoder().line(cut);
    } catch (e) {
      assert.ok(e instanceof WireError, `${cut}\n${String(e)}`);
    }
  }
});
test('a packet: octets, and a tree of any depth up to the limit', () => {
  const packet = readPacket({
    i: 7, packet: '1.2', octets: '00ff 10',
    tree: [{ name: 'zorp', label: 'Zorp', value: '', offset: 0, length: 3, clause: 'Z 1',
      fields: [{ name: 'zorp.hue', label: 'Hue', value: '255', offset: 1, length: 1, bad: true, meaning: 'bright' }] }],
  });
  assert.deepEqual([...packet.octets], [0, 255, 16]);
  assert.equal(packet.tree[0]?.children[0]?.meaning, 'bright');
  assert.equal(packet.tree[0]?.children[0]?.bad, true);
  assert.throws(() => readPacket({ octets: '0', tree: [] }), WireError);
  assert.throws(() => readPacket({ octets: 'zz', tree: [] }), WireError);
  let deep: Record<string, unknown> = { name: 'x', offset: 0, length: 0 };
  for (let k = 0; k < 40; k++) deep = { name: 'x', offset: 0, length: 0, fields: [deep] };
  assert.throws(() => readPacket({ octets: '', tree: [deep] }), WireError);
});
test('a lesson: blocks of every kind, and links that leave the web alone', () => {
  const lesson = readLesson({
    slug: 's', title: 'T',
    steps: [{ id: 'a', kind: 'predict', title: 'A', until: { t: 5 }, then: null, blocks: [
      { kind: 'h', level: 3, children: [{ kind: 'text', text: 'x' }] },
      { kind: 'code', text: 'one line' }, { kind: 'code', lang: 'c', text: 'int' },
      { kind: 'a', href: 'javascript:alert(1)', children: [] },
      { kind: 'event', match: { k: 'tx', n: 1, deep: {} }, children: [] },
      { kind: 'marquee', children: [] },
    ], options: [{ id: 'o', blocks: [] }] }],
  });
  const step = lesson.steps[0];
  assert.ok(step);
  assert.equal(step.until, 5);
  assert.equal(step.then, null);
  assert.deepEqual(step.blocks.map((b) => b.kind), ['heading', 'code', 'program', 'link', 'event', 'p']);
  const link = step.blocks[3];
  assert.ok(link && link.kind === 'link' && link.href === '#');
  const event = step.blocks[4];
  assert.ok(event && event.kind === 'event');
  assert.deepEqual(event.match, { k: 'tx', n: 1 });
});
