// The lanes of the nodes: a band per state machine's instance, coloured by state, with a tick and
// the state's name at every change, and the name once more at the upper edge when the change has
// scrolled away. Pure; looks at one change a pixel at most.

import type { EventIndex, NodeId } from '../wire/types';
import type { Column, Columns } from './columns';
import type { Box, Occupied } from './labels';
import { isPast, LANE_CLEAR, type Fonts, type Scene } from './scene';
import type { Track } from './log';

export interface Band {
  readonly x: number;
  readonly width: number;
  readonly top: number;
  readonly bottom: number;
  readonly tone: number | null; // index of the state in its graph; null: at rest
  readonly state: string;
  readonly past: boolean;
}
export interface Lane {
  readonly side: number;
  readonly node: NodeId;
  readonly x: number;
  readonly top: number;
  readonly bottom: number;
  readonly bands: readonly Band[];
}
export interface StateName {
  readonly side: number;
  readonly i: EventIndex;
  readonly text: string;
  readonly x: number; // of its anchor
  readonly y: number;
  readonly tickY: number;
  readonly tick: readonly [number, number]; // from x to x
  readonly anchor: 'start' | 'end';
  readonly width: number;
  readonly sticky: boolean; // the change lies above the window
  readonly past: boolean;
  readonly differs: boolean;
}

export const BAND = 10; // CSS px wide
const LEAST_NAMED_ROW = 3; // CSS px: below it names would stand for one change in many
/** A name that has no room at its tick moves by so many px. */
const SHIFTS = [0, 3, -3, 6, -6, 10, 14, 18];
/** The names at the upper edge stand below each other, two at most, and a count. */
const STICKY_SHIFTS = (fonts: Fonts): readonly number[] => [0, fonts.state.size * 1.25, fonts.state.size * 2.5];
/** A band is at least this high, CSS px: of changes that are nearer, one is drawn. */
const LEAST_BAND = 2;

export function layLanes(
  scene: Scene, columns: Columns, fonts: Fonts, y: (row: number) => number, taken: Occupied,
): { lanes: Lane[]; states: StateName[] } {
  const lanes: Lane[] = [];
  const states: StateName[] = [];
  const { view, log } = scene;
  const bottom = Math.min(view.height, y(log.axis.height) + view.rowHeight * 0.9);
  const top = Math.max(0, y(0) - view.rowHeight * 0.9);
  const take = (name: StateName, shifts: readonly number[]): void => {
    const placed = shifts.map((dy) => ({ ...name, y: name.y + dy })).find((n) => taken.free(boxOf(n, fonts)));
    if (placed === undefined) return;
    taken.add(boxOf(placed, fonts));
    states.push(placed);
  };
  for (const column of columns.all) {
    const tracks = log.tracks[column.side]?.get(column.node.id)?.all ?? [];
    const shown = tracks.filter((t) => isShown(scene, t));
    const beside = bandsBeside(scene, column.side, column.node.id);
    const bands = shown.flatMap((track) => layBands(scene, column, track, y, top, bottom));
    const crowd = view.rowHeight < LEAST_NAMED_ROW;
    const names = crowd ? [] : shown.flatMap((track) => namesOf(scene, column, track, beside, fonts, y));
    for (const name of names.filter((n) => !n.sticky)) take(name, SHIFTS);
    for (const name of names.filter((n) => n.sticky)) take(name, STICKY_SHIFTS(fonts).slice(0, 2));
    const more = moreAt(scene, column, beside, fonts);
    if (more !== null) take(more, STICKY_SHIFTS(fonts));
    lanes.push({ side: column.side, node: column.node.id, x: column.x, top, bottom, bands });
    taken.addSoft({ left: column.x - BAND, right: column.x + BAND, top, bottom });
  }
  return { lanes, states };
}

function isShown(scene: Scene, track: Track): boolean {
  return scene.lab.graph(track.m) !== null;
}
/** How many machines live beside those that are drawn, at the cursor. */
function moreAt(scene: Scene, column: Column, beside: number, fonts: Fonts): StateName | null {
  const i = scene.view.cursor;
  const count = scene.log.tracks[column.side]?.get(column.node.id)?.beyondAt(i) ?? 0;
  if (count === 0) return null;
  const text = `+${count}`;
  const outer = column.edge === 'left' ? -1 : 1;
  return {
    side: column.side, i, text, anchor: outer < 0 ? 'end' : 'start', x: column.x + outer * (LANE_CLEAR - 8 + beside),
    y: fonts.state.size * 0.8, tickY: 0, tick: [0, 0], width: scene.metrics.measure(text, fonts.state),
    sticky: true, past: true, differs: false,
  };
}
/** Pixels that further bands take beside the first one of a lane. */
export function bandsBeside(scene: Scene, side: number, node: NodeId): number {
  const tracks = scene.log.tracks[side]?.get(node)?.all ?? [];
  return tracks.reduce((most, t) => (isShown(scene, t) ? Math.max(most, t.slot) : most), 0) * (BAND + 1);
}

