// Counts of packets by link direction over event index, halved level by level, so that a view of
// any width reads O(width) numbers. Grows as events are appended; never shrinks. The ladder's log
// holds one a timeline.

const FIRST_BIN = 8; // events a bin at level 0
const LEVELS = 19; // the last bin holds two million

interface Counts {
  sent: Uint32Array;
  lost: Uint32Array;
}

export class Pyramid {
  /** Of each direction that was met, its counts at each level. */
  private readonly pairs = new Map<number, readonly Counts[]>();

  /** Counts the event of index i: a packet that was sent, or lost, on the way from one node to another. */
  add(i: number, from: number, to: number, lost: boolean): void {
    const key = pairKey(from, to);
    let levels = this.pairs.get(key);
    if (levels === undefined) {
      levels = Array.from({ length: LEVELS }, () => ({ sent: new Uint32Array(8), lost: new Uint32Array(8) }));
      this.pairs.set(key, levels);
    }
    let bin = Math.floor(i / FIRST_BIN);
    for (const level of levels) {
      if (bin >= level.sent.length) grow(level, bin + 1);
      const counts = lost ? level.lost : level.sent;
      counts[bin] = (counts[bin] ?? 0) + 1;
      bin >>= 1;
    }
  }
  /** The finest level at which `span` events take at most `most` bins. */
  levelFor(span: number, most: number): number {
    for (let k = 0; k < LEVELS; k++) if (span / this.binSize(k) <= most) return k;
    return LEVELS - 1;
  }
  /** Events that a bin of level k stands for. */
  binSize(k: number): number {
    return FIRST_BIN * 2 ** k;
  }
  sent(k: number, bin: number, from: number, to: number): number {
    return this.pairs.get(pairKey(from, to))?.[k]?.sent[bin] ?? 0;
  }
  lost(k: number, bin: number, from: number, to: number): number {
    return this.pairs.get(pairKey(from, to))?.[k]?.lost[bin] ?? 0;
  }
}

const pairKey = (from: number, to: number): number => from * 65536 + to; // nodes are fewer

function grow(level: Counts, bins: number): void {
  const room = Math.max(bins, level.sent.length * 2);
  level.sent = wider(level.sent, room);
  level.lost = wider(level.lost, room);
}

function wider(from: Uint32Array, room: number): Uint32Array {
  const to = new Uint32Array(room);
  to.set(from);
  return to;
}
