// Who believed what as a strip: one row a node, one segment for each stretch of time in which its
// ways were the same; and the time axis under all rows. Pure. x is a share of the width, 0..1.

import type { Beliefs } from '../model/beliefs';
import { faceOf } from '../model/beliefs';
import type { EventIndex, NodeId, VirtualNs } from '../wire/types';
import type { Change, Way } from '../wire/types_overlay';

export interface Segment {
  readonly x0: number;
  readonly x1: number;
  readonly i: EventIndex; // where it begins
  readonly t0: VirtualNs;
  readonly t1: VirtualNs;
  readonly ways: readonly Way[];
  readonly face: string;
}
export interface Row {
  readonly node: NodeId;
  readonly segments: readonly Segment[];
}
export interface Tick {
  readonly x: number;
  readonly t: VirtualNs;
}
export interface Axis {
  at(t: number): number;
  time(x: number): number;
  readonly ticks: readonly Tick[];
}
export interface StripLayout {
  readonly rows: readonly Row[];
  readonly axis: Axis;
}

/** `linear`: a second is as wide everywhere; else silences are short, and no burst is a hair. */
export function layStrip(beliefs: Beliefs, nodes: readonly NodeId[], end: number, linear: boolean, width: number): StripLayout {
  const moments = beliefs.moments().map((m) => m.t);
  const first = 0;
  const stops = [...new Set([first, ...moments, Math.max(end, 1)])].sort((a, b) => a - b);
  const axis = linear ? linearAxis(first, stops[stops.length - 1] ?? first + 1, width) : compactAxis(stops, width);
  const rows = nodes.map((node) => ({ node, segments: segmentsOf(beliefs.changesOf(node), axis, stops[stops.length - 1] ?? first) }));
  return { rows, axis };
}
function segmentsOf(changes: readonly Change[], axis: Axis, end: number): Segment[] {
  return changes.flatMap((change, k) => {
    const next = changes[k + 1];
    const until = next?.t ?? end;
    if (next !== undefined && until <= change.t) return []; // it held for no time
    return [{
      x0: axis.at(change.t), x1: axis.at(until), i: change.i, t0: change.t, t1: until as VirtualNs, ways: change.ways,
      face: faceOf(change.ways),
    }];
  });
}

const TICK_PX = 76; // px that a time takes under the axis

function linearAxis(from: number, to: number, width: number): Axis {
  const long = Math.max(1, to - from);
  const rough = (long * TICK_PX) / Math.max(TICK_PX, width);
  const step = [1, 2, 5, 10].map((k) => k * 10 ** Math.floor(Math.log10(rough))).find((s) => s >= rough) ?? rough;
  const ticks: Tick[] = [];
  const at = (t: number): number => (t - from) / long;
  const last = to - (long * TICK_PX * 0.6) / width;
  for (let t = Math.ceil(from / step) * step; t <= last; t += step) ticks.push({ x: at(t), t: t as VirtualNs });
  return { at, time: (x) => from + x * long, ticks };
}
const SHORT_NS = 1e7; // silences are weighed against this
const LEAST = 0.4; // what the shortest stretch weighs

function compactAxis(stops: readonly number[], width: number): Axis {
  const shares = [0];
  for (let k = 1; k < stops.length; k++) {
    const long = (stops[k] ?? 0) - (stops[k - 1] ?? 0);
    shares.push((shares[k - 1] ?? 0) + Math.max(LEAST, Math.log1p(long / SHORT_NS)));
  }
  const sum = shares[shares.length - 1] || 1;
  const x = (k: number): number => (shares[k] ?? sum) / sum;
  /** Between which two stops v lies, of rising values. */
  const place = (v: number, value: (k: number) => number): number => {
    let k = 0;
    while (k < stops.length - 2 && v >= value(k + 1)) k++;
    return k;
  };
  const between = (v: number, of: (k: number) => number, to: (k: number) => number): number => {
    const k = place(v, of);
    const part = (v - of(k)) / (of(k + 1) - of(k) || 1);
    return to(k) + (to(k + 1) - to(k)) * Math.max(0, Math.min(1, part));
  };
  const time = (k: number): number => stops[Math.min(k, stops.length - 1)] ?? 0;
  const ticks: Tick[] = [];
  stops.forEach((t, k) => {
    const before = ticks[ticks.length - 1];
    const fits = (1 - x(k)) * width >= TICK_PX * 0.6;
    if (before === undefined || (fits && (x(k) - before.x) * width >= TICK_PX)) ticks.push({ x: x(k), t: t as VirtualNs });
  });
  return { at: (t) => between(t, time, x), time: (v) => between(v, x, time), ticks };
}
