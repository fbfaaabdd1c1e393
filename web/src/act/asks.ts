// What is asked of the server: commands, branches, the head's moves. Nothing is shown before the
// stream has it: an ask waits until the model has passed the index in the answer.

import { effect } from '@preact/signals';
import { eventIndex } from '../wire/types';
import type { CommandAnswer, EventIndex, NodeId, TimelineId } from '../wire/types';
import type { Answer, HeadAnswer, Rest } from '../wire/rest';
import type { Lab } from '../model/lab';
import * as session from '../state/session';
import { moves } from '../state/settings';
import * as view from '../state/view';
import { t } from '../text/text';
import { stands } from './capture_shown';
import type { Desk } from './desk';
import { current, goTo, leaveMark, nextStop, showTimeline } from './moves';

let serial = 0;
/** An id that no other page makes: a repeat of the same ask changes nothing on the server. */
function freshId(): string {
  const random = new Uint32Array(2);
  crypto.getRandomValues(random);
  return `${(random[0] ?? 0).toString(36)}${(random[1] ?? 0).toString(36)}-${++serial}`;
}

export class Asks {
  constructor(
    private readonly lab: Lab,
    private readonly rest: Rest,
    private readonly desk: Desk,
  ) {}

  waitsFor(what: string): boolean {
    return session.waiting.value.some((w) => w.what === what);
  }

  // ------------------------------------------------------------------------------------ commands

  /** Gives a line to a node (or to the lab) at an event, or at the head (`time` ns: not before). Null: it failed. */
  async command(what: string, line: string, at: EventIndex | null, node: NodeId | null, time = 0):
    Promise<CommandAnswer | null> {
    const lab = this.desk.opened;
    const from = view.timeline.value;
    if (lab === null || from === null || stands()) return null;
    const id = freshId();
    const name = node === null ? null : this.lab.node(node)?.name ?? null;
    const answer = await this.during(what, id, () =>
      this.rest.command(lab, from, id, line, at, name, time));
    if (!answer.ok) return this.failed(answer);
    const made = answer.value;
    if (made.key !== null) this.desk.setKey(lab, made.timeline, made.key);
    if (made.timeline !== from) await this.meetFork(made.timeline, from, at);
    await this.reached(what, id, made.timeline, made.i);
    return made;
  }
  private async meetFork(id: TimelineId, parent: TimelineId, at: EventIndex | null): Promise<void> {
    await this.desk.refresh();
    this.desk.openFork(id, parent, at ?? eventIndex(this.lab.timeline(parent)?.length ?? 0));
  }
  /** Loses the packet that was sent at event i: a new timeline, shown beside the old one. */
  async lose(i: EventIndex): Promise<boolean> {
    const e = current(this.lab)?.event(i);
    const from = view.timeline.value;
    if (!e || e.k !== 'tx' || from === null) return false;
    const made = await this.command('lose', `drop ${e.p}`, eventIndex(i + 1), null);
    if (!made) return false;
    this.showBeside(made.timeline, from, i);
    await this.runOn(null);
    if (moves.value) view.playing.value = true; // both futures are watched as they part
    return true;
  }
  /** The fork takes the stage, its parent stands beside it, the cursor is where it was. */
  showBeside(id: TimelineId, parent: TimelineId, cursor: EventIndex): void {
    leaveMark();
    view.beside.value = parent;
    showTimeline(this.lab, id, cursor);
    if (session.role.value === 'viewer') session.withClass.value = false;
  }

  // ---------------------------------------------------------------------------------- the head

  /** One step of the head, and of the cursor when it has come. */
  async stepHead(): Promise<void> {
    if (this.waitsFor('step')) return;
    const playing = view.playing.value;
    const answer = await this.moveHead('step', (lab, id) => this.rest.step(lab, id, 1));
    if (answer === null) {
      view.playing.value = false;
      return;
    }
    const next = nextStop(this.lab, 1);
    if (next === null) view.playing.value = false; // all is quiet: there is no next event
    else {
      goTo(this.lab, next);
      view.playing.value = playing;
    }
  }
  /** Lets the lab run to a virtual time, or until all is quiet. The cursor stays. */
  async runOn(until: number | null): Promise<boolean> {
    const answer = await this.moveHead('run', (lab, id) =>
      this.rest.run(lab, id, until === null ? null : (until as never)));
    return answer !== null;
  }
  private async moveHead(
    what: string, ask: (lab: NonNullable<Desk['opened']>, id: TimelineId) => Promise<Answer<HeadAnswer>>,
  ): Promise<HeadAnswer | null> {
    const lab = this.desk.opened;
    const timeline = view.timeline.value;
    if (lab === null || timeline === null || stands()) return null;
    const id = freshId();
    const answer = await this.during(what, id, () => ask(lab, timeline));
    if (!answer.ok) return this.failed(answer);
    await this.reached(what, id, timeline, eventIndex(answer.value.head - 1));
    return answer.value;
  }

  // --------------------------------------------------------------------------------- waiting

  private async during<T>(what: string, id: string, ask: () => Promise<Answer<T>>): Promise<Answer<T>> {
    session.waiting.value = [...session.waiting.value, { id, what, timeline: null, until: null }];
    const answer = await ask();
    if (!answer.ok) this.settle(id);
    return answer;
  }
  /** Ends when the stream of the timeline has passed event i. */
  private reached(what: string, id: string, timeline: TimelineId, i: EventIndex): Promise<void> {
    session.waiting.value = session.waiting.value.map((w) =>
      w.id === id ? { id, what, timeline, until: i } : w);
    return new Promise((done) => {
      const stop = effect(() => {
        session.revision.value;
        const length = this.lab.timeline(timeline)?.length ?? 0;
        const given = session.waiting.value.every((w) => w.id !== id);
        if (length <= i && !given) return;
        queueMicrotask(() => {
          stop();
          this.settle(id);
          done();
        });
      });
    });
  }
  private settle(id: string): void {
    if (session.waiting.value.some((w) => w.id === id)) {
      session.waiting.value = session.waiting.value.filter((w) => w.id !== id);
    }
  }
  private failed(answer: { readonly status: number; readonly say: string; readonly place: string }): null {
    session.problem.value = answer.say || t(answer.status === 0 ? 'ui.problem.no_server' : 'ui.problem.refused');
    return null;
  }
}
