// A button of a command: name, icon, key, reason when it cannot be given, a mark while it waits.

import type { ComponentChildren, JSX } from 'preact';
import { hasText, t } from '../text/text';
import * as session from '../state/session';
import * as view from '../state/view';
import { commandOf, give } from './commands';
import type { CommandId } from './commands';
import { useApp } from './context';
import { Icon } from './icon';
import type { IconName } from './icon';

interface DoProps {
  readonly id: CommandId;
  readonly icon?: IconName;
  /** Show the name beside the icon. */
  readonly named?: boolean;
  readonly class?: string;
  readonly pressed?: boolean;
  readonly children?: ComponentChildren;
  /** Which kind of ask shows its mark on this button while it waits. */
  readonly waits?: string;
}

/** A key as people read it: "→", "Shift →", "W". */
export function keyLabel(key: string): string {
  const parts = key.length === 1 ? [key] : key.split('+');
  return parts.map((part) => KEY_NAMES[part] ?? (part.length === 1 ? part.toUpperCase() : part)).join(' ');
}
const KEY_NAMES: Readonly<Record<string, string>> = {
  ArrowRight: '→', ArrowLeft: '←', ArrowUp: '↑', ArrowDown: '↓', ' ': '␣', Escape: 'Esc',
  PageUp: 'PgUp', PageDown: 'PgDn', Backspace: '⌫', Enter: '⏎',
};
const SHORTCUT_NAMES: Readonly<Record<string, string>> = { ' ': 'Space', Ctrl: 'Control', '+': 'Plus' };
function shortcut(key: string): string {
  if (key.length === 1) return SHORTCUT_NAMES[key] ?? key;
  return key.split('+').map((part) => SHORTCUT_NAMES[part] ?? part).join('+');
}

export function Do(props: DoProps): JSX.Element {
  const app = useApp();
  const command = commandOf(props.id);
  // What `when` reads lies in these signals and in the model behind the revision.
  session.revision.value;
  view.cursor.value;
  const may = command.when(app);
  const waiting = props.waits !== undefined && session.waiting.value.some((w) => w.what === props.waits);
  const name = t(command.name);
  const key = command.keys[0];
  // Its help comes with the tools; until then the name is all there is to say.
  const help = hasText(command.help) ? t(command.help) : name;
  const title = (may === true ? help : t(may)) + (key === undefined ? '' : ` (${keyLabel(key)})`);
  return (
    <button
      type="button"
      class={`do ${props.class ?? ''} ${waiting ? 'waiting' : ''}`}
      aria-label={props.named === true || props.children !== undefined ? undefined : name}
      aria-disabled={may !== true}
      aria-busy={waiting}
      aria-pressed={props.pressed}
      aria-keyshortcuts={command.keys.map(shortcut).join(' ') || undefined}
      data-command={props.id}
      title={title}
      onClick={() => {
        const refused = give(app, props.id);
        if (refused !== true) session.notice.value = t(refused);
      }}
    >
      {props.icon === undefined ? null : <Icon name={props.icon} />}
      {props.named === true ? <span class="do-name">{name}</span> : null}
      {props.children}
    </button>
  );
}
