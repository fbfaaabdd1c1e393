// The bar at the top: name, lesson, link, language, theme, projector, room, help, connection.

import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { Do } from '../act/do';
import { Icon } from '../act/icon';
import { showDialog } from '../act/panels';
import * as lessons from '../state/lesson';
import * as session from '../state/session';
import { LANGUAGES, language, projector } from '../state/settings';
import { t } from '../text/text';

export function TopBar(): JSX.Element {
  return (
    <header class="topbar">
      <h1 class="brand-head"><a class="brand" href="/" aria-label={t('ui.home')}>
        <Mark />
        <span class="brand-name">{t('ui.name')}</span>
      </a></h1>
      <button type="button" class="lesson-picker" onClick={() => showDialog('lessons')} aria-haspopup="dialog">
        <span class="hidden">{t('ui.do.lessons')}</span>
        <span class="lesson-title">{lessons.lesson.value?.title ?? t('ui.do.lessons')}</span>
        <Icon name="down" />
      </button>
      <span class="spacer" />
      <Live />
      <Do id="room" icon="room" class="wide-only" />
      <Do id="link" icon="link" class="wide-only" />
      <Export />
      <Language />
      <Do id="theme" icon="theme" />
      <Do id="projector" icon="projector" class="wide-only" pressed={projector.value} />
      <Do id="help" icon="help" />
    </header>
  );
}
/** Two lifelines and a packet under way. */
function Mark(): JSX.Element {
  return (
    <svg class="mark" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d="M4 3v18M20 3v18" class="mark-life" />
      <path d="M5.5 7.5L18 12.5M14.6 13.4l3.6-.8-2-3.2" class="mark-go" />
      <path d="M18.5 15.5L11 18.5" class="mark-back" />
    </svg>
  );
}
function Language(): JSX.Element {
  return (
    <div class="languages" role="group" aria-label={t('ui.language')}>
      {LANGUAGES.map((l) => (
        <button
          key={l} type="button" lang={l} aria-pressed={language.value === l}
          onClick={() => { language.value = l; }}
        >{t(`ui.language.${l}`)}</button>
      ))}
    </div>
  );
}
/** A dot and a word: live, recorded, offline. */
function Live(): JSX.Element {
  const kind = session.connection.value.kind;
  return (
    <span class={`live live-${kind}`}>
      <span class="live-dot" aria-hidden="true" />
      <span class="live-word">{t(`ui.live.${kind}`)}</span>
      {session.joinCode.value === '' ? null : <span class="live-code figures">{session.joinCode.value}</span>}
    </span>
  );
}
function Export(): JSX.Element {
  const [open, setOpen] = useState(false);
  return (
    <div
      class="menu wide-only"
      onFocusOut={(e) => { if (!(e.relatedTarget instanceof Node) || !e.currentTarget.contains(e.relatedTarget)) setOpen(false); }}
    >
      <button
        type="button" class="do" aria-label={t('ui.export')} title={t('ui.export')} aria-expanded={open}
        onClick={() => setOpen(!open)}
      ><Icon name="download" /></button>
      {open ? (
        <div class="menu-list" onClick={() => setOpen(false)}>
          <Do id="export.svg" named />
          <Do id="export.pcap" named />
          <Do id="export.csv" named />
        </div>
      ) : null}
    </div>
  );
}
