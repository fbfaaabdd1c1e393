// The life of the lab on this page: the recorded story, a lab of one's own, or another's that a
// link opened; one socket a timeline. Lines go into the model here, and nowhere else.

import { batch } from '@preact/signals';
import { Link } from '../wire/link';
import type { LinkEvents, Wires } from '../wire/link';
import type { Rest } from '../wire/rest';
import { Decoder } from '../wire/decode';
import { eventIndex } from '../wire/types';
import type {
  EventIndex, Events, LabId, StreamLine, TimelineId, TimelineInfo, TraceEvent,
} from '../wire/types';
import type { Lab, Timeline } from '../model/lab';
import * as session from '../state/session';
import * as view from '../state/view';
import { number, t } from '../text/text';
import { forgetTrail, place } from './moves';

const MOST_LINKS = 6;
const KEY_STORE = 'netstep.keys';

export class Desk {
  private readonly links = new Map<TimelineId, Link>();
  private held: TraceEvent[] = []; // of the story, beyond its open question
  private missedFrom: number | null = null; // where the stream stood when it broke

  /** dirty: the model has changed, a frame is wanted. */
  constructor(
    private readonly lab: Lab,
    private readonly rest: Rest,
    private readonly wires: Wires,
    private readonly dirty: () => void,
  ) {}

  // ----------------------------------------------------------------------------------- the story

  /** Applies the recorded story up to virtual time `until`; the rest waits for `releaseStory`. */
  playStory(body: string, until: number): boolean {
    const decoder = new Decoder();
    let timeline: TimelineId | null = null;
    for (const text of body.split('\n')) {
      if (text.trim() === '') continue;
      const line = decoder.line(text);
      if (line?.line === 'hello') timeline = line.timeline;
      if (line === null || timeline === null) continue;
      this.lab.apply(timeline, line.line === 'events' ? this.before(line, until) : line);
    }
    if (timeline === null) return false;
    this.show(timeline);
    return true;
  }
  private before(line: Events, until: number): Events {
    const now = line.e.filter((e) => e.t <= until);
    this.held.push(...line.e.filter((e) => e.t > until));
    return { line: 'events', e: now };
  }
  /** Events that the story still holds back. */
  get heldBack(): number {
    return this.held.length;
  }

  // ----------------------------------------------------------------------------------------- labs

  /** Makes a lab of one's own from a lesson and opens it. */
  async create(what: { lesson: string } | { scenario: unknown }): Promise<boolean> {
    const answer = await this.rest.createLab(what);
    if (!answer.ok) {
      session.problem.value = answer.say || t('ui.problem.no_lab');
      return false;
    }
    const made = answer.value;
    this.rest.setKey(made.lab, null, made.key);
    this.keepKey(made.lab, made.key);
    this.begin(made.lab);
    batch(() => {
      session.role.value = 'holder';
      session.joinCode.value = made.join;
      session.problem.value = null;
    });
    this.listen(made.timeline, null);
    this.show(made.timeline);
    await this.refresh();
    return true;
  }
  /** Opens a lab by its plain link. False: it is not there. */
  async open(lab: LabId, timeline: TimelineId | null): Promise<boolean> {
    const key = this.keptKey(lab);
    if (key !== null) this.rest.setKey(lab, null, key);
    const answer = await this.rest.lab(lab);
    if (!answer.ok) {
      session.problem.value = answer.status === 404 ? t('ui.problem.gone') : t('ui.problem.no_server');
      return false;
    }
    const info = answer.value;
    this.begin(lab);
    batch(() => {
      session.role.value = key === null ? 'viewer' : 'holder';
      session.joinCode.value = info.join;
      session.viewers.value = info.viewers;
      session.timelines.value = info.timelines;
    });
    const wanted = info.timelines.find((x) => x.id === timeline) ?? info.timelines[0];
    if (!wanted) return false;
    this.openTimeline(wanted.id);
    this.show(wanted.id);
    return true;
  }
  /** Asks for the list of timelines anew: after a fork, here or elsewhere. */
  async refresh(): Promise<void> {
    const id = this.lab.id ?? this.opened;
    if (id === null) return;
    const answer = await this.rest.lab(id);
    if (!answer.ok) return;
    batch(() => {
      session.timelines.value = answer.value.timelines;
      session.viewers.value = answer.value.viewers;
    });
  }
  /** The id of the lab that is open on the server, or null while the story plays. */
  opened: LabId | null = null;

