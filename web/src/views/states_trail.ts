// Which arcs of a state graph were taken up to the cursor, how often, and which last: counts go
// forward with the cursor and are made anew when it goes back. And who stands where at the cursor:
// it goes both ways, by what has changed. Reads the model only.

import type { Timeline } from '../model/lab';
import type { EventIndex, GraphName, NodeId } from '../wire/types';

export interface Taken {
  readonly from: string;
  readonly to: string;
  readonly count: number;
  readonly last: EventIndex;
}

/** Whose states are told: of one node, or of one of its objects. */
export interface Only {
  readonly node: NodeId;
  readonly obj: number | null;
}

export class Trail {
  private counts = new Map<string, Taken>();
  private upTo = -1; // of the list of changes
  private of: Timeline | null = null;
  private graph: GraphName | null = null;
  private only: Only | null = null;

  /** The arcs of `graph` taken in a timeline up to and including event i. */
  at(timeline: Timeline, graph: GraphName, i: number, only: Only | null = null): readonly Taken[] {
    const changes = timeline.stateChanges();
    const back = this.upTo >= 0 && (changes[this.upTo] ?? Infinity) > i;
    if (timeline !== this.of || graph !== this.graph || only !== this.only || back) {
      this.counts = new Map();
      this.upTo = -1;
      this.of = timeline;
      this.graph = graph;
      this.only = only;
    }
    while (this.upTo + 1 < changes.length && (changes[this.upTo + 1] ?? Infinity) <= i) {
      this.take(timeline, changes[++this.upTo] ?? (0 as EventIndex));
    }
    return [...this.counts.values()];
  }
  private take(timeline: Timeline, i: EventIndex): void {
    const e = timeline.event(i);
    if (e === null || e.k !== 'st' || e.m !== this.graph || e.from === e.to) return;
    if (this.only !== null && (e.n !== this.only.node || (this.only.obj ?? e.obj) !== e.obj)) return;
    const key = `${e.from}\u0001${e.to}`;
    this.counts.set(key, { from: e.from, to: e.to, count: (this.counts.get(key)?.count ?? 0) + 1, last: i });
  }
}

/** A node's instances in one state. */
export interface Standing {
  readonly node: NodeId;
  readonly state: string;
  readonly count: number;
  readonly names: readonly string[]; // of the first of them
}
const MOST_NAMES = 20;

interface Spot {
  readonly node: NodeId;
  readonly state: string;
  readonly name: string;
}
export class Standings {
  private groups = new Map<string, { node: NodeId; state: string; names: Map<string, string> }>();
  private now = new Map<string, Spot>(); // by object
  private past: (Spot | null | undefined)[] = []; // what stood where a change put another; undefined: not of this graph
  private taken: EventIndex[] = []; // the changes that are counted
  private of: Timeline | null = null;
  private graph: GraphName | null = null;

  at(timeline: Timeline, graph: GraphName, i: number, only: Only | null = null): readonly Standing[] {
    const changes = timeline.stateChanges();
    const last = this.taken.length - 1;
    if (timeline !== this.of || graph !== this.graph || changes[last] !== this.taken[last]) {
      Object.assign(this, { groups: new Map(), now: new Map(), past: [], taken: [], of: timeline, graph });
    }
    for (let next = changes[this.taken.length]; next !== undefined && next <= i; next = changes[this.taken.length]) {
      this.forth(timeline, next);
    }
    while (this.taken.length > 0 && (this.taken[this.taken.length - 1] ?? 0) > i) this.back(timeline);
    const groups = [...this.groups.values()].filter((g) => g.names.size > 0 && (only === null || g.node === only.node));
    return groups.flatMap(({ node, state, names: all }) => {
      const names = only === null || only.obj === null ? all
        : new Map([...all].filter(([key]) => key === `${node} ${only.obj}`));
      if (names.size === 0) return [];
      const some: string[] = [];
      for (const name of names.values()) if (some.push(name) === MOST_NAMES) break;
      return { node, state, count: names.size, names: some };
    });
  }
  private forth(timeline: Timeline, i: EventIndex): void {
    this.taken.push(i);
    const e = timeline.event(i);
    if (e === null || e.k !== 'st' || e.m !== this.graph) {
      this.past.push(undefined);
      return;
    }
    const key = `${e.n} ${e.obj}`;
    this.past.push(this.now.get(key) ?? null);
    this.put(key, { node: e.n, state: e.to, name: e.name });
  }
  private back(timeline: Timeline): void {
    const e = timeline.event(this.taken.pop() ?? 0);
    const was = this.past.pop();
    if (was !== undefined && e !== null && e.k === 'st') this.put(`${e.n} ${e.obj}`, was);
  }
  private put(key: string, spot: Spot | null): void {
    const old = this.now.get(key);
    if (old) this.groups.get(`${old.node} ${old.state}`)?.names.delete(key);
    if (spot === null) {
      this.now.delete(key);
      return;
    }
    this.now.set(key, spot);
    const name = `${spot.node} ${spot.state}`;
    const group = this.groups.get(name) ?? { node: spot.node, state: spot.state, names: new Map<string, string>() };
    this.groups.set(name, group);
    group.names.set(key, spot.name);
  }
}
