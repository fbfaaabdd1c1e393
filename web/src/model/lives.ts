// The lives of a timeline's objects: who had a number from which event to which, what people call
// it, how many octets it sent. Numbers are used again, so an object is known by its life. Grows with
// the timeline, O(1) an event.

import { KIND } from '../wire/types';
import type { EventIndex, GraphName, NodeId, ObjectId, StateEvent } from '../wire/types';
import type { Timeline } from './lab';

export interface Life {
  readonly n: NodeId;
  readonly m: GraphName;
  readonly obj: ObjectId;
  readonly begin: EventIndex; // the first event of the step in which it began
  name: string;
  end: EventIndex | null; // it went back to rest
  octets: number; // of the user, that it sent
}

export class Lives {
  readonly all: Life[] = [];
  private taken = 0;
  private readonly now = new Map<string, Life>(); // by node, machine and object
  private readonly byNumber = new Map<string, Life>(); // by node and object: the one that sends
  private readonly byName = new Map<string, Life[]>();

  constructor(
    private readonly timeline: Timeline,
    /** The state of a machine's object that is as good as not there; null: the machine is not told of. */
    private readonly rest: (m: GraphName) => string | null,
  ) {}

  extend(): void {
    for (; this.taken < this.timeline.length; this.taken++) {
      const kind = this.timeline.kind(this.taken);
      if (kind !== KIND.st && kind !== KIND.tx) continue;
      const e = this.timeline.event(this.taken);
      if (e?.k === 'st') this.move(e);
      else if (e?.k === 'tx' && e.conn !== 0 && e.len > 0) this.sent(e.n, e.conn, e.len);
    }
  }
  /** The life of an object at event i, or the next one. */
  of(n: NodeId, m: GraphName, obj: ObjectId, i: number): Life | null {
    const own = this.all.filter((l) => l.n === n && l.m === m && l.obj === obj);
    return own.find((l) => l.end === null || l.end >= i) ?? own[own.length - 1] ?? null;
  }
  /** The other end: it is called as this one with the two parts exchanged, and lived at the same time. */
  peerOf(life: Life, between: string): Life | null {
    const cut = between === '' ? -1 : life.name.indexOf(between);
    if (cut < 0) return null;
    const name = life.name.slice(cut + between.length) + between + life.name.slice(0, cut);
    const met = (l: Life): boolean =>
      l !== life && (life.end === null || l.begin <= life.end) && (l.end === null || l.end >= life.begin);
    return this.byName.get(name)?.find(met) ?? null;
  }

  private move(e: StateEvent): void {
    const rest = this.rest(e.m);
    if (rest === null) return;
    const key = `${e.n} ${e.m} ${e.obj}`;
    let life = this.now.get(key);
    if (life === undefined || life.end !== null) {
      life = { n: e.n, m: e.m, obj: e.obj, begin: this.stepOf(e), name: '', end: null, octets: 0 };
      this.all.push(life);
      this.now.set(key, life);
      this.byNumber.set(`${e.n} ${e.obj}`, life);
    }
    if (life.name !== e.name) this.rename(life, e.name);
    if (e.to === rest) life.end = e.i;
  }
  private stepOf(e: StateEvent): EventIndex {
    let i = e.i;
    while (i > 0 && this.timeline.event(i - 1)?.s === e.s) i = (i - 1) as EventIndex;
    return i;
  }
  private rename(life: Life, name: string): void {
    life.name = name;
    const list = this.byName.get(name);
    if (list) list.push(life);
    else this.byName.set(name, [life]);
  }
  private sent(n: NodeId, conn: number, octets: number): void {
    const life = this.byNumber.get(`${n} ${conn}`);
    if (life) life.octets += octets;
  }
}