  private begin(lab: LabId): void {
    for (const link of this.links.values()) link.end();
    this.links.clear();
    this.held = [];
    this.lab.clear();
    this.opened = lab;
    forgetTrail();
    batch(() => {
      view.timeline.value = null;
      view.beside.value = null;
      session.timelines.value = [];
      session.waiting.value = [];
      session.withClass.value = true;
    });
  }

  // ------------------------------------------------------------------------------------ timelines

  /** Makes sure that a timeline and those it was forked from are loaded and streamed. */
  openTimeline(id: TimelineId): void {
    const info = session.timelines.value.find((x) => x.id === id);
    if (info?.parent) this.openTimeline(info.parent);
    if (!this.links.has(id)) this.listen(id, info ?? null);
  }
  /** A timeline that a command has just made: known before the list says so. */
  openFork(id: TimelineId, parent: TimelineId, at: EventIndex): void {
    if (session.timelines.value.every((x) => x.id !== id)) {
      const info: TimelineInfo = {
        id, parent, at, head: at, headT: this.lab.timeline(parent)?.time(at - 1) ?? (0 as never),
        running: false, title: '',
      };
      session.timelines.value = [...session.timelines.value, info];
    }
    this.openTimeline(id);
  }
  show(id: TimelineId): void {
    batch(() => {
      view.timeline.value = id;
      if (view.cursor.value >= (this.lab.timeline(id)?.length ?? 0)) view.cursor.value = eventIndex(-1);
    });
    this.dirty();
  }
  private listen(id: TimelineId, info: TimelineInfo | null): void {
    const lab = this.opened;
    if (lab === null) return;
    const fork = info?.parent && info.at !== null && this.lab.timeline(info.parent)
      ? { timeline: info.parent, at: info.at } : null;
    const timeline = this.lab.declare(id, fork);
    this.retire();
    this.links.set(id, new Link(lab, id, timeline.length, this.wires, this.ears(id, timeline)));
  }
  private ears(id: TimelineId, timeline: Timeline): LinkEvents {
    return {
      line: (line: StreamLine) => {
        if (line.line === 'hello' && line.parent && !timeline.fork) void this.refresh();
        this.lab.apply(id, line);
        if (line.line === 'class') void this.meetClass(line.timeline);
        this.dirty();
      },
      state: (state, retryInMs, tries) => this.stateOf(id, state, retryInMs, tries),
      hole: (from, to) => void this.fill(id, from, to),
      problem: (error) => {
        session.problem.value = error.message;
      },
    };
  }
  /** The class has gone to a timeline that this page may not have heard of. */
  private async meetClass(id: TimelineId): Promise<void> {
    if (session.role.value !== 'viewer' || this.links.has(id)) return;
    if (session.timelines.value.every((x) => x.id !== id)) await this.refresh();
    if (session.timelines.value.some((x) => x.id === id)) this.openTimeline(id);
  }
  /** Too many sockets: the oldest that is neither shown nor an ancestor of what is shown ends. */
  private retire(): void {
    if (this.links.size < MOST_LINKS) return;
    const kept = new Set<TimelineId>();
    for (const shown of [view.timeline.value, view.beside.value]) {
      for (let id = shown; id !== null && !kept.has(id); ) {
        kept.add(id);
        id = this.lab.timeline(id)?.fork?.timeline ?? null;
      }
    }
    for (const [id, link] of this.links) {
      if (kept.has(id)) continue;
      link.end();
      this.links.delete(id);
      return;
    }
  }
  private async fill(id: TimelineId, from: number, to: number): Promise<void> {
    const lab = this.opened;
    if (lab === null) return;
    const answer = await this.rest.events(lab, id, from, to);
    if (!answer.ok) return; // the hole stays, hatched; it is asked for again when it is looked at
    this.lab.apply(id, { line: 'events', e: answer.value });
    this.dirty();
  }
  /** Asks for the first hole at or after event i, if there is one. */
  fillHole(id: TimelineId, i: number): void {
    const hole = this.lab.timeline(id)?.ring.hole(i);
    if (hole) void this.fill(id, hole[0], hole[1]);
  }

