// What the ladder keeps of one timeline, or of two side by side: the time axis, and the tracks of
// the state machines on each node. It only reads the model and grows with it, O(1) an event.

import { KIND, type EventIndex, type GraphName, type NodeId, type ObjectId, type StateEvent } from '../wire/types';
import type { Lab, Timeline } from '../model/lab';
import type { Pyramid } from '../model/pyramid';
import { TimeAxis, rowTime, upperBound, type Clocked, type Scale } from './time';
import type { Differences } from './compare';
import { crowd } from './later';

/** A machine's instance on a node: the events that moved it, ascending. */
export interface Track {
  readonly n: NodeId;
  readonly m: GraphName;
  readonly obj: ObjectId;
  readonly rest: string | null; // the graph's first state: it is as good as not there; null: no graph
  readonly slot: number; // beside how many others of its node it began
  readonly at: EventIndex[];
  readonly states: string[];
}

/** A packet carries the node that made it; any other node that sends it hands it on. */
export function isForwarded(timeline: Timeline, i: number): boolean {
  const e = timeline.event(i);
  if (e === null || e.k !== 'tx') return false;
  const origin = Number(e.p.slice(0, e.p.indexOf('.')));
  return Number.isFinite(origin) && origin !== e.n;
}

function clocked(timeline: Timeline, graph: GraphName | null): Clocked {
  return {
    get length() {
      return timeline.length;
    },
    time: (i) => timeline.time(i),
    kind: (i) => timeline.kind(i),
    node: (i) => timeline.node(i),
    to: (i) => timeline.to(i),
    forwarded: (i) => isForwarded(timeline, i),
    named: (i) => {
      const e = timeline.event(i);
      return e !== null && e.k === 'st' && (graph === null || e.m === graph);
    },
  };
}

/** Machines that are drawn beside each other on a lane; further ones are counted. */
export const MOST_SLOTS = 3;

/** The tracks of a node: those that are drawn, by their keys, and how many more there are when. */
export class NodeTracks {
  readonly all: Track[] = [];
  /** How many live beyond the slots that are drawn, by the events at which that changed. */
  readonly beyond: { readonly at: EventIndex[]; readonly count: number[] } = { at: [], count: [] };
  private readonly byKey = new Map<string, Track>();
  private readonly others = new Set<string>(); // keys of those that live beyond
  private readonly used: boolean[] = []; // slots

  move(e: StateEvent, rest: string | null): void {
    const key = `${e.m} ${e.obj}`;
    let track = this.byKey.get(key);
    const slot = track?.slot ?? this.used.slice(0, MOST_SLOTS).findIndex((taken) => !taken);
    const free = slot < 0 ? this.used.length : slot;
    if (track === undefined && (free >= MOST_SLOTS || this.others.has(key))) {
      this.moveBeyond(key, e, rest);
      return;
    }
    if (track === undefined) {
      track = { n: e.n, m: e.m, obj: e.obj, rest, slot: free, at: [], states: [] };
      this.all.push(track);
      this.byKey.set(key, track);
    }
    track.at.push(e.i);
    track.states.push(e.to);
    this.used[track.slot] = e.to !== track.rest;
  }
  /** How many machines live beyond the drawn ones after event i. */
  beyondAt(i: number): number {
    return this.beyond.count[upperBound(this.beyond.at, this.beyond.at.length, i) - 1] ?? 0;
  }
  private moveBeyond(key: string, e: StateEvent, rest: string | null): void {
    if (e.to === rest) this.others.delete(key);
    else this.others.add(key);
    this.beyond.at.push(e.i);
    this.beyond.count.push(this.others.size);
  }
}

export class LadderLog {
  axis: TimeAxis;
  /** Per side, the tracks of each node in the order in which they began. */
  tracks: readonly Map<NodeId, NodeTracks>[];
  /** Per side, the counts for a picture that is zoomed out. */
  pyramids: readonly Pyramid[];
  differences: Differences | null = null;
  /** Events that both sides share; 0 with one side. */
  shared = 0;
  private readonly logs: readonly Clocked[];
  private taken: number[]; // events of each side that are on the axis
  private holes: number[] = []; // of them, those that were not loaded

