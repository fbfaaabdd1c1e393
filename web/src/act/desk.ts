// The life of a lab on this page: one's own, or another's that a link opened; one socket a
// timeline. Its lines go into the model here.

import { batch } from '@preact/signals';
import { Link } from '../wire/link';
import type { LinkEvents, Wires } from '../wire/link';
import type { Rest } from '../wire/rest';
import { eventIndex, virtualNs } from '../wire/types';
import type { EventIndex, LabId, StreamLine, TimelineId, TimelineInfo } from '../wire/types';
import type { Lab, Timeline } from '../model/lab';
import * as session from '../state/session';
import * as view from '../state/view';
import { number, t } from '../text/text';
import { meetCapture } from './capture_shown';
import { forgetTrail } from './moves';

const MOST_LINKS = 6;
const KEY_STORE = 'netstep.keys';

export class Desk {
  private readonly links = new Map<TimelineId, Link>();
  private missedFrom: number | null = null; // where the stream stood when it broke

  /** dirty: the model has changed, a frame is wanted. */
  constructor(
    private readonly lab: Lab,
    private readonly rest: Rest,
    private readonly wires: Wires,
    private readonly dirty: () => void,
  ) {}

  // ----------------------------------------------------------------------------------------- labs

  /** Makes a lab of one's own from a lesson and opens it. */
  async create(what: { lesson: string } | { scenario: unknown } | Blob): Promise<boolean> {
    const answer = await this.rest.createLab(what);
    if (!answer.ok) {
      session.problem.value = [answer.place, answer.say].filter((x) => what instanceof Blob && x !== '').join(': ') ||
        answer.say || t('ui.problem.no_lab');
      return false;
    }
    const made = answer.value;
    this.setKey(made.lab, null, made.key);
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
    if (key !== null) this.setKey(lab, null, key);
    const answer = await this.rest.lab(lab);
    if (!answer.ok) {
      session.problem.value = answer.status === 404 ? t('ui.problem.gone') : t('ui.problem.no_server');
      return false;
    }
    const info = answer.value;
    this.begin(lab);
    meetCapture(info.capture);
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
    meetCapture(answer.value.capture);
    batch(() => {
      session.timelines.value = answer.value.timelines;
      session.viewers.value = answer.value.viewers;
    });
  }
  /** The id of the lab that is open on the server, or null while the story plays. */
  get opened(): LabId | null {
    return session.opened.value;
  }

  private begin(lab: LabId): void {
    for (const link of this.links.values()) link.end();
    this.links.clear();
    this.lab.clear();
    forgetTrail();
    batch(() => {
      session.opened.value = lab;
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
    if (!fork) void this.fillTables(lab, id);
  }
  /** The stream says changes: what stands in the tables before the first one is asked for. */
  private async fillTables(lab: LabId, id: TimelineId): Promise<void> {
    const answer = await this.rest.tables(lab, id);
    if (!answer.ok || this.opened !== lab) return;
    this.lab.apply(id, { line: 'snapshot', i: eventIndex(-1), t: virtualNs(0), tables: answer.value });
    this.dirty();
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
      void this.askGone();
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
  /** A server that was started again may not have this lab: then there is nothing to wait for. */
  private async askGone(): Promise<void> {
    const lab = this.opened;
    const answer = lab === null ? null : await this.rest.lab(lab);
    if (answer === null || answer.ok || answer.status !== 404 || this.opened !== lab) return;
    for (const link of this.links.values()) link.end();
    session.connection.value = { kind: 'gone' };
  }
  retryNow(): void {
    for (const link of this.links.values()) link.retryNow();
  }

  // ------------------------------------------------------------------------------------ the keys

  /** This page controls a lab, or one timeline of it. */
  setKey(lab: LabId, timeline: TimelineId | null, key: string): void {
    this.rest.setKey(lab, timeline, key);
    session.controlled.value = new Set([...session.controlled.value, timeline === null ? lab : `${lab}/${timeline}`]);
  }
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
