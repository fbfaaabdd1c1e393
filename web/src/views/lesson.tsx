// The lesson: its steps, the prose of one, the question and what the engine's events said of the
// answer. Offline nothing is right or wrong, and the pane says so.

import type { ComponentChildren, JSX } from 'preact';
import { useApp, withEngine } from '../act/context';
import { Do } from '../act/do';
import { Icon } from '../act/icon';
import { showDialog } from '../act/panels';
import * as lessons from '../state/lesson';
import type { Progress } from '../state/lesson';
import * as session from '../state/session';
import { projector } from '../state/settings';
import { number, t } from '../text/text';
import type { LessonOption, LessonStep } from '../wire/types_lesson';
import { Blocks } from '../act/blocks';

/** The outcome comes from the shell: its code is loaded when there is one. */
export function LessonPane({ outcome }: { readonly outcome: ComponentChildren }): JSX.Element {
  const lesson = lessons.lesson.value;
  const step = lessons.step.value;
  if (!lesson || !step) {
    return (
      <div class="empty">
        <p>{t('ui.lesson.none')}</p>
        <button type="button" class="do plain" onClick={() => showDialog('lessons')}>{t('ui.lesson.another')}</button>
      </div>
    );
  }
  const done = lessons.stepProgress.value;
  return (
    <div class="lesson">
      {lesson.steps.length > 1 ? <Steps /> : null}
      <article class="prose">
        <h2 class="lesson-step-title">{step.title || lesson.title}</h2>
        <Blocks blocks={step.blocks} />
      </article>
      {step.options.length > 0 ? <Question key={step.id} step={step} done={done} /> : null}
      {done.failed || done.verdict ? outcome : null}
      <Onward />
    </div>
  );
}
function Steps(): JSX.Element {
  const app = useApp();
  const steps = lessons.lesson.value?.steps ?? [];
  const here = lessons.stepIndex.value;
  return (
    <ol class="steps" aria-label={t('ui.lesson.steps')}>
      {steps.map((step, k) => {
        const done = lessons.progress.value.get(step.id);
        const face = k === here ? 'here' : done?.begun ? 'done' : 'ahead';
        return (
          <li key={step.id} class={`step ${face} kind-${step.kind}`}>
            <button
              type="button" aria-current={k === here ? 'step' : undefined}
              aria-label={t('ui.lesson.step', { k: number(k + 1), title: step.title })} title={step.title}
              onClick={() => withEngine(app, (e) => e.course.goToStep(k))}
            ><span>{number(k + 1)}</span></button>
          </li>
        );
      })}
    </ol>
  );
}
function Question({ step, done }: { readonly step: LessonStep; readonly done: Progress }): JSX.Element {
  const app = useApp();
  const open = done.chosen === null;
  const waiting = session.waiting.value.length > 0;
  return (
    <fieldset class={open ? 'question open' : 'question'} disabled={waiting && open}>
      <legend>{t(step.kind === 'predict' ? 'ui.lesson.predict' : 'ui.lesson.question')}</legend>
      <div class="options">
        {step.options.map((option) => <Option key={option.id} option={option} done={done} />)}
      </div>
      {open ? (
        <button type="button" class="do plain quiet" onClick={() => withEngine(app, (e) => e.course.answer(''))}>
          {t('ui.lesson.just_show')}
        </button>
      ) : null}
    </fieldset>
  );
}
/** An option is a button: choosing it is the answer, and the engine goes on at once. */
function Option({ option, done }: { readonly option: LessonOption; readonly done: Progress }): JSX.Element {
  const app = useApp();
  const chosen = done.chosen === option.id;
  const right = done.verdict !== null && done.verdict.answer === option.id;
  const known = done.verdict !== null && done.verdict.answer !== null && !projectorHides();
  const face = !known ? (chosen ? 'chosen' : '') : right ? 'right' : chosen ? 'wrong' : '';
  return (
    <button
      type="button" class={`option ${face}`} aria-pressed={chosen} aria-disabled={done.chosen !== null}
      onClick={() => { if (done.chosen === null) withEngine(app, (e) => e.course.answer(option.id)); }}
    >
      <span class="option-text"><Blocks blocks={inline(option)} /></span>
      {face === 'right' ? <span class="option-mark"><Icon name="check" /><span class="hidden">{t('ui.lesson.right')}</span></span> : null}
      {face === 'wrong' ? <span class="option-mark"><Icon name="cross" /><span class="hidden">{t('ui.lesson.wrong')}</span></span> : null}
    </button>
  );
}
/** On the wall no answer is given away before the class has it; totals alone are shown. */
function projectorHides(): boolean {
  return projector.value && lessons.openQuestion.value !== null;
}
/** A button may hold no paragraph: one alone is opened up. */
function inline(option: LessonOption): LessonOption['blocks'] {
  const only = option.blocks.length === 1 ? option.blocks[0] : undefined;
  return only && only.kind === 'p' ? only.children : option.blocks;
}
/** Back, next; at the end: lose another packet, another lesson. */
function Onward(): JSX.Element {
  const app = useApp();
  const steps = lessons.lesson.value?.steps.length ?? 0;
  const here = lessons.stepIndex.value;
  const open = lessons.openQuestion.value !== null;
  const last = here >= steps - 1;
  return (
    <div class="onward">
      {here > 0 ? (
        <button type="button" class="do plain" onClick={() => withEngine(app, (e) => e.course.go(-1))}>{t('ui.lesson.back')}</button>
      ) : null}
      {last ? null : (
        <button
          type="button" class={open ? 'do plain' : 'do plain main'} onClick={() => withEngine(app, (e) => e.course.go(1))}
        >{t('ui.lesson.next')}</button>
      )}
      {last && !open ? (
        <>
          <Do id="lose" class="plain" icon="fork" waits="lose"><span>{t('ui.lesson.lose_another')}</span></Do>
          <button type="button" class="do plain main" onClick={() => showDialog('lessons')}>{t('ui.lesson.another')}</button>
        </>
      ) : null}
    </div>
  );
}
