// The dialogs: keys, go to, lessons, room. Native <dialog> elements, so that focus is kept inside
// and given back by the browser.

import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { useApp } from '../act/context';
import { findTyped } from '../act/find';
import { Icon } from '../act/icon';
import { visit } from '../act/commands';
import { dialog } from '../act/panels';
import type { DialogName } from '../act/panels';
import * as lessons from '../state/lesson';
import { number, t } from '../text/text';
import { lazy } from './lazy';

const Help = lazy(() => import('../views/help').then((m) => m.Help));
const Room = lazy(() => import('../views/room').then((m) => m.Room));

export function Dialogs(): JSX.Element | null {
  const name = dialog.value;
  if (name === null) return null;
  return (
    <Dialog key={name} name={name}>
      {name === 'help' ? <Help /> : null}
      {name === 'room' ? <Room /> : null}
      {name === 'goto' ? <GoTo /> : null}
      {name === 'lessons' ? <Lessons /> : null}
    </Dialog>
  );
}
function Dialog({ name, children }: { readonly name: DialogName; readonly children: ComponentChildren }): JSX.Element {
  const element = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    element.current?.showModal();
  }, []);
  const close = (): void => {
    if (dialog.value === name) dialog.value = null;
  };
  return (
    <dialog
      class={`dialog dialog-${name}`} ref={element} aria-labelledby="dialog-title" onClose={close}
      onClick={(e) => { if (e.target === e.currentTarget) close(); }}
    >
      <div class="dialog-inside">
        <header class="dialog-head">
          <h2 id="dialog-title">{t(`ui.dialog.${name}`)}</h2>
          <button type="button" class="do" aria-label={t('ui.close')} onClick={close}><Icon name="close" /></button>
        </header>
        {children}
      </div>
    </dialog>
  );
}
function GoTo(): JSX.Element {
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
function Lessons(): JSX.Element {
  const app = useApp();
  const all = lessons.catalogueOfLessons.value;
  if (all.length === 0) return <p class="muted">{t('ui.lessons.none')}</p>;
  return (
    <ul class="lesson-list">
      {all.map((lesson) => (
        <li key={lesson.slug}>
          <button
            type="button" class="lesson-card" aria-current={lessons.lesson.value?.slug === lesson.slug ? 'true' : undefined}
            onClick={() => { dialog.value = null; void app.course.begin(lesson.slug); }}
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
