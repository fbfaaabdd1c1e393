// Where the scrubber draws its timelines: one lane each, a fork below its parent and beginning
// where it left it. x is the event index, so that a step is a step wherever it is.

import { KIND } from '../wire/types';
import type { EventIndex, TimelineId, TimelineInfo } from '../wire/types';
import type { Timeline } from '../model/lab';

export interface Lane {
  readonly id: TimelineId;
  readonly row: number;
  readonly parentRow: number | null;
  readonly x0: number; // px: where it leaves its parent, or the left edge
  readonly held: number; // px: up to here the events are on this page
  readonly x1: number; // px: its head
  readonly shown: boolean;
  readonly beside: boolean;
}
export interface Mark {
  readonly x: number;
  readonly row: number;
  readonly what: 'lost' | 'state' | 'timer';
}
export interface ScrubberLayout {
  readonly lanes: readonly Lane[];
  readonly marks: readonly Mark[];
  readonly end: number; // events across the width
  readonly width: number;
  readonly rows: number;
}
export const EDGE = 10; // px at either end, so that the knob is never cut
const MOST_LANES = 4;

export interface ScrubberInput {
  readonly infos: readonly TimelineInfo[];
  readonly shown: TimelineId | null;
  readonly beside: TimelineId | null;
  readonly width: number;
  timeline(id: TimelineId): Timeline | null;
}

export function layoutScrubber(input: ScrubberInput): ScrubberLayout {
  const infos = chosen(input);
  const end = Math.max(2, ...infos.map((x) => Math.max(x.head, input.timeline(x.id)?.length ?? 0)));
  const x = (i: number): number => indexToX(i, end, input.width);
  const rowOf = new Map(infos.map((info, row) => [info.id, row]));
  const lanes = infos.map((info, row): Lane => {
    const line = input.timeline(info.id);
    const fork = info.parent !== null ? rowOf.get(info.parent) ?? null : null;
    return {
      id: info.id, row, parentRow: fork,
      x0: fork === null ? x(0) : x(Math.max(0, (info.at ?? 0) - 1)),
      held: x(Math.max(0, (line?.length ?? 0) - 1)),
      x1: x(Math.max(0, Math.max(info.head, line?.length ?? 0) - 1)),
      shown: info.id === input.shown, beside: info.id === input.beside,
    };
  });
  const marks = lanes.flatMap((lane) => marksOf(input.timeline(lane.id), lane.row, end, input.width));
  return { lanes, marks, end, width: input.width, rows: lanes.length };
}
/** The root, what is shown, what stands beside it, and the newest others: at most four lanes. */
function chosen(input: ScrubberInput): readonly TimelineInfo[] {
  const all = input.infos;
  if (all.length <= MOST_LANES) return all;
  const must = new Set<TimelineId>();
  const first = all[0];
  if (first) must.add(first.id);
  for (const id of [input.shown, input.beside]) if (id !== null) must.add(id);
  for (let k = all.length - 1; k >= 0 && must.size < MOST_LANES; k--) {
    const info = all[k];
    if (info) must.add(info.id);
  }
  return all.filter((info) => must.has(info.id));
}
/** One mark a pixel at most: a loss hides a timer, a timer hides a state. */
function marksOf(line: Timeline | null, row: number, end: number, width: number): Mark[] {
  if (!line) return [];
  const byPixel = new Map<number, Mark>();
  const step = Math.max(1, Math.floor((line.length - line.base) / 4000));
  for (let i = line.base; i < line.length; i += step) {
    const what = markOf(line, i);
    if (what === null) continue;
    const x = Math.round(indexToX(i, end, width) / 3) * 3;
    const before = byPixel.get(x);
    if (!before || RANK[what] > RANK[before.what]) byPixel.set(x, { x, row, what });
  }
  return [...byPixel.values()];
}
const RANK = { state: 0, timer: 1, lost: 2 } as const;
function markOf(line: Timeline, i: number): Mark['what'] | null {
  const kind = line.kind(i);
  if (kind === KIND.lost || kind === KIND.drop) return 'lost';
  if (kind === KIND.st) return 'state';
  const e = kind === KIND.tm ? line.event(i) : null;
  return e !== null && e.k === 'tm' && e.op === 'fire' ? 'timer' : null;
}
export function indexToX(i: number, end: number, width: number): number {
  return EDGE + (i / Math.max(1, end - 1)) * (width - 2 * EDGE);
}
export function xToIndex(x: number, end: number, width: number): EventIndex {
  const share = (x - EDGE) / Math.max(1, width - 2 * EDGE);
  return Math.round(Math.max(0, Math.min(1, share)) * (end - 1)) as EventIndex;
}