  constructor(
    readonly lab: Lab,
    readonly timelines: readonly Timeline[],
    private readonly scale: Scale,
    /** The machines whose states the lanes show; null: all. */
    readonly graph: GraphName | null,
  ) {
    this.logs = timelines.map((t) => clocked(t, graph));
    this.axis = this.newAxis();
    this.tracks = timelines.map(() => new Map<NodeId, NodeTracks>());
    this.pyramids = this.newPyramids();
    this.taken = timelines.map(() => 0);
    this.extend();
  }

  /** Takes in what the model got since; true when there was something. */
  extend(): boolean {
    const grown = this.timelines.some((timeline, side) => timeline.length > (this.taken[side] ?? 0));
    const filled = this.holes.some((i) => this.timelines.some((t) => i < t.length && t.has(i)));
    if (!grown && !filled) return false;
    if (filled) this.begin();
    if (this.timelines.length === 1) this.extendOne();
    else this.mergeAgain();
    return true;
  }

  private newAxis(): TimeAxis {
    return new TimeAxis(rowTime(this.lab.links), this.scale, this.timelines.length);
  }
  private newPyramids(): Pyramid[] {
    const own = crowd();
    return own === null ? [] : this.timelines.map(() => new own.Pyramid());
  }
  private begin(): void {
    this.axis = this.newAxis();
    this.tracks = this.timelines.map(() => new Map<NodeId, NodeTracks>());
    this.pyramids = this.newPyramids();
    this.taken = this.timelines.map(() => 0);
    this.holes = [];
  }

  private extendOne(): void {
    const [log] = this.logs;
    if (log === undefined) return;
    for (let i = this.taken[0] ?? 0; i < log.length; i++) {
      this.axis.push(0, log, i);
      this.note(0, i);
      if (log.kind(i) === KIND.hole) this.holes.push(i);
    }
    this.taken[0] = log.length;
  }

  /** Two timelines interleave by time, so what comes late may belong before what is there. */
  private mergeAgain(): void {
    this.begin();
    const [a, b] = this.logs;
    const [ta, tb] = this.timelines;
    if (a === undefined || b === undefined || ta === undefined || tb === undefined) return;
    const fork = Math.min(forkPoint(this.lab, ta, tb), a.length, b.length);
    this.shared = fork;
    for (let i = 0; i < fork; i++) {
      this.axis.pushShared(a, i);
      this.note(0, i);
      this.note(1, i);
    }
    let [i, k] = [fork, fork];
    while (i < a.length || k < b.length) {
      if (k >= b.length || (i < a.length && a.time(i) <= b.time(k))) {
        this.axis.push(0, a, i);
        this.note(0, i++);
      } else {
        this.axis.push(1, b, k);
        this.note(1, k++);
      }
    }
    this.taken = [a.length, b.length];
    this.differences = crowd()?.findDifferences(ta, tb, fork) ?? null;
  }

  private note(side: number, i: number): void {
    const timeline = this.timelines[side];
    if (timeline === undefined) return;
    const kind = timeline.kind(i);
    if (kind === KIND.st) this.noteState(side, timeline, i);
    if (kind === KIND.tx || kind === KIND.lost) {
      this.pyramids[side]?.add(i, timeline.node(i), timeline.to(i), kind === KIND.lost);
    }
    const cause = kind === KIND.rx || kind === KIND.lost ? timeline.cause(i) : null;
    if (cause !== null) this.axis.noteFlight(side, cause, i);
  }

  private noteState(side: number, timeline: Timeline, i: number): void {
    const e = timeline.event(i);
    if (e === null || e.k !== 'st' || (this.graph !== null && e.m !== this.graph)) return;
    const nodes = this.tracks[side];
    const node = nodes?.get(e.n) ?? new NodeTracks();
    nodes?.set(e.n, node);
    node.move(e, this.lab.graph(e.m)?.states[0]?.name ?? null);
  }
}

/** The number of events that two timelines share. */
export function forkPoint(lab: Lab, a: Timeline, b: Timeline): number {
  const chain = (t: Timeline): Map<string, number> => {
    const out = new Map<string, number>([[t.id, Infinity]]);
    let at = Infinity;
    for (let fork = t.fork; fork !== null; fork = lab.timeline(fork.timeline)?.fork ?? null) {
      at = Math.min(at, fork.at);
      out.set(fork.timeline, at);
    }
    return out;
  };
  const ofA = chain(a);
  let best = 0;
  for (const [id, at] of chain(b)) {
    const other = ofA.get(id);
    if (other !== undefined) best = Math.max(best, Math.min(at, other));
  }
  return best;
}
