// The packets of a window: from lane to lane at their true slope, as far as they have come at the
// moment that is shown, with labels that do not overlap. Pure.

import { KIND, eventIndex, type EventIndex, type SentEvent } from '../wire/types';
import type { Timeline } from '../model/lab';
import type { Columns } from './columns';
import { placeLabel, type Occupied, type Placed, type Segment } from './labels';
import { isPast, nowRow, type Fonts, type Ranges, type Scene } from './scene';
import { isForwarded } from './log';

export interface Flight {
  readonly side: number;
  readonly i: EventIndex; // its `tx`
  readonly role: string;
  readonly phase: 'future' | 'flying' | 'arrived' | 'lost';
  readonly line: Segment; // the whole way, to the lane or to where it dies
  readonly at: readonly [number, number]; // how far it has come
  readonly dies: boolean; // known to be lost
  readonly later: boolean; // a later hop of a packet that another node made
  readonly again: boolean; // sent before
  readonly differs: boolean; // the other timeline has none like it
  readonly label: Placed | null;
  readonly why: Placed | null; // words beside the cross
}

const MARGIN = 30; // px above the window within which a flight may still say something
const HALF_LANE = 5; // px from a lane's middle to where arrows begin and end

export function layFlights(
  scene: Scene, columns: Columns, fonts: Fonts, y: (row: number) => number, ranges: Ranges, taken: Occupied, most: number,
): Flight[] {
  const raw: Raw[] = [];
  ranges.forEach(([from, to], side) => {
    const timeline = scene.log.timelines[side];
    if (timeline === undefined) return;
    for (const long of scene.log.axis.longFlights) {
      if (long.side === side && long.i < from && long.end >= scene.view.top) add(long.i);
    }
    for (let i = from; i < to; i++) if (timeline.kind(i) === KIND.tx) add(i);
    function add(i: number): void {
      const flight = timeline === undefined ? null : flightAt(scene, timeline, columns, side, i, y);
      if (flight !== null && Math.max(flight.line.y1, flight.line.y2) > -MARGIN) raw.push(flight);
    }
  });
  for (const f of raw) taken.addLine(f.line);
  takeSigns(raw, fonts, taken);
  const style = { head: fonts.head, rest: fonts.rest, measure: scene.metrics.measure, most, clear: most === 1 ? 8 : 14 };
  const sign = fonts.head.size * 1.35;
  // A reason right beside its cross goes first, then the labels, then reasons wherever there is room.
  const lost = (f: Raw): boolean => f.phase === 'lost' && most > 0;
  const first = raw.map((f) => (lost(f) ? placeWhy(f, scene, fonts, taken, true) : null));
  const labels = raw.map((f) => {
    const wanted = { line: f.line, pieces: f.pieces, lead: f.again ? sign : 0, reach: f.reach, limit: f.limit };
    return f.pieces.length === 0 || most === 0 || f.phase === 'future' ? null : placeLabel(wanted, taken, style);
  });
  return raw.map((f, k) => {
    const why = first[k] ?? (lost(f) ? placeWhy(f, scene, fonts, taken, false) : null);
    return { ...f, label: labels[k] ?? null, why };
  });
}

interface Raw extends Omit<Flight, 'label' | 'why'> {
  readonly pieces: readonly string[]; // none on later hops
  readonly reason: string;
  readonly reach: number;
  readonly limit: number;
}

function flightAt(
  scene: Scene, timeline: Timeline, columns: Columns, side: number, i: number, y: (row: number) => number,
): Raw | null {
  const e = timeline.event(i);
  if (e === null || e.k !== 'tx') return null;
  const from = columns.of(side, e.n);
  const to = columns.of(side, e.to);
  if (from === null || to === null || from === to) return null;
  const { axis } = scene.log;
  const fate = timeline.fate(i);
  const way = to.x > from.x ? 1 : -1;
  const [x1, full] = [from.x + way * HALF_LANE, to.x - way * HALF_LANE];
  const where = fate.kind === 'lost' ? Math.max(0.06, Math.min(0.94, fate.where)) : 1;
  const endRow = fate.kind === 'flying' ? axis.rowAt(e.rx) : axis.rowOf(side, fate.at);
  const line = { x1, y1: y(axis.rowOf(side, i)), x2: x1 + (full - x1) * where, y2: y(endRow) };
  const begun = isPast(scene, side, i);
  const ended = fate.kind !== 'flying' && isPast(scene, side, fate.at);
  const phase = !begun ? 'future' : !ended ? 'flying' : fate.kind === 'lost' ? 'lost' : 'arrived';
  return {
    side, i: eventIndex(i), role: scene.lab.roles[e.role]?.name ?? '', phase, line,
    at: phase === 'flying' ? partOf(line, y(nowRow(scene)), progress(scene, e)) : [line.x2, line.y2],
    dies: fate.kind === 'lost',
    later: isForwarded(timeline, i),
    again: e.rtx > 0,
    differs: scene.log.differences?.[side]?.has(eventIndex(i)) ?? false,
    pieces: isForwarded(timeline, i) ? [] : e.lab,
    reach: full,
    limit: outermost(columns, side, way) - way * HALF_LANE,
    reason: fate.kind === 'lost' ? scene.words.say(fate.why) : '',
  };
}

