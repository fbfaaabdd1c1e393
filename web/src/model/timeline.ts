// One timeline of a lab: its own events, those of its parent before the fork, and what holds at any
// of them: fates, states, timers, tables, output. Written by Lab.apply alone.

import { KIND, eventIndex, virtualNs } from '../wire/types';
import type {
  ArrivedEvent, EventIndex, Fork, GraphName, LinkId, LostEvent, NodeId, ObjectId, SentenceKey, TableImage, TableName,
  TableRows, TableShape, TimelineId, TraceEvent, VirtualNs,
} from '../wire/types';
import { Ring } from './ring';
import { History, Tables } from './tables';

/** A state machine's instance at an event. */
export interface ObjectState {
  readonly n: NodeId;
  readonly m: GraphName;
  readonly obj: ObjectId;
  readonly name: string;
  readonly state: string;
  readonly from: string; // the state before
  readonly at: EventIndex; // the event that made it so
}
/** A timer that runs at an event. */
export interface PendingTimer {
  readonly n: NodeId;
  readonly timer: string;
  readonly obj: number;
  readonly setAt: VirtualNs;
  readonly expires: VirtualNs;
  readonly ref: string;
  readonly say: SentenceKey | null;
  readonly a: Readonly<Record<string, string>>;
  readonly at: EventIndex;
}
/** How a flight ended, as far as this timeline knows. */
export type Fate =
  | { readonly kind: 'flying' }
  | { readonly kind: 'arrived'; readonly at: EventIndex; readonly t: VirtualNs }
  | {
      readonly kind: 'lost'; readonly at: EventIndex; readonly t: VirtualNs;
      readonly why: SentenceKey; readonly where: number;
    };

interface TimerCell {
  readonly timer: PendingTimer | null;
}

const STOPS: ReadonlySet<number> = new Set(
  ['cmd', 'tx', 'rx', 'lost', 'drop', 'st', 'con', 'call'].map((k) => KIND[k as keyof typeof KIND]),
);
/** Joins the parts of a cell's key; a character that no name holds. */
const SEP = '\u0001';

export class Timeline {
  readonly id: TimelineId;
  readonly fork: Fork | null;
  readonly ring: Ring;
  /** Number of events that the server said it has, at least `length`. */
  head = 0;
  private readonly parent: Timeline | null;
  private readonly tables: Tables;
  private readonly objects: History<ObjectState>;
  private readonly timerCells: History<TimerCell>;
  private readonly lateFates = new Map<number, EventIndex>(); // of flights begun before the fork
  private readonly stateEvents: EventIndex[] = [];
  private readonly output = new Map<NodeId, EventIndex[]>();

