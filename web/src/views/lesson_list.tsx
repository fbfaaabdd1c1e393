// The list of lessons: one card each, with the question that it answers.

import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { openCapture } from '../act/capture';
import { useApp, withEngine } from '../act/context';
import { dialog } from '../act/panels';
import * as lessons from '../state/lesson';
import { number, t } from '../text/text';
import type { LessonInfo } from '../wire/types_lesson';

export function LessonList(): JSX.Element {
  const app = useApp();
  useEffect(() => withEngine(app, () => undefined), [app]); // the engine's calls bring the list
  const all = lessons.catalogueOfLessons.value;
  return (
    <>
      {all.length === 0 ? <p class="muted">{t('ui.lessons.none')}</p> : <List all={all} />}
      <OpenCapture />
    </>
  );
}
/** A file of one's own in place of a lesson; it may also be dropped on the page. */
function OpenCapture(): JSX.Element {
  const app = useApp();
  return (
    <div class="open-capture">
      <label for="capture-file">{t('ui.capture.open')}</label>
      <input
        id="capture-file" type="file" accept=".pcap,.pcapng,.cap" aria-describedby="capture-hint"
        onChange={(e) => {
          const file = e.currentTarget.files?.[0];
          if (file) openCapture(app, file);
        }}
      />
      <p id="capture-hint" class="muted">{t('ui.capture.hint')}</p>
    </div>
  );
}
function List({ all }: { readonly all: readonly LessonInfo[] }): JSX.Element {
  const app = useApp();
  return (
    <ul class="lesson-list">
      {all.map((lesson) => (
        <li key={lesson.slug}>
          <button
            type="button" class="lesson-card" aria-current={lessons.lesson.value?.slug === lesson.slug ? 'true' : undefined}
            onClick={() => { dialog.value = null; withEngine(app, (e) => e.course.begin(lesson.slug)); }}
          >
            <span class="lesson-card-title">{lesson.title}</span>
            {lesson.question === '' ? null : <span class="lesson-card-question">{lesson.question}</span>}
            <span class="muted figures">{t('ui.lessons.size', { steps: number(lesson.steps), minutes: number(lesson.minutes) })}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}
