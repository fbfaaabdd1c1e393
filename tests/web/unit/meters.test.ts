// The meters without a page: samples at an event, lives and peers, the stairs of a strip chart, the
// sequence space of two ends, rings of timers. All names are invented.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fixedMeasure } from '../../../web/src/draw/measure';
import { layStairs, layStrip, niceTop, type StripScene } from '../../../web/src/ladder/strip_layout';
import { Lives } from '../../../web/src/model/lives';
import { ObjectSamples } from '../../../web/src/model/samples';
import { layWindows, scaleFor, type End } from '../../../web/src/views/windows_layout';
import { ringsAt } from '../../../web/src/views/timers_layout';
import { readGauges, readSamples } from '../../../web/src/wire/gauges';
import type { GraphName } from '../../../web/src/wire/types';
import type { GaugeChart, GaugePlace } from '../../../web/src/wire/types_gauges';
import { dice, labOf } from './support';

const place = (field: string, plus: string | null = null, minus: string | null = null): GaugePlace => ({ field, plus, minus });
const samplesOf = (list: number[], to = 100): ObjectSamples => {
  const own = new ObjectSamples();
  own.add(readSamples({ names: { 7: 'low', 9: 'high', 11: 'size' }, samples: list, from: 0, to }));
  return own;
};

test('a variable has the value of its last change before the event, and nought before its first', () => {
  const own = samplesOf([3, 7, 10, 5, 7, 20, 5, 7, 21, 9, 9, 4]);
  assert.deepEqual([2, 3, 4, 5, 8, 99].map((i) => own.valueAt('low', i, 0)), [0, 10, 10, 21, 21, 21]);
  assert.equal(own.valueAt('high', 8, 0), 0);
  assert.equal(own.valueAt('nobody', 8, 0), null);
  assert.equal(own.placeAt(place('low', 'high', 'size'), 9, 0), 25);
});
test('a new life does not inherit what an earlier one left behind', () => {
  const own = samplesOf([3, 7, 10, 40, 7, 5]);
  assert.equal(own.valueAt('low', 30, 20), 0);
  assert.equal(own.valueAt('low', 10, 20), null, 'it had not begun');
  assert.equal(own.valueAt('low', 41, 20), 5);
});
test('what is asked for later goes on where the first answer ended', () => {
  const own = samplesOf([3, 7, 10], 50);
  own.add(readSamples({ names: { 7: 'low' }, samples: [3, 7, 99, 60, 7, 11], from: 3, to: 70 }));
  assert.equal(own.valueAt('low', 59, 0), 99, 'the same event again: its last value counts');
  assert.equal(own.valueAt('low', 60, 0), 11);
  assert.equal(own.to, 70);
});

const hello = (extra: object = {}): string => JSON.stringify({
  line: 'hello', v: 1, behaviour: 1, lab: 'L', timeline: 'T0', parent: null, from: 0, head: 0, detail: 'story',
  nodes: [1, 2].map((id) => ({ id, name: `n${id}`, kind: 'thing', x: -1, y: -1, interfaces: [] })), links: [], protocols: [], tables: {},
  graphs: { m: { title: 'g', source: '', states: [{ name: 'REST', x: 0, y: 0 }, { name: 'UP', x: 9, y: 9 }], edges: [] } }, roles: [], ...extra,
});
const stream = (events: object[]): string =>
  [hello(), ...events.map((e, i) => JSON.stringify({ line: 'events', e: [{ i, t: i * 10, n: 1, s: i + 1, cause: null, ...e }] }))].join('\n');

