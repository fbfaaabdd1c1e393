// What the ladder shows in a window, in pixels: lanes, flights, gaps, times, state names, notes.
// A pure function of the log, the window and the metrics; its cost grows with the window, never
// with the log. marks.ts draws it, rows.tsx says it, hit tests read the marks.

import { KIND, eventIndex, virtualNs, type EventIndex, type Node } from '../wire/types';
import type { Timeline } from '../model/lab';
import { orderNodes, placeColumns, type Columns } from './columns';
import type { BinShape, BinSum } from './bins';
import { layFlights, type Flight } from './flights';
import { layGaps, type GapShape } from './gaps';
import { Occupied } from './labels';
import { crowd } from './later';
import { bandsBeside, layLanes, type Lane, type StateName } from './lanes';
import { layTimes, type TimeShape } from './times';
import { fontsFor, isPast, LANE_CLEAR, NARROW, nowRow, timeText, type Fonts, type LadderView, type Ranges, type Scene } from './scene';
import { FLIGHT_MARGIN } from './time';

/** A thing that happened on one node: a command, a line of output, a returned call, a drop. */
export interface Note {
  readonly side: number;
  readonly i: EventIndex;
  readonly x: number;
  readonly y: number;
  readonly kind: 'drop' | 'timer' | 'other';
  readonly past: boolean;
}
export interface Layout {
  readonly view: LadderView;
  readonly columns: Columns;
  readonly fonts: Fonts;
  readonly lanes: readonly Lane[];
  readonly states: readonly StateName[];
  readonly flights: readonly Flight[];
  readonly crowded: boolean; // too many to be drawn one by one
  readonly bins: readonly BinShape[];
  readonly sums: readonly BinSum[];
  readonly gaps: readonly GapShape[];
  readonly times: readonly TimeShape[];
  readonly notes: readonly Note[];
  readonly cursorY: number | null; // null: before everything
  readonly end: number; // y of the last event that is known
}
/** More events than this in a window are counted instead of drawn one by one. */
const MOST_EVENTS = 900;
/** Before `layout`, and whenever the width or the fonts change. */
export function layColumns(scene: Scene): Columns {
  const { lab, log, view, metrics } = scene;
  const fonts = fontsFor(metrics.size);
  const narrow = view.width < NARROW;
  const graphs = lab.graphs.filter((g) => log.graph === null || g.name === log.graph);
  const names = graphs.flatMap((g) => g.states.map((s) => metrics.measure(s.name, fonts.state)));
  const states = Math.max(28, ...names) + LANE_CLEAR;
  const time = metrics.measure(timeText(virtualNs(0), log), fonts.time) + 18;
  const nodes = orderNodes(lab.nodes, lab.links);
  const sides = log.timelines.map((_, side) => side);
  const beside = (node: Node | undefined): number =>
    Math.max(0, ...sides.map((side) => (node === undefined ? 0 : bandsBeside(scene, side, node.id))));
  const before = states + beside(nodes[0]);
  return placeColumns(nodes, log.timelines.length, {
    width: view.width,
    times: narrow ? 6 : time,
    before: narrow ? Math.max(before, time) : before,
    after: states + beside(nodes[nodes.length - 1]),
    left: Number.isFinite(view.left) ? view.left : 0,
    least: narrow ? metrics.size * 5 : metrics.size * 8,
  });
}

export function layout(scene: Scene, columns: Columns): Layout {
  const { log, view, metrics } = scene;
  const { axis } = log;
  const y = (row: number): number => (row - view.top) * view.rowHeight;
  const bottom = view.top + view.height / view.rowHeight;
  const ranges = log.timelines.map((_, side) => [
    axis.firstFrom(side, view.top - FLIGHT_MARGIN),
    Math.min(axis.count(side), axis.firstFrom(side, bottom + 2)),
  ] as const);
  const fonts = fontsFor(metrics.size);
  const taken = new Occupied();
  const crowded = ranges.some(([from, to]) => to - from > MOST_EVENTS);
  const gaps = layGaps(scene, columns, fonts, y, taken);
  const { lanes, states } = layLanes(scene, columns, fonts, y, taken);
  const flights = crowded ? [] : layFlights(scene, columns, fonts, y, ranges, taken, mostPieces(view));
  const many = crowded ? crowd() : null;
  const bins = many?.layBins(scene, columns, y, ranges) ?? [];
  const row = nowRow(scene);
  takeChip(taken, y(row), fonts);
  return {
    view, columns, fonts, lanes, states, flights, gaps,
    crowded, bins, sums: many?.sumBins(scene, bins, fonts.state) ?? [],
    times: layTimes(scene, fonts, y, ranges, flights, gaps, taken),
    notes: crowded ? [] : layNotes(scene, columns, y, ranges),
    cursorY: view.cursor < 0 ? null : y(row),
    end: y(axis.height),
  };
}

/** Pieces of a label: all where there is room, the first on a phone, none in a crowd of lines. */
function mostPieces(view: LadderView): number {
  if (view.rowHeight < LEAST_LABEL_ROW) return 0;
  return view.width < NARROW ? 1 : 3;
}
const LEAST_LABEL_ROW = 9; // CSS px

/** Where the cursor's own time stands, over all the others. */
function takeChip(taken: Occupied, y: number, fonts: Fonts): void {
  const high = fonts.time.size * 1.5;
  taken.add({ left: 0, right: CHIP, top: y - high / 2, bottom: y + high / 2 });
}
const CHIP = 40; // CSS px: enough to meet every time in the gutter

function layNotes(scene: Scene, columns: Columns, y: (row: number) => number, ranges: Ranges): Note[] {
  const out: Note[] = [];
  ranges.forEach(([from, to], side) => {
    const timeline = scene.log.timelines[side];
    if (timeline === undefined) return;
    for (let i = from; i < to; i++) {
      const column = columns.of(side, timeline.node(i));
      const kind = noteKind(timeline, i);
      if (kind === null || column === null) continue;
      out.push({ side, i: eventIndex(i), x: column.x, y: y(scene.log.axis.rowOf(side, i)), kind, past: isPast(scene, side, i) });
    }
  });
  return out;
}

function noteKind(timeline: Timeline, i: number): Note['kind'] | null {
  const kind = timeline.kind(i);
  if (kind === KIND.drop) return 'drop';
  if (kind === KIND.tm) return timeline.isStop(i) ? 'timer' : null;
  return kind === KIND.cmd || kind === KIND.con || kind === KIND.call ? 'other' : null;
}
