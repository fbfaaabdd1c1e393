// What differs between two timelines after their fork: flights and state changes of one that the
// other does not have at the same moment. Pure.

import { eventIndex, type EventIndex } from '../wire/types';
import type { Timeline } from '../model/lab';

/** Per side, the events that the other side lacks. */
export type Differences = readonly [ReadonlySet<EventIndex>, ReadonlySet<EventIndex>];

/** What makes two events of two timelines the same, in words; null: not compared. */
function likeness(timeline: Timeline, i: number): string | null {
  const e = timeline.event(i);
  if (e === null) return null;
  if (e.k === 'tx') {
    const fate = timeline.fate(i);
    const end = fate.kind === 'flying' ? '' : `${fate.kind}@${fate.t}`;
    return ['tx', e.t, e.n, e.to, e.lab.join(' '), end].join('|');
  }
  if (e.k === 'st') return ['st', e.t, e.n, e.m, e.from, e.to].join('|');
  if (e.k === 'drop') return ['drop', e.t, e.n, e.why].join('|');
  return null;
}

export function findDifferences(a: Timeline, b: Timeline, fork: number): Differences {
  const from = firstOpenFlight(a, b, fork);
  const count = new Map<string, number>();
  for (let i = from; i < b.length; i++) {
    const key = likeness(b, i);
    if (key !== null) count.set(key, (count.get(key) ?? 0) + 1);
  }
  const onlyA = unmatched(a, from, count);
  const counts = new Map<string, number>();
  for (let i = from; i < a.length; i++) {
    const key = likeness(a, i);
    if (key !== null) counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return [onlyA, unmatched(b, from, counts)];
}

/** Flights in the air at the fork may end differently: the comparison begins with the first. */
function firstOpenFlight(a: Timeline, b: Timeline, fork: number): number {
  let first = fork;
  const from = Math.max(0, fork - 256); // a flight longer than that is not looked for
  for (let i = fork - 1; i >= from; i--) {
    if (likeness(a, i) !== likeness(b, i)) first = i;
  }
  return first;
}

function unmatched(timeline: Timeline, from: number, there: ReadonlyMap<string, number>): Set<EventIndex> {
  const left = new Map(there);
  const out = new Set<EventIndex>();
  for (let i = from; i < timeline.length; i++) {
    const key = likeness(timeline, i);
    if (key === null) continue;
    const n = left.get(key) ?? 0;
    if (n > 0) left.set(key, n - 1);
    else out.add(eventIndex(i));
  }
  return out;
}