  // ------------------------------------------------------------------------------- the connection

  private stateOf(id: TimelineId, state: 'connecting' | 'live' | 'offline', retry: number, tries: number): void {
    if (id !== view.timeline.value && view.timeline.value !== null) return;
    const timeline = this.lab.timeline(id);
    if (state === 'offline') {
      this.missedFrom ??= timeline?.length ?? 0;
      session.connection.value = { kind: 'offline', retryAt: Date.now() + retry, tries };
    } else if (state === 'live') {
      session.connection.value = { kind: 'live' };
      const before = this.missedFrom;
      this.missedFrom = null;
      if (before !== null && timeline) {
        const missed = Math.max(0, timeline.head - before);
        session.notice.value = t('ui.notice.caught_up', { count: number(missed) });
        void this.refresh();
      }
    } else if (session.connection.value.kind !== 'offline') {
      session.connection.value = { kind: 'connecting' };
    }
    this.dirty();
  }
  retryNow(): void {
    for (const link of this.links.values()) link.retryNow();
  }

  // ------------------------------------------------------------------------------------ the keys

  private keptKeys(): Record<string, string> {
    try {
      const kept: unknown = JSON.parse(sessionStorage.getItem(KEY_STORE) ?? '{}');
      return typeof kept === 'object' && kept !== null ? (kept as Record<string, string>) : {};
    } catch {
      return {};
    }
  }
  private keptKey(lab: LabId): string | null {
    const key = this.keptKeys()[lab];
    return typeof key === 'string' ? key : null;
  }
  private keepKey(lab: LabId, key: string): void {
    try {
      sessionStorage.setItem(KEY_STORE, JSON.stringify({ ...this.keptKeys(), [lab]: key }));
    } catch {
      // Without storage the key lives as long as the page: a reload makes a viewer of its maker.
    }
  }
}

/** What one frame publishes: revision, head, and the cursor when it goes with head or class. */
export function publish(lab: Lab): void {
  const id = view.timeline.value;
  const timeline = id === null ? null : lab.timeline(id);
  batch(() => {
    session.revision.value = lab.revision;
    session.head.value = timeline?.head ?? 0;
    const led = lab.classCursor;
    if (session.role.value === 'viewer' && session.withClass.value && led) {
      followClass(lab, led.timeline, led.i);
    } else if (timeline && view.following.value && !view.playing.value) {
      const last = timeline.seek(timeline.length, -1, (i) => timeline.isStop(i));
      if (last !== null && last > view.cursor.value) place(lab, last);
    }
  });
}
let ledTo = -2;
let ledTimeline: TimelineId | null = null;
/** Goes where the class is, but only when the class has moved: a look back is not undone. */
function followClass(lab: Lab, id: TimelineId, i: number): void {
  if (i === ledTo && id === ledTimeline) return;
  const timeline = lab.timeline(id);
  if (!timeline || timeline.length <= i) return;
  ledTo = i;
  ledTimeline = id;
  view.timeline.value = id;
  place(lab, eventIndex(i));
}
/** The one key that returns to the class. */
export function returnToClass(lab: Lab): void {
  ledTo = -2;
  session.withClass.value = true;
  publish(lab);
}
