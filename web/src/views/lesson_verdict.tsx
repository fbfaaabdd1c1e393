// What the engine's events said of an answer: right or wrong, the events that decided it, what the
// run showed; or that nobody could be asked.

import type { JSX } from 'preact';
import { useApp, withEngine } from '../act/context';
import { visit } from '../act/commands';
import { Icon } from '../act/icon';
import * as lessons from '../state/lesson';
import type { Progress } from '../state/lesson';
import { Blocks } from '../act/blocks';
import { number, t } from '../text/text';
import type { LessonStep, Verdict } from '../wire/types_lesson';

/** All that is said below the question of the current step. */
export function Outcome(): JSX.Element | null {
  const step = lessons.step.value;
  const done = lessons.stepProgress.value;
  if (!step) return null;
  const { verdict } = done;
  return (
    <>
      {done.failed ? <Failed /> : null}
      {verdict && done.chosen !== null ? <Judged step={step} done={done} verdict={verdict} /> : null}
      {verdict && verdict.checks.length > 0 && step.options.length === 0 ? <Checks verdict={verdict} /> : null}
      {step.after.length > 0 && verdict ? <article class="prose after"><Blocks blocks={step.after} /></article> : null}
    </>
  );
}
function Judged({ step, done, verdict }: {
  readonly step: LessonStep; readonly done: Progress; readonly verdict: Verdict;
}): JSX.Element {
  const app = useApp();
  if (verdict.answer === null) return <p class="verdict open" role="note">{t('ui.lesson.undecided')}</p>;
  const right = verdict.answer === done.chosen;
  const key = done.chosen === '' ? 'ui.lesson.shown' : right ? 'ui.lesson.is_right' : 'ui.lesson.is_wrong';
  return (
    <div class={`verdict ${done.chosen === '' ? 'open' : right ? 'right' : 'wrong'}`} role="note">
      <p>{t(key)}</p>
      {verdict.events.map((i) => (
        <button key={i} type="button" class="event-link" onClick={() => visit(app, i)}>
          {t('ui.lesson.event', { i: number(i + 1) })}
        </button>
      ))}
      {step.checks > 0 ? <Checks verdict={verdict} /> : null}
    </div>
  );
}
function Checks({ verdict }: { readonly verdict: Verdict }): JSX.Element {
  const app = useApp();
  return (
    <ul class="checks" aria-label={t('ui.lesson.checks')}>
      {verdict.checks.map((check, k) => (
        <li key={k} class={check.passed ? 'passed' : 'failed'}>
          <Icon name={check.passed ? 'check' : 'cross'} />
          <span class="hidden">{t(check.passed ? 'ui.lesson.seen' : 'ui.lesson.not_seen')}</span>
          {check.event === null ? <span>{check.say}</span> : (
            <button type="button" class="event-link" onClick={() => visit(app, check.event ?? 0)}>{check.say}</button>
          )}
        </li>
      ))}
    </ul>
  );
}
function Failed(): JSX.Element {
  const app = useApp();
  return (
    <div class="verdict open" role="note">
      <p>{t('ui.lesson.offline')}</p>
      <button type="button" class="do plain" onClick={() => withEngine(app, (e) => e.course.again())}>{t('ui.lesson.again')}</button>
    </div>
  );
}
