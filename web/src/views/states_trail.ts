// Which arcs of a state graph were taken up to the cursor, how often, and which last. Counts go
// forward with the cursor and are made anew when it goes back. Reads the model only.

import type { Timeline } from '../model/lab';
import type { EventIndex, GraphName } from '../wire/types';

export interface Taken {
  readonly from: string;
  readonly to: string;
  readonly count: number;
  readonly last: EventIndex;
}

export class Trail {
  private counts = new Map<string, Taken>();
  private upTo = -1; // of the list of changes
  private of: Timeline | null = null;
  private graph: GraphName | null = null;

  /** The arcs of `graph` taken in a timeline up to and including event i. */
  at(timeline: Timeline, graph: GraphName, i: number): readonly Taken[] {
    const changes = timeline.stateChanges();
    const back = this.upTo >= 0 && (changes[this.upTo] ?? Infinity) > i;
    if (timeline !== this.of || graph !== this.graph || back) {
      this.counts = new Map();
      this.upTo = -1;
      this.of = timeline;
      this.graph = graph;
    }
    while (this.upTo + 1 < changes.length && (changes[this.upTo + 1] ?? Infinity) <= i) {
      this.take(timeline, changes[++this.upTo] ?? (0 as EventIndex));
    }
    return [...this.counts.values()];
  }
  private take(timeline: Timeline, i: EventIndex): void {
    const e = timeline.event(i);
    if (e === null || e.k !== 'st' || e.m !== this.graph || e.from === e.to) return;
    const key = `${e.from}\u0001${e.to}`;
    this.counts.set(key, { from: e.from, to: e.to, count: (this.counts.get(key)?.count ?? 0) + 1, last: i });
  }
}
