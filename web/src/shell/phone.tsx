// What only the phone has: the row that opens the sheets, and the question as a card.

import type { JSX } from 'preact';
import { useApp, withEngine } from '../act/context';
import { openPanel, sheet } from '../act/panels';
import type { PanelName } from '../act/panels';
import * as lessons from '../state/lesson';
import * as view from '../state/view';
import { t } from '../text/text';
import { Blocks } from '../act/blocks';

const SHEETS: readonly PanelName[] = ['lesson', 'packet', 'states', 'topology', 'tables', 'console'];

export function SheetBar(): JSX.Element {
  return (
    <nav class="sheet-bar" aria-label={t('ui.sheets')}>
      {SHEETS.map((name) => (
        <button
          key={name} type="button" class="pill" aria-pressed={sheet.value === name}
          onClick={() => { if (sheet.value === name) sheet.value = null; else openPanel(name); }}
        >{t(`ui.panel.${name}`)}</button>
      ))}
    </nav>
  );
}
/** The open question, once the story has come to it. */
export function PhoneQuestion(): JSX.Element | null {
  const app = useApp();
  const step = lessons.openQuestion.value;
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
