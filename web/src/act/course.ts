// The course of a lesson: enter a step, run it to its question, take the answer, run on, and let
// the server say from the engine's own events who is right. Nothing is decided in the page.

import { batch, effect, untracked } from '@preact/signals';
import { eventIndex } from '../wire/types';
import type { NodeId, TimelineId } from '../wire/types';
import type { Lesson, LessonCommand, LessonStep } from '../wire/types_lesson';
import type { Rest } from '../wire/rest';
import type { Lab } from '../model/lab';
import * as lessons from '../state/lesson';
import * as session from '../state/session';
import { language, moves } from '../state/settings';
import * as view from '../state/view';
import { catalogue, t } from '../text/text';
import type { Asks } from './asks';
import type { Desk } from './desk';
import { current, goTo, lastStop, select, showTimeline } from './moves';
import { NARROW, sheet, showTab } from './panels';

/** Events that are worth walking through: before a question the past is known, behind it is the answer. */
const TO_QUESTION = 80;
const TO_END = 300;

export class Course {
  private base: TimelineId | null = null; // where steps without a command go on

  constructor(
    private readonly lab: Lab,
    private readonly rest: Rest,
    private readonly desk: Desk,
    private readonly asks: Asks,
  ) {}

  /** Follows the language: the list, the lesson and all words of the server. */
  speak(): void {
    let asked = 0;
    let first = true;
    effect(() => {
      const now = language.value;
      const ask = ++asked;
      untracked(() => void (first ? this.loadList() : this.reload()));
      first = false;
      void this.rest.catalogue(now).then((all) => {
        if (ask === asked && all.ok) catalogue.value = { ...catalogue.value, ...all.value };
      });
    });
  }
  async loadList(): Promise<void> {
    const answer = await this.rest.lessons(language.value);
    if (answer.ok) lessons.catalogueOfLessons.value = answer.value;
  }
  /** The lesson's text; its steps keep their progress when only the language has changed. */
  async load(slug: string): Promise<boolean> {
    const answer = await this.rest.lesson(slug, language.value);
    if (!answer.ok) return false;
    const same = lessons.lesson.value?.slug === slug;
    batch(() => {
      lessons.lesson.value = answer.value;
      if (same) return;
      lessons.stepIndex.value = 0;
      lessons.progress.value = new Map();
    });
    return true;
  }
  /** The language has changed: the prose and the verdicts' sentences are asked for anew. */
  async reload(): Promise<void> {
    const open: Lesson | null = lessons.lesson.value;
    await this.loadList();
    if (!open || !(await this.load(open.slug))) return;
    for (const step of lessons.lesson.value?.steps ?? []) {
      const done = lessons.progress.value.get(step.id);
      if (done?.verdict && done.timeline !== null) await this.judge(step, done.timeline);
    }
  }
  /** Opens a lesson in a lab of its own and enters its first step. */
  async begin(slug: string): Promise<void> {
    if (!(await this.load(slug))) {
      session.problem.value = t('ui.problem.no_server');
      return;
    }
    lessons.progress.value = new Map();
    lessons.stepIndex.value = 0;
    if (!(await this.desk.create({ lesson: slug }))) return;
    this.base = view.timeline.value;
    await this.enter();
    if (matchMedia(NARROW).matches && lessons.step.value?.kind === 'read') sheet.value = 'lesson'; // there is nothing else yet
  }
  /** The opening goes on with the real engine: same lesson, same seed, same events, a real lab. */
  async makeReal(): Promise<boolean> {
    const open = lessons.lesson.value;
    if (this.desk.opened !== null || !open) return this.desk.opened !== null;
    const cursor = view.cursor.value;
    if (!(await this.desk.create({ lesson: open.slug }))) return false;
    this.base = view.timeline.value;
    const step = lessons.step.value;
    if (step && step.until !== null) await this.asks.runOn(step.until);
    goTo(this.lab, cursor);
    return true;
  }
  /** A lab was opened by a link: its lesson's steps go on in its root. */
  adopt(base: TimelineId | null): void {
    this.base = base;
  }
  async go(way: 1 | -1): Promise<void> {
    const steps = lessons.lesson.value?.steps.length ?? 0;
    const to = lessons.stepIndex.value + way;
    if (to < 0 || to >= steps) return;
    await this.goToStep(to);
  }
  async goToStep(k: number): Promise<void> {
    lessons.stepIndex.value = k;
    const done = lessons.stepProgress.value;
    if (done.begun && done.timeline !== null) showTimeline(this.lab, done.timeline);
    else await this.enter();
  }
  /** Runs the current step to its question, in the timeline that it belongs to. */
  async enter(): Promise<void> {
    const step = lessons.step.value;
    if (!step || this.base === null) return;
    const [first, ...rest] = step.commands;
    if (step.kind === 'read' && first === undefined && step.until === null) {
      this.note(step, { begun: true });
      return;
    }
    if (session.role.value !== 'holder') return;
    if (first !== undefined) {
      if (!(await this.fork(step, first, rest))) return;
    } else if (view.timeline.value !== this.base) {
      view.beside.value = null;
      showTimeline(this.lab, this.base);
    }
    const timeline = view.timeline.value;
    this.note(step, { begun: true, timeline });
    if (step.until !== null && !(await this.asks.runOn(step.until))) {
      this.note(step, { failed: true });
      return;
    }
    this.look(step);
    this.walk(step.options.length > 0 ? TO_QUESTION : TO_END);
    if (step.options.length === 0) await this.finish(step);
  }
  /** Turns the eye to where the step happens: a tab, and the node that it speaks of. */
  private look(step: LessonStep): void {
    if (step.look === null) return;
    showTab(step.look.panel);
    const node = this.lab.nodes.find((n) => n.name === step.look?.node)?.id;
    if (node !== undefined) select({ kind: 'node', node });
  }
  /** A what-if begins at the start of the base timeline, which is shown beside it. */
  private async fork(step: LessonStep, first: LessonCommand, rest: readonly LessonCommand[]): Promise<boolean> {
    const base = this.base;
    if (base === null) return false;
    showTimeline(this.lab, base); // with a cursor that it has: the class is told of both
    const made = await this.asks.command('step', first.line, eventIndex(0), this.nodeOf(first));
    if (!made) {
      this.note(step, { failed: true });
      return false;
    }
    this.asks.showBeside(made.timeline, base, eventIndex(made.i));
    this.note(step, { timeline: made.timeline });
    for (const next of rest) {
      const given = (next.at === 0 || await this.asks.runOn(next.at)) &&
        await this.asks.command('step', next.line, null, this.nodeOf(next), next.at) !== null;
      if (!given) {
        this.note(step, { failed: true });
        return false;
      }
    }
    return true;
  }
  private nodeOf(command: LessonCommand): NodeId | null {
    return this.lab.nodes.find((n) => n.name === command.node)?.id ?? null;
  }
  /** Takes an answer ('' is "just show me"), runs on, and asks who is right. */
  async answer(option: string): Promise<void> {
    const step = lessons.step.value;
    if (!step) return;
    this.note(step, { chosen: option, failed: false });
    if (!(await this.makeReal())) {
      this.note(step, { failed: true });
      return;
    }
    this.note(step, { timeline: view.timeline.value, begun: true });
    await this.finish(step);
  }
  private async finish(step: LessonStep): Promise<void> {
    if (step.then !== null && !(await this.asks.runOn(step.then))) {
      this.note(step, { failed: true });
      return;
    }
    this.walk(TO_END);
    const timeline = view.timeline.value;
    // Where nothing moves by itself, an answer is followed by what it was about, at once.
    if (!moves.value && step.options.length > 0) goTo(this.lab, lastStop(this.lab));
    if (timeline !== null && (step.options.length > 0 || step.checks > 0)) {
      await this.judge(step, timeline);
    }
  }
  private async judge(step: LessonStep, timeline: TimelineId): Promise<void> {
    const lab = this.desk.opened;
    const slug = lessons.lesson.value?.slug;
    if (lab === null || slug === undefined) return;
    const answer = await this.rest.judge(lab, timeline, slug, step.id, language.value);
    this.note(step, answer.ok ? { verdict: answer.value, failed: false } : { failed: true });
  }
  /** Asks again after a failure: the server is back. */
  async again(): Promise<void> {
    const done = lessons.stepProgress.value;
    if (done.chosen !== null) await this.answer(done.chosen);
    else await this.enter();
  }
  /** Walks to the newest event by play (without motion the step key is the viewer's); a way of more events is skipped. */
  private walk(most: number): void {
    if ((current(this.lab)?.length ?? 0) - view.cursor.value > most) goTo(this.lab, lastStop(this.lab));
    else if (moves.value) view.playing.value = true;
  }
  private note(step: LessonStep, what: Partial<lessons.Progress>): void {
    const next = new Map(lessons.progress.value);
    next.set(step.id, { ...(next.get(step.id) ?? lessons.NO_PROGRESS), ...what });
    lessons.progress.value = next;
  }
}
