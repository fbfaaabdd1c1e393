// The bar at the top: name, lesson, link, language, theme, projector, room, help, connection.

import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { Do } from '../act/do';
import type { CommandId } from '../act/commands';
import { Icon } from '../act/icon';
import type { IconName } from '../act/icon';
import { showDialog } from '../act/panels';
import * as lessons from '../state/lesson';
import * as session from '../state/session';
import { LANGUAGES, language, projector } from '../state/settings';
import { t } from '../text/text';
import type { UiKey } from '../text/text';

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
      <Menu class="wide-only" name="ui.export" icon="download" ids={EXPORTS} />
      <Language />
      <Do id="theme" icon="theme" class="wide-only" />
      <Do id="projector" icon="projector" class="wide-only" pressed={projector.value} />
      <Do id="help" icon="help" class="wide-only" />
      <Menu class="phone-only" name="ui.more" icon="more" ids={['room', 'link', 'theme', ...EXPORTS, 'help']} />
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
const EXPORTS: readonly CommandId[] = ['export.svg', 'export.pcap', 'export.csv'];

/** A button that opens a list of commands; it closes when the focus leaves or one was given. */
function Menu(props: {
  readonly name: UiKey; readonly icon: IconName; readonly ids: readonly CommandId[]; readonly class: string;
}): JSX.Element {
  const [open, setOpen] = useState(false);
  return (
    <div
      class={`menu ${props.class}`}
      onFocusOut={(e) => { if (!(e.relatedTarget instanceof Node) || !e.currentTarget.contains(e.relatedTarget)) setOpen(false); }}
    >
      <button
        type="button" class="do" aria-label={t(props.name)} title={t(props.name)} aria-expanded={open}
        onClick={() => setOpen(!open)}
      ><Icon name={props.icon} /></button>
      {open ? (
        <div class="menu-list" onClick={() => setOpen(false)}>
          {props.ids.map((id) => <Do key={id} id={id} named />)}
        </div>
      ) : null}
    </div>
  );
}