/** Instances stand beside each other, away from the arrows where the node has an outer side. */
function bandX(column: Column, slot: number): number {
  const way = column.edge === 'left' ? -1 : 1;
  return column.x + way * slot * (BAND + 1) - BAND / 2;
}

function layBands(scene: Scene, column: Column, track: Track, y: (row: number) => number, top: number, bottom: number): Band[] {
  const { log } = scene;
  const rowOf = (k: number): number => log.axis.rowOf(column.side, track.at[k] ?? 0);
  const graph = scene.lab.graph(track.m);
  const out: Band[] = [];
  const last = track.at.length - 1;
  const pixel = LEAST_BAND / scene.view.rowHeight;
  for (let k = firstBefore(track, rowOf, scene.view.top); k <= last; ) {
    const from = y(rowOf(k));
    if (from > bottom) break;
    const next = Math.max(k + 1, Math.min(last, firstBefore(track, rowOf, rowOf(k) + pixel) + 1));
    const to = next <= last ? y(rowOf(next)) : bottom;
    const state = track.states[k] ?? '';
    const tone = graph?.states.findIndex((s) => s.name === state) ?? -1;
    const at = track.at[k];
    if (to > top && state !== track.rest && at !== undefined) {
      out.push({
        x: bandX(column, track.slot), width: BAND, top: Math.max(top, from), bottom: Math.min(bottom, to),
        tone: tone < 0 ? null : tone, state, past: isPast(scene, column.side, at),
      });
    }
    k = next;
  }
  return out;
}

/** The last change at or above a row, or the first one. */
function firstBefore(track: Track, rowOf: (k: number) => number, row: number): number {
  let [low, high] = [0, track.at.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rowOf(middle) > row) high = middle;
    else low = middle + 1;
  }
  return Math.max(0, low - 1);
}

function namesOf(
  scene: Scene, column: Column, track: Track, beside: number, fonts: Fonts, y: (row: number) => number,
): StateName[] {
  const { view, log } = scene;
  const rowOf = (k: number): number => log.axis.rowOf(column.side, track.at[k] ?? 0);
  const out: StateName[] = [];
  const line = fonts.state.size / view.rowHeight; // rows that one name takes
  // Zoomed out, one change a line of text is looked at.
  const after = (k: number): number => (line < 0.7 ? k + 1 : Math.max(k + 1, firstBefore(track, rowOf, rowOf(k) + line / 2) + 1));
  const first = firstBefore(track, rowOf, view.top);
  const next = first + 1 < track.at.length ? y(rowOf(first + 1)) : Infinity;
  const sticky = y(rowOf(first)) < 0 && next > fonts.state.size * 1.8;
  for (let k = first; k < track.at.length && y(rowOf(k)) < view.height + 20; k = after(k)) {
    if (!sticky && k === first && y(rowOf(k)) < -20) continue;
    const name = nameOf(scene, column, track, k, beside, fonts, y(rowOf(k)), sticky && k === first);
    if (name === null || (name.sticky && track.states[k] === track.rest)) continue;
    out.push(name);
  }
  return out;
}

function nameOf(
  scene: Scene, column: Column, track: Track, k: number, beside: number, fonts: Fonts, y: number, sticky: boolean,
): StateName | null {
  const at = track.at[k];
  if (at === undefined) return null;
  const text = track.states[k] ?? '';
  const outer = column.edge === 'left' ? -1 : 1;
  const band = bandX(column, track.slot);
  return {
    side: column.side, i: at, text, anchor: outer < 0 ? 'end' : 'start',
    x: column.x + outer * (LANE_CLEAR - 8 + beside), y: sticky ? fonts.state.size * 0.8 : y, tickY: y,
    tick: [band - 2, band + BAND + 2], width: scene.metrics.measure(text, fonts.state), sticky,
    past: isPast(scene, column.side, at),
    differs: scene.log.differences?.[column.side]?.has(at) ?? false,
  };
}

function boxOf(name: StateName, fonts: Fonts): Box {
  const left = name.anchor === 'start' ? name.x : name.x - name.width;
  const half = fonts.state.size * 0.58;
  return { left: left - 1, right: left + name.width + 1, top: name.y - half, bottom: name.y + half };
}
