// Tables, states and timers at any event: every cell keeps the list of its changes in order of
// event, so a seek is one binary search a cell and nothing is replayed. One keyframe is needed: of
// what holds before the first event; any keyframe is taken in as changes at its own event.

import type { EventIndex } from '../wire/types';

/** The changes of one cell. Values at or after indices[k] and before indices[k+1] are values[k]. */
class Changes<V> {
  private readonly indices: number[] = [];
  private readonly values: V[] = [];

  set(i: number, value: V): void {
    let at = this.indices.length;
    while (at > 0 && (this.indices[at - 1] ?? 0) > i) at--;
    if (at > 0 && this.indices[at - 1] === i) this.values[at - 1] = value;
    else if (at === this.indices.length) {
      this.indices.push(i);
      this.values.push(value);
    } else {
      this.indices.splice(at, 0, i);
      this.values.splice(at, 0, value);
    }
  }
  at(i: number): V | undefined {
    let low = 0;
    let high = this.indices.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.indices[middle] ?? 0) <= i) low = middle + 1;
      else high = middle;
    }
    return low === 0 ? undefined : this.values[low - 1];
  }
  /** Calls back with every change that lies in [from, to), in order. */
  each(from: number, to: number, see: (i: number, value: V) => void): void {
    for (let k = 0; k < this.indices.length; k++) {
      const i = this.indices[k] ?? 0;
      const value = this.values[k];
      if (i >= from && i < to && value !== undefined) see(i, value);
    }
  }
}

/**
 * Cells by key, each with its history. A fork's History has its parent's behind it: what the fork
 * itself did not change by event i is read from the parent at the fork point.
 */
export class History<V> {
  private readonly cells = new Map<string, Changes<V>>();

  constructor(
    private readonly parent: History<V> | null,
    private readonly fork: number,
  ) {}

  set(key: string, i: EventIndex, value: V): void {
    let cell = this.cells.get(key);
    if (!cell) {
      cell = new Changes<V>();
      this.cells.set(key, cell);
    }
    cell.set(i, value);
  }
  at(key: string, i: number): V | undefined {
    const own = i >= this.fork || !this.parent ? this.cells.get(key)?.at(i) : undefined;
    return own !== undefined ? own : this.parent?.at(key, Math.min(i, this.fork - 1));
  }
  /** Every key that was ever set, the parent's first, each once. */
  keys(): string[] {
    const all = this.parent ? this.parent.keys() : [];
    const seen = new Set(all);
    for (const key of this.cells.keys()) if (!seen.has(key)) all.push(key);
    return all;
  }
  /** Every change of one cell in [from, to), in order, the parent's part included. */
  changes(key: string, from: number, to: number, see: (i: number, value: V) => void): void {
    this.parent?.changes(key, from, Math.min(to, this.fork), see);
    this.cells.get(key)?.each(from, to, see);
  }
}
