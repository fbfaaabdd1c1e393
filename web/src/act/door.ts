// The door: the recorded story plays until the question that its lesson asks. No sign-up, no
// blank page, and nothing of the engine's code is needed for it.

import { batch } from '@preact/signals';
import { Decoder } from '../wire/decode';
import { askLesson, askText } from '../wire/ask';
import { KIND, eventIndex } from '../wire/types';
import type { TimelineId } from '../wire/types';
import type { Lab } from '../model/lab';
import * as lessons from '../state/lesson';
import * as session from '../state/session';
import { language } from '../state/settings';
import * as view from '../state/view';
import { t } from '../text/text';
import { current } from './moves';

/** The lesson whose run is shipped with the page, and where that run lies. */
const OPENING = 'opening';
const STORY_FILE = '/story.ndjson';

/** Up to the question that the lesson asks; without the lesson, the whole run. */
export async function openStory(lab: Lab): Promise<void> {
  const [story] = await Promise.all([askText(STORY_FILE), loadLesson()]);
  if (!story.ok) {
    session.problem.value = t('ui.problem.no_server');
    return;
  }
  const asks = lessons.lesson.value?.steps.find((s) => s.options.length > 0) ?? null;
  applyStory(lab, story.value, asks?.until ?? Infinity);
  const timeline = current(lab);
  if (!timeline) return;
  const first = timeline.seek(-1, 1, (i) => timeline.kind(i) === KIND.tx) ?? 1;
  batch(() => {
    view.following.value = false;
    view.cursor.value = eventIndex(Math.max(0, first - 1));
  });
}
export async function loadLesson(): Promise<void> {
  const answer = await askLesson(OPENING, language.value);
  if (answer.ok) lessons.lesson.value = answer.value;
}
/** Nothing beyond virtual time `until` is taken in: an open question has no answer yet. */
function applyStory(lab: Lab, body: string, until: number): void {
  const decoder = new Decoder();
  let timeline: TimelineId | null = null;
  for (const text of body.split('\n')) {
    const line = text.trim() === '' ? null : decoder.line(text);
    if (line?.line === 'hello') timeline = line.timeline;
    if (line === null || timeline === null) continue;
    lab.apply(timeline, line.line === 'events' ? { line: 'events', e: line.e.filter((e) => e.t <= until) } : line);
  }
  view.timeline.value = timeline;
}
