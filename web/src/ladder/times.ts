// The times at the left edge: of sends, losses, timers and state changes, as many as fit without
// touching each other or a state name; the first after a silence goes before the others. Pure.

import { KIND, type EventIndex, type VirtualNs } from '../wire/types';
import type { Flight } from './flights';
import type { GapShape } from './gaps';
import type { Occupied } from './labels';
import { isPast, timeText, type Fonts, type Ranges, type Scene } from './scene';

export interface TimeShape {
  readonly t: VirtualNs;
  readonly text: string;
  readonly x: number; // left edge
  readonly y: number;
  readonly width: number;
  readonly past: boolean;
}
interface Candidate {
  readonly t: VirtualNs;
  readonly row: number;
  readonly rank: number; // lower goes first
  readonly past: boolean;
}

const LEFT = 8;
const NEAR = 60; // CSS px

export function layTimes(
  scene: Scene, fonts: Fonts, y: (row: number) => number, ranges: Ranges, flights: readonly Flight[],
  gaps: readonly GapShape[], taken: Occupied,
): TimeShape[] {
  const out: TimeShape[] = [];
  const placed = new Map<string, number>();
  const half = fonts.time.size * 0.62;
  for (const c of candidates(scene, ranges, flights, gaps).sort((a, b) => a.rank - b.rank || a.row - b.row)) {
    const at = y(c.row);
    if (at < half || at > scene.view.height - half) continue;
    const text = timeText(c.t, scene.log);
    const width = scene.metrics.measure(text, fonts.time);
    const last = placed.get(text);
    if (last !== undefined && Math.abs(last - at) < NEAR) continue; // the same figures again
    const box = { left: LEFT, right: LEFT + width + 2, top: at - half, bottom: at + half };
    if (!taken.free(box)) continue;
    taken.add(box);
    placed.set(text, at);
    out.push({ t: c.t, text, x: LEFT, y: at, width, past: c.past });
  }
  return out;
}

function candidates(scene: Scene, ranges: Ranges, flights: readonly Flight[], gaps: readonly GapShape[]): Candidate[] {
  const { log } = scene;
  const afterGap = new Set(gaps.map((g) => g.to));
  const out: Candidate[] = [];
  const add = (side: number, i: EventIndex, rank: number): void => {
    const timeline = log.timelines[side];
    if (timeline === undefined) return;
    const first = afterGap.has(timeline.time(i)) || i === 0;
    out.push({ t: timeline.time(i), row: log.axis.rowOf(side, i), rank: first ? 0 : rank, past: isPast(scene, side, i) });
  };
  for (const f of flights) if (!f.later) add(f.side, f.i, 1);
  ranges.forEach(([from, to], side) => {
    const timeline = log.timelines[side];
    const step = Math.max(1, Math.floor((to - from) / 400));
    for (let i = from; timeline !== undefined && i < to; i += step) {
      const kind = timeline.kind(i);
      if (kind === KIND.st || kind === KIND.lost) add(side, i as EventIndex, 2);
    }
  });
  return out;
}