test('a number that is used again is another life; the other end is found by its name', () => {
  const { timeline } = labOf(stream([
    { k: 'st', m: 'm', obj: 4, name: 'A > B', from: 'REST', to: 'UP' },
    { k: 'st', n: 2, m: 'm', obj: 4, name: 'B > A', from: 'REST', to: 'UP' },
    { k: 'tx', to: 2, l: 1, p: '1.1', rx: 25, proto: '', role: 0, lab: [], len: 300, conn: 4 },
    { k: 'st', m: 'm', obj: 4, name: 'A > B', from: 'UP', to: 'REST' },
    { k: 'st', m: 'm', obj: 4, name: 'A > C', from: 'REST', to: 'UP' },
    { k: 'st', m: 'other', obj: 4, name: 'A > B', from: 'REST', to: 'UP' },
  ]));
  const lives = new Lives(timeline, (m) => (m === 'm' ? 'REST' : null));
  lives.extend();
  lives.extend();
  assert.deepEqual(lives.all.map((l) => [l.n, l.name, l.begin, l.end, l.octets]),
    [[1, 'A > B', 0, 3, 300], [2, 'B > A', 1, null, 0], [1, 'A > C', 4, null, 0]]);
  const [first, second, third] = lives.all;
  assert.ok(first && second && third);
  assert.equal(lives.peerOf(first, ' > '), second);
  assert.equal(lives.peerOf(third, ' > '), null);
  assert.equal(lives.of(first.n, 'm' as GraphName, first.obj, 2), first);
  assert.equal(lives.of(first.n, 'm' as GraphName, first.obj, 4), third);
});

const chart: GaugeChart = { title: 't' as never, unit: 'octets', lines: [{ field: 'low', role: 'data', look: 'line' }] };
function strip(own: ObjectSamples, events: number, width = 400): StripScene {
  return {
    width, height: 160, charts: [chart], series: (f) => own.series(f), begin: 0, end: null,
    axis: { from: 0, to: events, x: (i) => 60 + ((width - 66) * i) / events }, gaps: [], window: null, ticks: [],
    measure: fixedMeasure, size: 11, stroke: 2, figure: String,
  };
}
test('a strip chart costs pixels, not samples, and goes from left to right', () => {
  const roll = dice(5);
  const list: number[] = [];
  for (let i = 0; i < 50000; i++) list.push(i, 7, roll(1000));
  const own = samplesOf(list, 50000);
  const scene = strip(own, 50000);
  const box = layStrip(scene).boxes[0];
  const series = own.series('low');
  assert.ok(box && series);
  const stairs = layStairs(scene, series, box, 60);
  assert.ok(stairs.length / 2 < 5 * 400, `${stairs.length / 2} points`);
  for (let k = 2; k < stairs.length; k += 2) assert.ok((stairs[k] ?? 0) >= (stairs[k - 2] ?? 0) - 1e-9, 'x never goes back');
  assert.ok(Math.min(...stairs.filter((_, k) => k % 2 === 1)) < box.top + 4, 'the highest value is in the picture');
});
test('a stair stands at the value of its last change, at every event', () => {
  const roll = dice(11);
  const list: number[] = [];
  for (let i = 0, v = 0; i < 90; i += 1 + roll(5)) list.push(i, 7, (v = roll(500)), ...(v > 400 ? [i, 9, 1] : []));
  const own = samplesOf(list, 100);
  const scene = strip(own, 100, 2000);
  const box = layStrip(scene).boxes[0];
  const series = own.series('low');
  assert.ok(box && series);
  const stairs = layStairs(scene, series, box, 60);
  for (let i = 0; i < 90; i++) {
    const x = scene.axis.x(i) + 0.5;
    let y = NaN;
    for (let k = 0; k < stairs.length; k += 2) if ((stairs[k] ?? 0) <= x) y = stairs[k + 1] ?? NaN;
    const value = ((box.bottom - y) / (box.bottom - box.top)) * box.most;
    assert.ok(Math.abs(value - (own.valueAt('low', i, 0) ?? -1)) < 1e-6, `event ${i}`);
  }
});
test('a scale is round and holds its value', () => {
  for (const v of [1, 7, 99, 1448, 14480, 65535, 3e9]) {
    assert.ok(niceTop(v, 'octets') >= v && niceTop(v, 'octets') <= v * 2.01, String(v));
  }
});

