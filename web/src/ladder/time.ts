// The time axis of the ladder. Three spaces: virtual time in ns; rows, a coordinate that never
// goes back from one event to the next; and pixels, which are rows times the height of a row.
// Within a busy stretch rows are proportional to time, so that a slope is a delay; a long silence
// is collapsed to a gap of fixed height; where two labels would meet, the rows between them grow.

import { KIND, type EventIndex, type LinkLine, type VirtualNs } from '../wire/types';

/** What the axis reads of one timeline. */
export interface Clocked {
  readonly length: number;
  time(i: number): number;
  kind(i: number): number;
  node(i: number): number;
  to(i: number): number;
  /** Is the `tx` at i a later hop of a packet that another node made? */
  forwarded(i: number): boolean;
  /** Does the state change at i get its name written beside the lane? */
  named(i: number): boolean;
}

/** A collapsed silence: it ends with event `i` of timeline `side`. */
export interface Gap {
  readonly side: number;
  readonly i: EventIndex;
  readonly from: VirtualNs;
  readonly to: VirtualNs;
  readonly top: number; // rows
  readonly bottom: number;
}

export type Scale = 'compact' | 'linear';

const LABEL_ROWS = 1.15; // between two labels at one sender
const STATE_ROWS = 0.95; // between two state names of one node
const REPLY_ROWS = 0.3; // between an arrow head and the answer that leaves there
const SILENCE_ROWS = 7; // a silence longer than this is collapsed
export const GAP_ROWS = 2.6;
/** A flight that takes more rows than this is kept in a list of its own. */
const LONG_FLIGHT = 40;

/** ns a row: the shortest link takes one and a half, the longest at most five. */
export function rowTime(links: readonly LinkLine[]): number {
  const delays = links.flatMap((l) => [...l.delayNs]).filter((d) => d > 0);
  if (delays.length === 0) return 1e6;
  return Math.max(Math.min(...delays) / 1.5, Math.max(...delays) / 5);
}

/** The rows of one timeline's events, or of two that share one axis. */
export class TimeAxis {
  readonly gaps: Gap[] = [];
  /** Flights longer than the margin by which a layout looks above its window. */
  readonly longFlights: { readonly side: number; readonly i: EventIndex; readonly end: number }[] = [];
  private readonly sides: { rows: Float64Array; count: number }[];
  private readonly knotTimes: number[] = [];
  private readonly knotRows: number[] = [];
  private readonly lastLabel = new Map<string, number>();
  private readonly lastState = new Map<string, number>();
  private readonly lastArrival = new Map<string, number>();
  private row = 0;
  private time = 0;

  constructor(
    readonly perRow: number,
    readonly scale: Scale = 'compact',
    sides = 1,
  ) {
    this.sides = Array.from({ length: sides }, () => ({ rows: new Float64Array(256), count: 0 }));
  }

  /** Rows from the first event to the last. */
  get height(): number {
    return this.row;
  }
  get lastTime(): number {
    return this.time;
  }
  count(side: number): number {
    return this.sides[side]?.count ?? 0;
  }
  rowOf(side: number, i: number): number {
    return this.sides[side]?.rows[i] ?? 0;
  }

  /** Takes in the next event of a side. Events come in the order of their times. */
  push(side: number, log: Clocked, i: number): void {
    const t = Math.max(log.time(i), this.time);
    const first = this.knotTimes.length === 0;
    if (first || t > this.time) this.advance(side, i, first ? t : this.time, t);
    if (this.scale === 'compact') this.makeRoom(side, log, i);
    this.store(side, i);
  }

  /** A row for two sides at once: an event before their fork. */
  pushShared(log: Clocked, i: number): void {
    this.push(0, log, i);
    for (let side = 1; side < this.sides.length; side++) this.store(side, i);
  }

  /** The row of a moment: between events in proportion, after the last at the usual pace. */
  rowAt(t: number): number {
    const k = upperBound(this.knotTimes, this.knotTimes.length, t) - 1;
    if (k < 0) return this.knotRows[0] ?? 0;
    const t0 = this.knotTimes[k] ?? 0;
    const r0 = this.knotRows[k] ?? 0;
    const t1 = this.knotTimes[k + 1];
    if (t1 === undefined) return r0 + Math.min(SILENCE_ROWS, (t - t0) / this.perRow);
    return r0 + (((this.knotRows[k + 1] ?? r0) - r0) * (t - t0)) / (t1 - t0);
  }

  /** The first event of a side whose row is at or below `row`. */
  firstFrom(side: number, row: number): number {
    const s = this.sides[side];
    return s === undefined ? 0 : lowerBound(s.rows, s.count, row);
  }

  private advance(side: number, i: number, from: number, to: number): void {
    const natural = (to - from) / this.perRow;
    if (this.scale === 'compact' && natural > SILENCE_ROWS) {
      this.gaps.push({
        side, i: i as EventIndex, from: from as VirtualNs, to: to as VirtualNs,
        top: this.row, bottom: this.row + GAP_ROWS,
      });
      this.row += GAP_ROWS;
    } else {
      this.row += natural;
    }
    this.time = to;
  }

  private makeRoom(side: number, log: Clocked, i: number): void {
    const kind = log.kind(i);
    const node = `${side}:${log.node(i)}`;
    if (kind === KIND.rx) {
      this.lastArrival.set(node, this.row);
    } else if (kind === KIND.tx && !log.forwarded(i)) {
      const arrival = this.lastArrival.get(node);
      if (arrival !== undefined) this.atLeast(arrival + REPLY_ROWS);
      const lane = `${node}>${log.to(i)}`;
      this.atLeast((this.lastLabel.get(lane) ?? -Infinity) + LABEL_ROWS);
      this.lastLabel.set(lane, this.row);
    } else if (kind === KIND.st && log.named(i)) {
      this.atLeast((this.lastState.get(node) ?? -Infinity) + STATE_ROWS);
      this.lastState.set(node, this.row);
    }
  }

  private atLeast(row: number): void {
    if (row > this.row) this.row = row;
  }

  private store(side: number, i: number): void {
    const s = this.sides[side];
    if (s === undefined) return;
    if (i >= s.rows.length) {
      const grown = new Float64Array(Math.max(i + 1, s.rows.length * 2));
      grown.set(s.rows);
      s.rows = grown;
    }
    s.rows[i] = this.row;
    s.count = Math.max(s.count, i + 1);
    this.knot();
  }

  /** One knot a moment: at the last row that its events took. */
  private knot(): void {
    const k = this.knotTimes.length - 1;
    if (k >= 0 && this.knotTimes[k] === this.time) {
      this.knotRows[k] = this.row;
      return;
    }
    this.knotTimes.push(this.time);
    this.knotRows.push(this.row);
  }

  /** Notes a flight whose end is known, so that a window in its middle finds it. */
  noteFlight(side: number, from: EventIndex, to: number): void {
    const end = this.rowOf(side, to);
    if (end - this.rowOf(side, from) > LONG_FLIGHT) this.longFlights.push({ side, i: from, end });
  }
}

/** How many rows above a window a layout has to look for flights that reach into it. */
export const FLIGHT_MARGIN = LONG_FLIGHT;

/** First k below count with values[k] > x. */
export function upperBound(values: ArrayLike<number>, count: number, x: number): number {
  let [low, high] = [0, count];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((values[middle] ?? 0) > x) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** First k below count with values[k] >= x. */
export function lowerBound(values: ArrayLike<number>, count: number, x: number): number {
  let [low, high] = [0, count];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((values[middle] ?? 0) >= x) high = middle;
    else low = middle + 1;
  }
  return low;
}
