// The console of a node: what was said to it and what it printed up to the cursor, and a real
// input line, so that phones, Chinese input and screen readers work as everywhere else.

import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { capture } from '../act/capture_shown';
import { useApp } from '../act/context';
import { current } from '../act/moves';
import { askCompletions, completions, consoleDraft, giveLine, isPast } from '../act/shell_lines';
import * as session from '../state/session';
import * as view from '../state/view';
import { number, t } from '../text/text';
import type { NodeId } from '../wire/types';
import { NodePicker, shownNode } from '../act/node_picker';

const MOST_LINES = 400; // of a log; older ones are counted, not drawn

export function Console(): JSX.Element {
  const app = useApp();
  session.revision.value;
  const n = shownNode(app);
  if (capture.value !== null) return <p class="empty">{t('ui.capture.console')}</p>;
  if (n === null) return <p class="empty">{t('ui.nothing_yet')}</p>;
  return (
    <div class="console">
      <NodePicker shown={n} />
      <Log n={n} />
      <Line n={n} />
    </div>
  );
}
function Log({ n }: { readonly n: NodeId }): JSX.Element {
  const app = useApp();
  const timeline = current(app.lab);
  const all = timeline ? timeline.consoleAt(view.cursor.value, n) : [];
  const indices = all.slice(-MOST_LINES);
  const box = useRef<HTMLOListElement>(null);
  useEffect(() => {
    if (box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [all.length, n]);
  if (all.length === 0) {
    return <p class="empty">{t('ui.console.empty', { node: app.lab.node(n)?.name ?? '' })}</p>;
  }
  return (
    <ol class="log" ref={box} tabIndex={0} aria-label={t('ui.console.log')}>
      {all.length > indices.length ? <li class="muted">{t('ui.console.older', { n: number(all.length - indices.length) })}</li> : null}
      {indices.map((i) => {
        const e = timeline?.event(i);
        if (!e || (e.k !== 'cmd' && e.k !== 'con' && e.k !== 'call')) return null;
        return <li key={i} class={`log-${e.k}`}>{e.text.replace(/\n$/, '')}</li>;
      })}
    </ol>
  );
}
function Line({ n }: { readonly n: NodeId }): JSX.Element {
  const app = useApp();
  const { kind } = session.connection.value;
  const offline = kind === 'offline' || kind === 'gone';
  const waiting = session.waiting.value.some((w) => w.what === 'console');
  const name = app.lab.node(n)?.name ?? '';
  const past = isPast(app);
  return (
    <form
      class="console-line" autoComplete="off"
      onSubmit={(ev) => { ev.preventDefault(); if (!offline) void giveLine(app, n); }}
    >
      <label class="prompt" for="console-input">{t('ui.console.prompt', { node: name })}</label>
      <input
        id="console-input" class="console-input" value={consoleDraft.value} spellcheck={false}
        autocapitalize="none" list="console-words" readOnly={offline} aria-busy={waiting}
        placeholder={t(offline ? 'ui.why.offline' : past ? 'ui.console.past' : 'ui.console.hint')}
        onInput={(ev) => {
          consoleDraft.value = ev.currentTarget.value;
          void askCompletions(app, n);
        }}
      />
      <datalist id="console-words">
        {completions.value.map((w) => <option key={w.word} value={joined(w.word)}>{w.help}</option>)}
      </datalist>
      <button type="submit" class="do plain" aria-disabled={offline}>{t('ui.console.give')}</button>
    </form>
  );
}
function joined(word: string): string {
  const line = consoleDraft.value;
  return line.slice(0, line.lastIndexOf(' ') + 1) + word;
}
