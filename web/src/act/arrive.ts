// Arriving: by a link to a moment, by a join code, or at the door, where the recorded story plays
// until its question. No sign-up, no blank page.

import { batch } from '@preact/signals';
import { KIND, eventIndex } from '../wire/types';
import type { Place } from '../state/place';
import * as lessons from '../state/lesson';
import * as session from '../state/session';
import * as settings from '../state/settings';
import * as view from '../state/view';
import { t } from '../text/text';
import type { App } from './context';
import { current, goTo, select } from './moves';

/** The lesson whose run is shipped with the page, and where that run lies. */
export const OPENING = 'opening';
const STORY_FILE = 'story.ndjson';

export async function arrive(app: App, to: Place): Promise<void> {
  void app.course.loadList();
  if (to.stage) settings.projector.value = true;
  if (to.join !== null && (await openByCode(app, to.join))) return;
  if (to.lab !== null && (await openLink(app, to))) return;
  if (to.lab === null && to.lesson !== null) {
    await app.course.begin(to.lesson);
    if (app.desk.opened !== null) return;
  }
  if (to.lab !== null && to.lesson !== null) {
    // The lab is gone, but a lesson's lab is a function of the lesson: it is made anew.
    const gone = session.problem.value;
    await app.course.begin(to.lesson);
    if (app.desk.opened !== null) {
      session.problem.value = null;
      session.notice.value = gone;
      return;
    }
  }
  await openStory(app);
}
async function openLink(app: App, to: Place): Promise<boolean> {
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
  if (to.node !== null) select({ kind: 'node', node: to.node });
  if (to.event !== null) whenLoaded(app, to.event);
  else view.following.value = true;
  return true;
}
/** Puts the cursor on an event as soon as the stream has it. */
function whenLoaded(app: App, i: number): void {
  view.following.value = false;
  let tries = 0;
  const look = (): void => {
    const timeline = current(app.lab);
    if (timeline && timeline.length > i) goTo(app.lab, i);
    else if (++tries < 200) setTimeout(look, 50);
  };
  look();
}
export async function openByCode(app: App, code: string): Promise<boolean> {
  const clean = code.replace(/[\s:-]/g, '').toUpperCase();
  if (clean === '') return false;
  const answer = await app.rest.join(clean);
  if (!answer.ok || !(await app.desk.open(answer.value.lab, answer.value.timeline))) return false;
  app.course.adopt(session.timelines.value[0]?.id ?? null);
  view.following.value = true;
  return true;
}
/** The recorded story: up to the question that its lesson asks, or, without one, its first loss. */
async function openStory(app: App): Promise<void> {
  const [story] = await Promise.all([app.rest.file(STORY_FILE), app.course.load(OPENING)]);
  if (!story.ok) {
    session.problem.value = t('ui.problem.no_server');
    return;
  }
  session.connection.value = { kind: 'story' };
  const asks = lessons.lesson.value?.steps.find((s) => s.options.length > 0) ?? null;
  const until = asks?.until ?? Infinity;
  app.desk.playStory(story.value, until);
  const timeline = current(app.lab);
  if (!timeline) return;
  batch(() => {
    view.following.value = false;
    const first = timeline.seek(-1, 1, (i) => timeline.kind(i) === KIND.tx);
    goTo(app.lab, Math.max(0, (first ?? 1) - 1));
    view.cursor.value = eventIndex(Math.max(0, (first ?? 1) - 1));
  });
}