  constructor(id: TimelineId, fork: Fork | null, parent: Timeline | null) {
    this.id = id;
    this.fork = fork;
    this.parent = fork ? parent : null;
    const at = this.base;
    this.ring = new Ring(at);
    this.tables = new Tables(this.parent?.tables ?? null, at);
    this.objects = new History<ObjectState>(this.parent?.objects ?? null, at);
    this.timerCells = new History<TimerCell>(this.parent?.timerCells ?? null, at);
  }
  /** First index of its own; what lies before is the parent's. */
  get base(): number {
    return this.parent && this.fork ? this.fork.at : 0;
  }
  /** One past the last event that the page holds. 0: nothing yet. */
  get length(): number {
    return this.ring.end;
  }
  /** The timeline that owns event i: this one, or the ancestor that it was forked from. */
  owner(i: number): Timeline {
    return this.parent && i < this.base ? this.parent.owner(i) : this;
  }
  has(i: number): boolean {
    return this.owner(i).ring.has(i);
  }
  event(i: number): TraceEvent | null {
    return this.owner(i).ring.event(i);
  }
  kind(i: number): number {
    return this.owner(i).ring.kind(i);
  }
  time(i: number): VirtualNs {
    return this.owner(i).ring.time(i);
  }
  node(i: number): NodeId {
    return this.owner(i).ring.node(i);
  }
  cause(i: number): EventIndex | null {
    return this.owner(i).ring.cause(i);
  }
  /** Of a `tx` at i: who it goes to, when it should arrive, over which link, in which role. */
  to(i: number): NodeId {
    return this.owner(i).ring.other(i);
  }
  arrival(i: number): VirtualNs {
    return this.owner(i).ring.arrival(i);
  }
  link(i: number): LinkId {
    return this.owner(i).ring.link(i);
  }
  role(i: number): number {
    return this.owner(i).ring.role(i);
  }
  /** The event that ended the flight of the `tx` at i, in this timeline. */
  fateIndex(i: number): EventIndex | null {
    if (i >= this.base || !this.parent) return this.ring.fate(i);
    const late = this.lateFates.get(i);
    if (late !== undefined) return late;
    const before = this.parent.fateIndex(i);
    return before !== null && before < this.base ? before : null;
  }
  fate(i: number): Fate {
    const at = this.fateIndex(i);
    const e = at === null ? null : this.event(at);
    if (at === null || e === null) return { kind: 'flying' };
    if (e.k === 'lost') return { kind: 'lost', at, t: e.t, why: e.why, where: e.where };
    return { kind: 'arrived', at, t: e.t };
  }
  /** Last event at or before time t, or null when there is none. */
  atTime(t: number): EventIndex | null {
    const own = this.ring.atTime(t);
    if (own !== null || !this.parent) return own;
    const before = this.parent.atTime(t);
    return before === null ? null : eventIndex(Math.min(before, this.base - 1));
  }

  // ------------------------------------------------------------------------------- steps

  /** Does a step of the user interface stop at event i? Lines that a node prints at once are one step. */
  isStop(i: number): boolean {
    const kind = this.kind(i);
    if (kind === KIND.con && this.goesOn(i)) return false;
    if (STOPS.has(kind)) return true;
    const e = kind === KIND.tm ? this.event(i) : null;
    return e !== null && e.k === 'tm' && e.op === 'fire';
  }
  private goesOn(i: number): boolean {
    return this.kind(i + 1) === KIND.con && this.node(i + 1) === this.node(i) && this.time(i + 1) === this.time(i);
  }
  /** The next (way 1) or previous (way -1) event after i that `wanted` accepts, or null. */
  seek(i: number, way: 1 | -1, wanted: (i: number) => boolean): EventIndex | null {
    for (let k = i + way; k >= 0 && k < this.length; k += way) {
      if (this.has(k) && wanted(k)) return eventIndex(k);
    }
    return null;
  }

  // ------------------------------------------------------------------- what holds at event i

  /** States of every machine's instance after event i, in the order in which they appeared. */
  statesAt(i: number): ObjectState[] {
    const out: ObjectState[] = [];
    for (const key of this.objects.keys()) {
      const value = this.objects.at(key, i);
      if (value) out.push(value);
    }
    return out;
  }
  /** Indices of all `st` events of this timeline and, before the fork, its ancestors; ascending. */
  stateChanges(): readonly EventIndex[] {
    if (!this.parent) return this.stateEvents;
    const before = this.parent.stateChanges().filter((i) => i < this.base);
    return [...before, ...this.stateEvents];
  }
  timersAt(i: number): PendingTimer[] {
    const out: PendingTimer[] = [];
    for (const key of this.timerCells.keys()) {
      const timer = this.timerCells.at(key, i)?.timer;
      if (timer) out.push(timer);
    }
    return out.sort((a, b) => a.expires - b.expires);
  }
  timerAt(i: number, n: NodeId, timer: string, obj: number): PendingTimer | null {
    return this.timerCells.at([n, timer, obj].join(SEP), i)?.timer ?? null;
  }
  tableAt(i: number, table: TableName, n: NodeId): TableRows {
    return this.tables.at(i, table, n);
  }
  /** The rows of a table at event i; those of timers are the timers that run. */
  rowsAt(i: number, shape: TableShape, n: NodeId): TableRows {
    if (shape.view !== 'timers') return this.tableAt(i, shape.name, n);
    const running = this.timersAt(i).filter((timer) => timer.n === n);
    return new Map(running.map((timer) => [
      timerKey(timer), [timer.timer, timer.a['name'] ?? '', (timer.expires / 1e9).toFixed(6), timer.ref],
    ]));
  }
  /** How many rows a table of a node ever had. */
  tableSize(table: TableName, n: NodeId): number {
    return this.tables.size(table, n);
  }
  /** Commands, output and returned calls of a node up to and including event i, ascending. */
  consoleAt(i: number, n: NodeId): EventIndex[] {
    const before = this.parent ? this.parent.consoleAt(Math.min(i, this.base - 1), n) : [];
    const own = (this.output.get(n) ?? []).filter((k) => k <= i);
    return [...before, ...own];
  }

