// The list of lessons: one card each, with the question that it answers.

import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { useApp, withEngine } from '../act/context';
import { dialog } from '../act/panels';
import * as lessons from '../state/lesson';
import { number, t } from '../text/text';

export function LessonList(): JSX.Element {
  const app = useApp();
  useEffect(() => withEngine(app, () => undefined), [app]); // the engine's calls bring the list
  const all = lessons.catalogueOfLessons.value;
  if (all.length === 0) return <p class="muted">{t('ui.lessons.none')}</p>;
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
