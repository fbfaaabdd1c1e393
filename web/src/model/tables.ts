// Tables, states and timers at any event: every cell keeps the list of its changes in order of
// event, so a seek is one binary search a cell and nothing is replayed. One keyframe is needed: of
// what holds before the first event; any keyframe is taken in as changes at its own event.

import type { EventIndex, NodeId, TableImage, TableName, TableRows } from '../wire/types';

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
  /** How many keys there are at most. */
  get size(): number {
    return this.cells.size + (this.parent?.size ?? 0);
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

interface Row {
  readonly cells: readonly string[] | null; // null: deleted
}
/** The rows of all tables. Each table of a node is a History of its own: a long one slows no other. */
export class Tables {
  private readonly parts = new Map<string, History<Row>>();

  constructor(
    private readonly parent: Tables | null,
    private readonly fork: number,
  ) {}

  set(table: TableName, n: NodeId, key: string, i: EventIndex, cells: readonly string[] | null): void {
    this.part(`${n} ${table}`).set(key, i, { cells });
  }
  at(i: number, table: TableName, n: NodeId): TableRows {
    const out = new Map<string, readonly string[]>();
    const part = this.part(`${n} ${table}`);
    for (const key of part.keys()) {
      const cells = part.at(key, i)?.cells;
      if (cells) out.set(key, cells);
    }
    return out;
  }
  /** Rows that a table of a node ever had. */
  size(table: TableName, n: NodeId): number {
    return this.part(`${n} ${table}`).size;
  }
  /** All tables at event i, as the server gave them: rows that it does not name are gone. */
  put(i: EventIndex, image: TableImage): void {
    const named = new Set<string>();
    for (const [table, nodes] of image) {
      for (const [n, rows] of nodes) {
        for (const [key, cells] of rows) {
          named.add(`${n} ${table} ${key}`);
          this.set(table, n, key, i, cells);
        }
      }
    }
    for (const name of this.names()) {
      const part = this.part(name);
      for (const key of part.keys()) if (!named.has(`${name} ${key}`)) part.set(key, i, { cells: null });
    }
  }
  private names(): ReadonlySet<string> {
    return new Set([...(this.parent?.names() ?? []), ...this.parts.keys()]);
  }
  private part(name: string): History<Row> {
    let part = this.parts.get(name);
    if (part === undefined) {
      part = new History<Row>(this.parent?.part(name) ?? null, this.fork);
      this.parts.set(name, part);
    }
    return part;
  }
}