const set = {
  machine: 'm' as GraphName, between: ' > ', charts: [],
  bars: readGauges({ m: { between: ' > ', charts: [], bars: [
    { title: 'out', sends: true, begin: { field: 'low' }, end: { field: 'low', plus: 'size' }, zones: [
      { title: 'done', from: null, to: { field: 'low' }, role: 'control', hollow: false },
      { title: 'air', from: { field: 'low' }, to: { field: 'high' }, role: 'data', hollow: false },
      { title: 'may', from: { field: 'low' }, to: { field: 'low', plus: 'size' }, role: 'close', hollow: true }] },
    { title: 'in', sends: false, begin: { field: 'low' }, end: { field: 'low', plus: 'size' }, zones: [
      { title: 'got', from: null, to: { field: 'low' }, role: 'control', hollow: false },
      { title: 'strange', from: { field: 'nobody' }, to: { field: 'nobody' }, role: 'data', hollow: false }] },
  ] } })[0]?.bars ?? [],
};
const end = (name: string, low: number, high: number, size: number): End => ({
  name, placeAt: (p) => { const of: Record<string, number> = { low, high, size }; return (of[p.field] ?? 0) + (p.plus === null ? 0 : of[p.plus] ?? 0); },
  knows: (p) => p === null || p.field in { low, high, size },
});
test('both ends of a direction lie on one scale, the sender above', () => {
  const [there, back] = layWindows(set, end('a', 5000, 9000, 20000), end('b', 8000, 8000, 16000));
  assert.ok(there && back);
  assert.deepEqual([there.from, there.to, ...there.rows.map((r) => `${r.who} ${r.title}`)], ['a', 'b', 'a out', 'b in']);
  assert.deepEqual([back.from, back.to], ['b', 'a']);
  const [out, into] = there.rows;
  assert.ok(out && into);
  const [done, air] = out.solid;
  assert.ok(done && air && into.solid[0]);
  assert.equal(done.right, air.left, 'what is done ends where the flight begins');
  const scale = (air.right - air.left) / 4000;
  assert.ok(Math.abs(into.solid[0].right - done.right - 3000 * scale) < 1e-9, 'the receiver is 3,000 further, on the same scale');
  assert.equal(out.rails.length, 1);
  assert.ok(into.solid.every((z) => z.title !== ('strange' as never)), 'a zone of an unknown variable is left out');
});
test('the scale holds what it must, and moves in steps', () => {
  const roll = dice(3);
  const froms = new Set<number>();
  for (let k = 0; k < 500; k++) {
    const low = roll(1e6);
    const high = low + roll(70000);
    const { from, span } = scaleFor(low, high);
    assert.ok(from <= low && from + span >= high, `${low}..${high} in ${from}+${span}`);
  }
  for (let low = 0; low < 10000; low += 10) froms.add(scaleFor(low, low + 60000).from);
  assert.ok(froms.size < 5, `${froms.size} places`);
});

test('a ring runs down, is cancelled or fires, and a step back restores it', () => {
  const { timeline } = labOf(stream([
    { k: 'tm', timer: 'x', op: 'set', obj: 1, at: 1000, say: null },
    { k: 'cmd', text: 'go' },
    { k: 'tm', timer: 'y', op: 'set', obj: 1, at: 500, say: null },
    { k: 'tm', timer: 'x', op: 'stop', obj: 1, at: 1000, say: null },
    { k: 'cmd', text: 'go' },
    { k: 'cmd', text: 'go' },
    { k: 'tm', timer: 'y', op: 'fire', obj: 1, at: 500, say: null },
  ]));
  const at = (i: number): string[] => ringsAt(timeline, i, timeline.time(i)).rings.map((r) => `${r.timer} ${r.how} ${r.left}`);
  assert.deepEqual(at(1), ['x runs 990']);
  assert.deepEqual(at(3), ['x stopped 970', 'y runs 470']);
  assert.deepEqual(at(4), ['x stopped 970', 'y runs 460'], 'the step that ends here cancelled it');
  assert.deepEqual(at(5), ['y runs 450']);
  assert.deepEqual(at(6), ['y fired 0']);
  assert.deepEqual(at(1), ['x runs 990'], 'back again');
});
