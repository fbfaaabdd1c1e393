// The dialog that goes to a moment: an event, a time, or words.

import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { visit } from '../act/commands';
import { useApp } from '../act/context';
import { findTyped } from '../act/find_typed';
import { dialog } from '../act/panels';
import { t } from '../text/text';

export function GoTo(): JSX.Element {
  const app = useApp();
  const [typed, setTyped] = useState('');
  const [missed, setMissed] = useState(false);
  return (
    <form
      class="goto" onSubmit={(e) => {
        e.preventDefault();
        const i = findTyped(app.lab, typed);
        setMissed(i === null);
        if (i === null) return;
        dialog.value = null;
        visit(app, i);
      }}
    >
      <label for="goto-input">{t('ui.goto.what')}</label>
      <div class="row">
        <input
          id="goto-input" value={typed} autofocus autoComplete="off" aria-invalid={missed} aria-describedby="goto-missed"
          onInput={(e) => setTyped(e.currentTarget.value)}
        />
        <button type="submit" class="do plain main">{t('ui.goto.go')}</button>
      </div>
      <p id="goto-missed" class="problem-text" role="status">{missed ? t('ui.goto.missed', { what: typed }) : ''}</p>
    </form>
  );
}