/** The last lane in a direction: where a label that is wider than a hop may reach to. */
function outermost(columns: Columns, side: number, way: number): number {
  const own = columns.all.filter((c) => c.side === side).map((c) => c.x);
  return way > 0 ? Math.max(...own) : Math.min(...own);
}

/** The point of a line at the height of the cursor; a level line is divided by time. */
function partOf(line: Segment, y: number, byTime: number): readonly [number, number] {
  const high = line.y2 - line.y1;
  const part = high < 1 ? byTime : Math.min(1, Math.max(0, (y - line.y1) / high));
  return [line.x1 + (line.x2 - line.x1) * part, line.y1 + high * part];
}

function progress(scene: Scene, e: SentEvent): number {
  const main = scene.log.timelines[scene.view.main];
  const now = scene.view.now ?? (main === undefined || scene.view.cursor < 0 ? 0 : main.time(scene.view.cursor));
  return e.rx <= e.t ? 1 : Math.min(1, Math.max(0, (now - e.t) / (e.rx - e.t)));
}

/** What stays free around a cross, and around a packet on its way, by the size of a label. */
const CROSS = 0.68;
const DOT = 0.46;

/** Crosses and packets on their way are never covered. */
function takeSigns(flights: readonly Raw[], fonts: Fonts, taken: Occupied): void {
  for (const f of flights) {
    if (f.phase !== 'lost' && f.phase !== 'flying') continue;
    const [[x, y], half] = [f.at, fonts.head.size * (f.phase === 'lost' ? CROSS : DOT)];
    taken.add({ left: x - half, right: x + half, top: y - half, bottom: y + half });
  }
}

/** The reason stands beyond the cross, where the packet would have gone on; else around it. */
function placeWhy(f: Raw, scene: Scene, fonts: Fonts, taken: Occupied, near: boolean): Placed | null {
  const high = fonts.words.size * 1.2;
  const texts = [scene.words.t('ui.ladder.lost', { why: f.reason }), scene.words.t('ui.ladder.lost_short')];
  for (const strict of near ? [true] : [true, false]) {
    for (const text of near ? texts.slice(0, 1) : texts) {
      const width = scene.metrics.measure(text, fonts.words);
      for (const [left, y] of aroundCross(f.line, width, high, fonts.head.size * CROSS).slice(0, near ? 2 : 6)) {
        const box = { left: left - 2, right: left + width + 2, top: y - high / 2, bottom: y + high / 2 };
        if (!taken.free(box) || (strict && !taken.clear(box)) || left < 4 || box.right > scene.view.width - 4) continue;
        taken.add(box);
        return { x: left, y, head: text, headWidth: width, rest: '', restWidth: 0, lead: 0, plate: taken.crossings(box, null) > 0, box };
      }
    }
  }
  return null;
}

function aroundCross(line: Segment, width: number, high: number, cross: number): ReadonlyArray<readonly [number, number]> {
  const { x2: x, y2: y } = line;
  const beyond = line.x2 >= line.x1 ? x + cross + 4 : x - cross - 4 - width;
  const before = line.x2 >= line.x1 ? x - cross - 4 - width : x + cross + 4;
  return [[beyond, y], [beyond, y + high * 0.7], [x - width / 2, y + cross + high * 0.6], [beyond, y - high * 0.7],
    [x - width / 2, y - cross - high * 0.6], [before, y + high * 0.8]];
}
