// model/: what holds at an event equals a plain replay, in roots and in forks of forks.

import assert from 'node:assert/strict';
import test from 'node:test';
import { Lab } from '../../../web/src/model/lab';
import { Ring } from '../../../web/src/model/ring';
import { KIND, eventIndex, nodeId, timelineId, virtualNs } from '../../../web/src/wire/types';
import type { EventIndex, Events, Hello, TableName, TableShape, TimelineId, TraceEvent } from '../../../web/src/wire/types';
import { dice, fixture, labOf } from './support';

const T0 = timelineId('T0');
function hello(timeline: TimelineId, parent: Hello['parent'] = null): Hello {
  return {
    line: 'hello', v: 1, behaviour: 1, lab: 'x' as never, timeline, parent, from: eventIndex(0), head: eventIndex(0),
    detail: 'story', nodes: [], links: [], protocols: [], graphs: [], tables: [], roles: [],
  };
}
const TIMERS: TableShape = { name: 'W' as TableName, title: 't' as never, columns: [], view: 'timers' };
const events = (...e: TraceEvent[]): Events => ({ line: 'events', e });
/** A random event of kinds that the model indexes, at index i. */
function randomEvent(roll: (n: number) => number, i: number, sent: number[]): TraceEvent {
  const base = { i: eventIndex(i), t: virtualNs(i * 10), n: nodeId(1 + roll(3)), s: i, cause: null };
  switch (roll(5)) {
    case 0: return { ...base, k: 'tab', tab: 'T' as TableName, op: roll(4) === 0 ? 'del' : 'set', key: `${roll(6)}`, row: [`${i}`] };
    case 1: return { ...base, k: 'st', m: 'M' as never, obj: roll(3) as never, name: 'o', from: 'A', to: `S${roll(4)}`, ref: '', say: null, a: {} };
    case 2: return { ...base, k: 'tm', timer: 'x', op: (['set', 'fire', 'stop'] as const)[roll(3)] ?? 'set', obj: roll(2), at: virtualNs(i * 10 + 50), ref: `R${i}`, say: null, a: {} };
    case 3: {
      sent.push(i);
      return { ...base, k: 'tx', to: nodeId(2), l: 1 as never, p: `1.${i}`, rx: virtualNs(i * 10 + 20), proto: '', role: 0, lab: [], len: 0, size: 0, rtx: 0, conn: 0, say: null, a: {} };
    }
    default: {
      const cause = sent.shift();
      if (cause === undefined) return { ...base, k: 'con', proc: 1, text: `${i}` };
      return roll(2) === 0
        ? { ...base, cause: eventIndex(cause), k: 'rx', from: nodeId(1), l: 1 as never, p: `1.${cause}` }
        : { ...base, cause: eventIndex(cause), k: 'lost', to: nodeId(2), l: 1 as never, p: `1.${cause}`, why: 'w' as never, where: 0.5 };
    }
  }
}
/** What a plain replay of the first i + 1 events says of tables, states and timers. */
function replay(all: readonly TraceEvent[], i: number): { rows: Map<string, string>; states: Map<string, string>; timers: Set<string> } {
  const rows = new Map<string, string>();
  const states = new Map<string, string>();
  const timers = new Set<string>();
  for (const e of all.slice(0, i + 1)) {
    if (e.k === 'tab') {
      if (e.op === 'set') rows.set(`${e.n}/${e.key}`, e.row[0] ?? '');
      else rows.delete(`${e.n}/${e.key}`);
    } else if (e.k === 'st') states.set(`${e.n}/${e.obj}`, e.to);
    else if (e.k === 'tm') {
      if (e.op === 'set') timers.add(`${e.n}/${e.obj}`);
      else timers.delete(`${e.n}/${e.obj}`);
    }
  }
  return { rows, states, timers };
}
function sameAsReplay(lab: Lab, id: TimelineId, all: readonly TraceEvent[], i: number): void {
  const timeline = lab.timeline(id);
  assert.ok(timeline);
  const wanted = replay(all, i);
  const rows = new Map<string, string>();
  for (const n of [1, 2, 3]) {
    for (const [key, cells] of timeline.tableAt(i, 'T' as TableName, nodeId(n))) rows.set(`${n}/${key}`, cells[0] ?? '');
  }
  const sorted = (m: ReadonlyMap<string, string>): string[] => [...m].map((x) => x.join('=')).sort();
  assert.deepEqual(sorted(rows), sorted(wanted.rows), `tables at ${i} of ${id}`);
  const states = new Map(timeline.statesAt(i).map((s) => [`${s.n}/${s.obj}`, s.state]));
  assert.deepEqual(sorted(states), sorted(wanted.states), `states at ${i} of ${id}`);
  assert.deepEqual(timeline.timersAt(i).map((x) => `${x.n}/${x.obj}`).sort(), [...wanted.timers].sort(), `timers at ${i}`);
  const running = [1, 2, 3].flatMap((n) => [...timeline.rowsAt(i, TIMERS, nodeId(n))].map(([key, cells]) => {
    const set = all[Number((cells[3] ?? '').slice(1))];
    assert.deepEqual(cells.slice(0, 3), ['x', '', (set?.k === 'tm' ? set.at / 1e9 : NaN).toFixed(6)]);
    return `${n}/${key.slice(2)}`;
  }));
  assert.deepEqual(running.sort(), [...wanted.timers].sort(), `rows of timers at ${i}`);
}
test('a seek equals a replay, at every event of random streams and of their forks', () => {
  for (let seed = 1; seed <= 12; seed++) {
    const roll = dice(seed * 977);
    const lab = new Lab();
    const root: TraceEvent[] = [];
    const sent: number[] = [];
    lab.apply(T0, hello(T0));
    for (let i = 0; i < 300; i++) root.push(randomEvent(roll, i, sent));
    lab.apply(T0, events(...root));
    const fork = (id: TimelineId, parent: TimelineId, of: readonly TraceEvent[], at: number): TraceEvent[] => {
      const all = of.slice(0, at);
      const open = all.filter((e) => e.k === 'tx').map((e) => e.i as number)
        .filter((i) => !all.some((e) => e.cause === i));
      lab.apply(id, hello(id, { timeline: parent, at: eventIndex(at) }));
      for (let i = at; i < at + 120; i++) all.push(randomEvent(roll, i, open));
      lab.apply(id, events(...all.slice(at)));
      return all;
    };
    const t1 = timelineId('T1');
    const t2 = timelineId('T2');
    const first = fork(t1, T0, root, 40 + roll(200));
    const second = fork(t2, t1, first, 20 + roll(first.length - 30));
    for (const [id, all] of [[T0, root], [t1, first], [t2, second]] as const) {
      for (let i = 0; i < all.length; i++) sameAsReplay(lab, id, all, i);
    }
  }
});
test('a fork changes nothing of its parent, and ends flights of its own', () => {
  const lab = new Lab();
  lab.apply(T0, hello(T0));
  const roll = dice(5);
  const tx = { ...randomEvent((n) => (n === 5 ? 3 : roll(n)), 0, []), cause: null } as TraceEvent;
  const rx: TraceEvent = { i: eventIndex(1), t: virtualNs(20), n: nodeId(2), s: 1, cause: eventIndex(0), k: 'rx', from: nodeId(1), l: 1 as never, p: '1.0' };
  const lost: TraceEvent = { i: eventIndex(1), t: virtualNs(15), n: nodeId(1), s: 1, cause: eventIndex(0), k: 'lost', to: nodeId(2), l: 1 as never, p: '1.0', why: 'w' as never, where: 0.5 };
  lab.apply(T0, events(tx, rx));
  const t1 = timelineId('T1');
  lab.apply(t1, hello(t1, { timeline: T0, at: eventIndex(1) }));
  assert.equal(lab.timeline(t1)?.fate(0).kind, 'flying', 'the fate of the parent is not the fork\'s');
  lab.apply(t1, events(lost));
  assert.equal(lab.timeline(t1)?.fate(0).kind, 'lost');
  assert.equal(lab.timeline(T0)?.fate(0).kind, 'arrived');
  assert.equal(lab.timeline(t1)?.event(0), lab.timeline(T0)?.event(0));
  assert.equal(lab.timeline(t1)?.length, 2);
});
test('a loss that a command caused ends the flight of its packet', () => {
  const lab = new Lab();
  lab.apply(T0, hello(T0));
  const tx = (i: number, l: number): TraceEvent => ({
    i: eventIndex(i), t: virtualNs(i), n: nodeId(1), s: i, cause: null, k: 'tx', to: nodeId(2), l: l as never, p: '1.7', rx: virtualNs(i + 9),
    proto: '', role: 0, lab: [], len: 0, size: 0, rtx: 0, conn: 0, say: null, a: {},
  });
  const cmd: TraceEvent = { i: eventIndex(2), t: virtualNs(3), n: nodeId(0), s: 3, cause: null, k: 'cmd', text: 'drop 1.7' };
  const lost: TraceEvent = { i: eventIndex(3), t: virtualNs(3), n: nodeId(1), s: 3, cause: eventIndex(2), k: 'lost', to: nodeId(2), l: 1 as never, p: '1.7', why: 'w' as never, where: 0 };
  lab.apply(T0, events(tx(0, 1), tx(1, 2)));
  const t1 = timelineId('T1');
  lab.apply(t1, hello(t1, { timeline: T0, at: eventIndex(2) }));
  lab.apply(t1, events(cmd, lost));
  assert.equal(lab.timeline(t1)?.fate(0).kind, 'lost');
  assert.equal(lab.timeline(t1)?.fate(1).kind, 'flying', 'the same packet on another link flies on');
  assert.equal(lab.timeline(T0)?.fate(0).kind, 'flying');
});
test('a repeat after a resume is taken once, a hole stays a hole until it is filled', () => {
  const ring = new Ring(0);
  const at = (i: number): TraceEvent => ({ i: eventIndex(i), t: virtualNs(i), n: nodeId(1), s: i, cause: null, k: 'cmd', text: '' });
  assert.ok(ring.put(at(0)));
  assert.ok(!ring.put(at(0)));
  assert.ok(ring.put(at(5)));
  assert.deepEqual(ring.hole(0), [1, 5]);
  assert.equal(ring.kind(3), 0);
  for (const i of [3, 1, 2, 4]) assert.ok(ring.put(at(i)));
  assert.equal(ring.hole(0), null);
  for (let t = 0; t < 7; t++) assert.equal(ring.atTime(t), Math.min(t, 5));
});
test('the story is stepped through at what a person cares about', () => {
  const { timeline } = labOf(fixture('opening.ndjson'));
  const stops: string[] = [];
  for (let i = timeline.seek(-1, 1, (k) => timeline.isStop(k)); i !== null; i = timeline.seek(i, 1, (k) => timeline.isStop(k))) {
    stops.push(timeline.event(i)?.k ?? '');
  }
  assert.deepEqual(stops, ['cmd', 'st', 'cmd', 'st', 'tx', 'lost', 'tm', 'tx', 'rx', 'st', 'tx', 'rx', 'st', 'tx', 'rx', 'st', 'con']);
  const back: string[] = [];
  for (let i = timeline.seek(timeline.length, -1, (k) => timeline.isStop(k)); i !== null; i = timeline.seek(i, -1, (k) => timeline.isStop(k))) {
    back.push(timeline.event(i)?.k ?? '');
  }
  assert.deepEqual(back.reverse(), stops);
});
test('causes lead from any event to a command', () => {
  const { timeline } = labOf(fixture('opening.ndjson'));
  for (let i = 0; i < timeline.length; i++) {
    let at: EventIndex | null = eventIndex(i);
    let last = i;
    for (let hops = 0; at !== null; hops++) {
      assert.ok(hops < 40, 'the chain ends');
      last = at;
      at = timeline.cause(at);
      assert.ok(at === null || at < last, 'a cause comes before');
    }
    if (timeline.kind(i) !== KIND.tab || i > 2) assert.equal(timeline.event(last)?.k, 'cmd', `event ${i}`);
  }
});
test('100,000 events are taken in and sought fast enough for a frame', () => {
  const lab = new Lab();
  lab.apply(T0, hello(T0));
  const roll = dice(77);
  const sent: number[] = [];
  const all: TraceEvent[] = [];
  for (let i = 0; i < 100_000; i++) all.push(randomEvent(roll, i, sent));
  lab.apply(T0, events(...all.slice(0, 50_000)));
  lab.apply(T0, events(...all.slice(50_000)));
  const timeline = lab.timeline(T0);
  assert.ok(timeline);
  const took: number[] = [];
  for (let k = 0; k < 200; k++) {
    const i = roll(100_000);
    const from = process.hrtime.bigint();
    timeline.statesAt(i);
    timeline.timersAt(i);
    for (const n of [1, 2, 3]) timeline.tableAt(i, 'T' as TableName, nodeId(n));
    took.push(Number(process.hrtime.bigint() - from) / 1e6);
  }
  took.sort((a, b) => a - b);
  // A figure, not a judgement: the machine may be busy. What is held is that no seek takes a replay's time.
  console.log(`# p95 of a seek is ${(took[190] ?? 0).toFixed(2)} ms (the goal is 16)`);
  assert.ok((took[100] ?? 1e9) < 500, `the median of a seek is ${took[100]} ms`);
});
