// Arriving by a link to a moment, by a join code, or at a lesson.

import type { Place } from '../state/place';
import * as lessons from '../state/lesson';
import * as session from '../state/session';
import * as view from '../state/view';
import type { Lab } from '../model/lab';
import type { Engine } from './context';
import { current, goTo, select } from './moves';

/** By a link: to a lab, a room, a lesson. False: nothing of it is there. */
export async function arriveBy(engine: Engine, lab: Lab, to: Place): Promise<boolean> {
  const { course } = engine;
  if (to.join !== null && (await openByCode(engine, to.join))) return true;
  if (to.lab !== null && (await openLink(engine, lab, to))) return true;
  if (to.lesson === null) return false;
  // A lesson's lab is a function of the lesson: one that is gone is made anew.
  const gone = session.problem.value;
  await course.begin(to.lesson);
  if (session.opened.value === null) return false;
  session.problem.value = null;
  if (gone !== null) session.notice.value = gone;
  return true;
}
async function openLink(app: Engine, lab: Lab, to: Place): Promise<boolean> {
  if (to.lab === null) return false;
  if (to.lesson !== null) await app.course.load(to.lesson);
  if (!(await app.desk.open(to.lab, to.timeline))) return false;
  const root = session.timelines.value[0]?.id ?? view.timeline.value;
  app.course.adopt(root);
  const at = (lessons.lesson.value?.steps ?? []).findIndex((s) => s.id === to.step);
  if (at >= 0) lessons.stepIndex.value = at;
  if (to.beside !== null && session.timelines.value.some((x) => x.id === to.beside)) {
    app.desk.openTimeline(to.beside);
    view.beside.value = to.beside;
  }
  view.overlay.value = to.over;
  if (to.node !== null) select({ kind: 'node', node: to.node });
  if (to.event !== null) whenLoaded(lab, to.event);
  else view.following.value = true;
  return true;
}
/** Puts the cursor on an event as soon as the stream has it. */
function whenLoaded(lab: Lab, i: number): void {
  view.following.value = false;
  let tries = 0;
  const look = (): void => {
    const timeline = current(lab);
    if (timeline && timeline.length > i) goTo(lab, i);
    else if (++tries < 200) setTimeout(look, 50);
  };
  look();
}
export async function openByCode(app: Engine, code: string): Promise<boolean> {
  const clean = code.replace(/[\s:-]/g, '').toUpperCase();
  if (clean === '') return false;
  const answer = await app.rest.join(clean);
  if (!answer.ok || !(await app.desk.open(answer.value.lab, answer.value.timeline))) return false;
  app.course.adopt(session.timelines.value[0]?.id ?? null);
  view.following.value = true;
  return true;
}
