// What only the phone has, and only it loads: the sheets, the row that opens them, and the question
// as a card.

import type { JSX } from 'preact';
import { useApp, withEngine } from '../act/context';
import { Icon } from '../act/icon';
import { openPanel, sheet } from '../act/panels';
import type { PanelName } from '../act/panels';
import * as lessons from '../state/lesson';
import type { Progress } from '../state/lesson';
import { strip } from '../state/settings';
import * as view from '../state/view';
import { t } from '../text/text';
import { Blocks } from '../act/blocks';
import { Inside } from './panels';

const SHEETS: readonly PanelName[] = ['lesson', 'packet', 'states', 'topology', 'tables', 'gauges', 'routing', 'console'];

export function SheetBar(): JSX.Element {
  return (
    <nav class="sheet-bar" aria-label={t('ui.sheets')}>
      {SHEETS.map((name) => (
        <button
          key={name} type="button" class="pill" aria-pressed={sheet.value === name}
          onClick={() => { if (sheet.value === name) sheet.value = null; else openPanel(name); }}
        >{t(`ui.panel.${name}`)}</button>
      ))}
      <button type="button" class="pill" aria-pressed={strip.value} onClick={() => { strip.value = !strip.value; sheet.value = null; }}>
        {t('ui.do.strip')}
      </button>
    </nav>
  );
}
/** The open question, once the story has come to it. */
export function PhoneQuestion(): JSX.Element | null {
  const app = useApp();
  const step = lessons.openQuestion.value;
  const done = lessons.stepProgress.value;
  if (done.chosen !== null && sheet.value === null) return <PhoneVerdict done={done} />;
  if (!step || view.playing.value || sheet.value !== null) return null;
  return (
    <div class="phone-question" role="group" aria-labelledby="phone-question-title">
      <p id="phone-question-title" class="phone-question-title">{step.title}</p>
      <div class="options">
        {step.options.map((option) => {
          const only = option.blocks.length === 1 ? option.blocks[0] : undefined;
          return (
            <button key={option.id} type="button" class="option" onClick={() => withEngine(app, (e) => e.course.answer(option.id))}>
              <Blocks blocks={only && only.kind === 'p' ? only.children : option.blocks} />
            </button>
          );
        })}
      </div>
    </div>
  );
}
/** What became of the answer, in one line; the lesson's sheet has the rest. */
function PhoneVerdict({ done }: { readonly done: Progress }): JSX.Element | null {
  const { verdict, chosen } = done;
  if (!verdict && !done.failed) return null;
  const right = verdict !== null && verdict.answer === chosen;
  const face = !verdict || verdict.answer === null || chosen === '' ? 'open' : right ? 'right' : 'wrong';
  const said = !verdict ? 'ui.lesson.offline' : verdict.answer === null ? 'ui.lesson.undecided'
    : chosen === '' ? 'ui.lesson.shown' : right ? 'ui.lesson.is_right' : 'ui.lesson.is_wrong';
  return (
    <div class={`phone-verdict ${face}`}>
      <p>{t(said)}</p>
      <button type="button" class="do plain" onClick={() => openPanel('lesson')}>{t('ui.panel.lesson')}</button>
    </div>
  );
}
/** A phone's bottom sheet: the ladder stays in sight above it, the transport below. */
export function Sheet({ name }: { readonly name: PanelName }): JSX.Element {
  return (
    <section class="sheet panel" id={`panel-${name}`} tabIndex={-1} aria-labelledby="title-sheet">
      <header class="panel-head">
        <h2 class="panel-title" id="title-sheet">{t(`ui.panel.${name}`)}</h2>
        <button type="button" class="do" aria-label={t('ui.close')} onClick={() => { sheet.value = null; }}>
          <Icon name="close" />
        </button>
      </header>
      <div class="panel-body"><Inside name={name} /></div>
    </section>
  );
}
