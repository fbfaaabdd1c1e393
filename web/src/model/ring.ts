// One timeline's own events in arrays of numbers, one slot an event, plus the event itself for
// words. A slot that was never filled is a hole: kind 0. Written by model/lab.ts alone.

import { KIND, eventIndex, nodeId, linkId, virtualNs } from '../wire/types';
import type { EventIndex, LinkId, NodeId, TraceEvent, VirtualNs } from '../wire/types';

const NONE = -1;
const FIRST_CAPACITY = 1024;

export class Ring {
  /** Index of the first slot: the fork point, 0 for a root. */
  readonly base: number;
  private count = 0;
  private times = new Float64Array(FIRST_CAPACITY);
  private arrivals = new Float64Array(FIRST_CAPACITY);
  private causes = new Int32Array(FIRST_CAPACITY);
  private fates = new Int32Array(FIRST_CAPACITY); // index of the event that ended a flight
  private nodes = new Uint32Array(FIRST_CAPACITY);
  private others = new Uint32Array(FIRST_CAPACITY);
  private links = new Uint32Array(FIRST_CAPACITY);
  private kinds = new Uint8Array(FIRST_CAPACITY);
  private roles = new Uint8Array(FIRST_CAPACITY);
  private events: (TraceEvent | null)[] = [];

  constructor(base: number) {
    this.base = base;
  }
  /** One past the last slot. */
  get end(): number {
    return this.base + this.count;
  }
  has(i: number): boolean {
    return i >= this.base && i < this.end && this.kinds[i - this.base] !== 0;
  }
  kind(i: number): number {
    return this.kinds[i - this.base] ?? 0;
  }
  time(i: number): VirtualNs {
    return virtualNs(this.times[i - this.base] ?? 0);
  }
  arrival(i: number): VirtualNs {
    return virtualNs(this.arrivals[i - this.base] ?? 0);
  }
  node(i: number): NodeId {
    return nodeId(this.nodes[i - this.base] ?? 0);
  }
  other(i: number): NodeId {
    return nodeId(this.others[i - this.base] ?? 0);
  }
  link(i: number): LinkId {
    return linkId(this.links[i - this.base] ?? 0);
  }
  role(i: number): number {
    return this.roles[i - this.base] ?? 0;
  }
  cause(i: number): EventIndex | null {
    const c = this.causes[i - this.base] ?? NONE;
    return c === NONE ? null : eventIndex(c);
  }
  fate(i: number): EventIndex | null {
    const f = this.fates[i - this.base] ?? NONE;
    return f === NONE ? null : eventIndex(f);
  }
  event(i: number): TraceEvent | null {
    return this.events[i - this.base] ?? null;
  }
  setFate(i: number, by: EventIndex): void {
    if (i >= this.base && i < this.end) this.fates[i - this.base] = by;
  }
  /** False when the slot was filled before (a repeat after a resume) or lies before the base. */
  put(e: TraceEvent): boolean {
    const slot = e.i - this.base;
    if (slot < 0 || this.has(e.i)) return false;
    this.reserve(slot + 1);
    for (let s = this.count; s <= slot; s++) this.clear(s);
    this.count = Math.max(this.count, slot + 1);
    this.fill(slot, e);
    return true;
  }
  /** Last loaded index at or before time t, or null. Holes are stepped over to the left. */
  atTime(t: number): EventIndex | null {
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >> 1;
      let probe = middle;
      while (probe > low && this.kinds[probe] === 0) probe--;
      if ((this.times[probe] ?? 0) <= t) low = middle + 1;
      else high = probe;
    }
    return low === 0 ? null : eventIndex(this.base + low - 1);
  }
  /** First hole at or after i, as [from, to), or null. */
  hole(i: number): readonly [EventIndex, EventIndex] | null {
    for (let s = Math.max(0, i - this.base); s < this.count; s++) {
      if (this.kinds[s] !== 0) continue;
      let end = s;
      while (end < this.count && this.kinds[end] === 0) end++;
      return [eventIndex(this.base + s), eventIndex(this.base + end)];
    }
    return null;
  }

  private fill(slot: number, e: TraceEvent): void {
    this.times[slot] = e.t;
    this.causes[slot] = e.cause ?? NONE;
    this.nodes[slot] = e.n;
    this.kinds[slot] = KIND[e.k];
    this.events[slot] = e;
    if (e.k === 'tx') {
      this.arrivals[slot] = e.rx;
      this.others[slot] = e.to;
      this.links[slot] = e.l;
      this.roles[slot] = e.role;
    } else if (e.k === 'rx') {
      this.others[slot] = e.from;
      this.links[slot] = e.l;
    } else if (e.k === 'lost') {
      this.others[slot] = e.to;
      this.links[slot] = e.l;
    }
  }
  private clear(slot: number): void {
    this.times[slot] = slot > 0 ? (this.times[slot - 1] ?? 0) : 0;
    this.causes[slot] = NONE;
    this.fates[slot] = NONE;
    this.kinds[slot] = 0;
    this.events[slot] = null;
  }
  private reserve(slots: number): void {
    if (slots <= this.kinds.length) return;
    let size = this.kinds.length;
    while (size < slots) size *= 2;
    this.times = grown(this.times, new Float64Array(size));
    this.arrivals = grown(this.arrivals, new Float64Array(size));
    this.causes = grown(this.causes, new Int32Array(size));
    this.fates = grown(this.fates, new Int32Array(size));
    this.nodes = grown(this.nodes, new Uint32Array(size));
    this.others = grown(this.others, new Uint32Array(size));
    this.links = grown(this.links, new Uint32Array(size));
    this.kinds = grown(this.kinds, new Uint8Array(size));
    this.roles = grown(this.roles, new Uint8Array(size));
  }
}

interface Settable<T> {
  set(from: T): void;
}
function grown<T extends Settable<T>>(from: T, to: T): T {
  to.set(from);
  return to;
}
