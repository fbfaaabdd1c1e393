// The lesson that is open: its text, the step, what was answered, what the engine's events said.
// Written by act/course.ts alone.

import { computed, signal } from '@preact/signals';
import type { Lesson, LessonInfo, LessonStep, Verdict } from '../wire/types_lesson';
import type { TimelineId } from '../wire/types';

export const catalogueOfLessons = signal<readonly LessonInfo[]>([]);
export const lesson = signal<Lesson | null>(null);
export const stepIndex = signal(0);

/** What happened in one step so far. */
export interface Progress {
  readonly begun: boolean; // its command was given and it was run to its question
  readonly chosen: string | null; // the option that the viewer took; '' is "just show me"
  readonly verdict: Verdict | null;
  readonly failed: boolean; // the server could not be asked: no answer is right or wrong
  readonly timeline: TimelineId | null; // where it happened
}
export const NO_PROGRESS: Progress = {
  begun: false, chosen: null, verdict: null, failed: false, timeline: null,
};
/** By step id. */
export const progress = signal<ReadonlyMap<string, Progress>>(new Map());

export const step = computed<LessonStep | null>(() => lesson.value?.steps[stepIndex.value] ?? null);
export const stepProgress = computed<Progress>(
  () => progress.value.get(step.value?.id ?? '') ?? NO_PROGRESS,
);
/** What a timeline shows: the step whose what-if it is; '' when it is no step's. */
export function titleOf(timeline: TimelineId, made: string): string {
  const whatIfs = lesson.value?.steps.filter((s) => s.commands.length > 0) ?? [];
  const own = whatIfs.find((s) => progress.value.get(s.id)?.timeline === timeline);
  return (own ?? whatIfs.find((s) => s.commands[0]?.line === made))?.title ?? '';
}
/** A question that waits for an answer: nothing beyond it is computed. */
export const openQuestion = computed<LessonStep | null>(() => {
  const now = step.value;
  if (!now || now.options.length === 0) return null;
  return stepProgress.value.chosen === null ? now : null;
});