  // -------------------------------------------------------------------------- the writer's part

  /** Takes in one event. False: it was here before. Called by Lab.apply alone. */
  put(e: TraceEvent): boolean {
    if (e.i < this.base || !this.ring.put(e)) return false;
    this.head = Math.max(this.head, this.length);
    this.index(e);
    return true;
  }
  putTables(i: EventIndex, image: TableImage): void {
    this.tables.put(i, image);
  }
  private index(e: TraceEvent): void {
    switch (e.k) {
      case 'rx':
      case 'lost':
        this.endFlight(e);
        return;
      case 'st':
        this.objects.set([e.n, e.m, e.obj].join(SEP), e.i, {
          n: e.n, m: e.m, obj: e.obj, name: e.name, state: e.to, from: e.from, at: e.i,
        });
        this.stateEvents.push(e.i);
        if ((this.stateEvents[this.stateEvents.length - 2] ?? -1) > e.i) {
          this.stateEvents.sort((a, b) => a - b);
        }
        return;
      case 'tab':
        this.tables.set(e.tab, e.n, e.key, e.i, e.op === 'set' ? e.row : null);
        return;
      case 'tm': {
        const timer: PendingTimer | null = e.op !== 'set' ? null : {
          n: e.n, timer: e.timer, obj: e.obj, setAt: e.t, expires: e.at, ref: e.ref, say: e.say, a: e.a, at: e.i,
        };
        this.timerCells.set([e.n, e.timer, e.obj].join(SEP), e.i, { timer });
        return;
      }
      case 'cmd':
      case 'con':
      case 'call': {
        const list = this.output.get(e.n);
        if (list) list.push(e.i);
        else this.output.set(e.n, [e.i]);
        return;
      }
      case 'tx':
      case 'drop':
      case 'var':
      case 'rule':
      case 'other':
        return;
    }
  }
  private endFlight(e: ArrivedEvent | LostEvent): void {
    const sent = this.flightOf(e);
    if (sent === null) return;
    if (sent < this.base) this.lateFates.set(sent, e.i);
    else if (this.ring.fate(sent) === null) this.ring.setFate(sent, e.i);
  }
  /** The `tx` that an arrival or a loss ends: its cause, or, when a command lost it, the last of its
   * packet on its link that still flies. */
  flightOf(e: ArrivedEvent | LostEvent): EventIndex | null {
    const isIt = (i: number): boolean => {
      const sent = this.kind(i) === KIND.tx ? this.event(i) : null;
      return sent !== null && sent.k === 'tx' && sent.p === e.p && sent.l === e.l;
    };
    if (e.cause !== null && isIt(e.cause)) return e.cause;
    const ended = (i: number): boolean => this.fateIndex(i) !== null && this.fateIndex(i) !== e.i;
    return this.seek(e.i, -1, (i) => isIt(i) && !ended(i));
  }
}

/** The key of a timer's row. */
export function timerKey({ timer, obj }: { readonly timer: string; readonly obj: number }): string {
  return `${timer} ${obj}`;
}
/** The last time of a timeline that the page knows; 0 when it is empty. */
export function lastTime(timeline: Timeline): VirtualNs {
  return timeline.length > 0 ? timeline.time(timeline.length - 1) : virtualNs(0);
}
