// Counts of packets by link direction over event index, halved level by level, so that a view of
// any width reads O(width) numbers. Grows as events are appended; never shrinks.

import type { EventIndex } from '../wire/types';

const FIRST_BIN = 64; // events a bin at level 0
const LEVELS = 16;

/** What the packets of one bin were, summed over links. `t0`..`t1` is the bin's span of time. */
export interface Bin {
  readonly from: EventIndex;
  readonly to: EventIndex;
  readonly t0: number;
  readonly t1: number;
  readonly sent: number;
  readonly lost: number;
}

interface Level {
  readonly size: number; // events a bin
  sent: number[];
  lost: number[];
  t0: number[];
  t1: number[];
  byPair: Map<string, number[]>; // "from>to" -> sent per bin
}

export class Pyramid {
  private readonly levels: Level[] = [];

  constructor() {
    for (let k = 0, size = FIRST_BIN; k < LEVELS; k++, size *= 2) {
      this.levels.push({ size, sent: [], lost: [], t0: [], t1: [], byPair: new Map() });
    }
  }
  /** Counts one event of index i at time t; pair is null unless it was sent. */
  add(i: number, t: number, pair: string | null, lost: boolean): void {
    for (const level of this.levels) {
      const bin = Math.floor(i / level.size);
      for (let b = level.sent.length; b <= bin; b++) {
        level.sent.push(0);
        level.lost.push(0);
        level.t0.push(Infinity);
        level.t1.push(-Infinity);
      }
      level.t0[bin] = Math.min(level.t0[bin] ?? t, t);
      level.t1[bin] = Math.max(level.t1[bin] ?? t, t);
      if (lost) level.lost[bin] = (level.lost[bin] ?? 0) + 1;
      if (pair === null) continue;
      level.sent[bin] = (level.sent[bin] ?? 0) + 1;
      let row = level.byPair.get(pair);
      if (!row) level.byPair.set(pair, (row = []));
      while (row.length <= bin) row.push(0);
      row[bin] = (row[bin] ?? 0) + 1;
    }
  }
  /** The level whose bins over `span` events are at most `most` (the finest such). */
  levelFor(span: number, most: number): number {
    for (let k = 0; k < LEVELS; k++) {
      if (span / (this.levels[k]?.size ?? 1) <= most) return k;
    }
    return LEVELS - 1;
  }
  /** Bins of a level that touch [from, to). */
  bins(k: number, from: number, to: number): Bin[] {
    const level = this.levels[k];
    const out: Bin[] = [];
    if (!level) return out;
    const last = Math.min(level.sent.length, Math.ceil(to / level.size));
    for (let b = Math.max(0, Math.floor(from / level.size)); b < last; b++) {
      out.push({
        from: (b * level.size) as EventIndex,
        to: ((b + 1) * level.size) as EventIndex,
        t0: level.t0[b] ?? 0,
        t1: level.t1[b] ?? 0,
        sent: level.sent[b] ?? 0,
        lost: level.lost[b] ?? 0,
      });
    }
    return out;
  }
  /** Packets from one node to a neighbour in bin b of level k. */
  pair(k: number, from: number, to: number, b: number): number {
    return this.levels[k]?.byPair.get(`${from}>${to}`)?.[b] ?? 0;
  }
  binSize(k: number): number {
    return this.levels[k]?.size ?? FIRST_BIN;
  }
}
