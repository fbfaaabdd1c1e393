// What the parts of the ladder's layout share: the scene that is laid out, its fonts and measures,
// and what has happened at the moment that is shown. Pure.

import { cssPx, type EventIndex, type VirtualNs } from '../wire/types';
import type { Lab } from '../model/lab';
import type { Words } from '../text/text';
import type { Font } from '../draw/list';
import type { Measure } from '../draw/measure';
import type { LadderLog } from './log';

export interface LadderView {
  readonly width: number;
  readonly height: number;
  readonly top: number; // row at the upper edge
  readonly rowHeight: number; // CSS px
  readonly left: number; // px scrolled to the right
  readonly main: number; // the side that the cursor moves in
  readonly cursor: EventIndex; // of that side; -1: before everything
  readonly now: VirtualNs | null; // while a step is on its way: the moment that is shown
}
export interface Metrics {
  readonly measure: Measure;
  readonly size: number; // of a label, CSS px
}
export interface Scene {
  readonly lab: Lab;
  readonly log: LadderLog;
  readonly view: LadderView;
  readonly metrics: Metrics;
  readonly words: Words;
}
export type Ranges = ReadonlyArray<readonly [number, number]>;

export interface Fonts {
  readonly head: Font;
  readonly rest: Font;
  readonly state: Font;
  readonly time: Font;
  readonly words: Font;
}

export function fontsFor(size: number): Fonts {
  const small = Math.max(12, Math.round(size * 0.9));
  return {
    head: { face: 'mono', bold: true, size: cssPx(size) },
    rest: { face: 'mono', bold: false, size: cssPx(size) },
    state: { face: 'mono', bold: false, size: cssPx(small) },
    time: { face: 'mono', bold: false, size: cssPx(small) },
    words: { face: 'ui', bold: false, size: cssPx(size) },
  };
}

/** Rows kept free above the first event and below the last. */
export const edgeRows = (rowHeight: number): number => Math.max(1.2, 20 / rowHeight);
/** A natural row: a label with air above it. */
export const rowPixels = (size: number): number => Math.round(size * 1.75);
/** Below this width there is no room for more than the first piece of a label. */
export const NARROW = 560;
/** From a lane's middle to the text beside it. */
export const LANE_CLEAR = 20;

/** Seconds with as many figures as the lab's delays need. */
export function timeText(t: VirtualNs, log: LadderLog): string {
  return `${(t / 1e9).toFixed(log.axis.perRow >= 5e5 ? 3 : 6)} s`;
}

/** Has event i of a side happened at the moment that is shown? */
export function isPast(scene: Scene, side: number, i: number): boolean {
  const { view, log } = scene;
  const own = log.timelines[side];
  const main = log.timelines[view.main];
  if (own === undefined || main === undefined || view.cursor < 0) return false;
  if (view.now !== null && own.time(i) > view.now) return false;
  if (side === view.main || i < log.shared) return i <= view.cursor;
  return own.time(i) <= main.time(view.cursor);
}

/** The row of the moment that is shown. */
export function nowRow(scene: Scene): number {
  const { view, log } = scene;
  if (view.now !== null) return Math.min(log.axis.rowAt(view.now), log.axis.rowOf(view.main, Math.max(0, view.cursor)));
  return view.cursor < 0 ? 0 : log.axis.rowOf(view.main, view.cursor);
}
