// The sheet of keys, drawn from the table of commands; the switch for letter keys; what the
// strokes of the ladder mean is told by the ladder itself.

import type { JSX } from 'preact';
import { allCommands } from '../act/commands';
import type { Command, Group } from '../act/commands';
import { keyLabel } from '../act/do';
import { letterKeys, motion } from '../state/settings';
import { t } from '../text/text';
import type { UiKey } from '../text/text';

const GROUPS: readonly Group[] = ['move', 'act', 'look', 'page'];

export function Help(): JSX.Element {
  return (
    <div class="help">
      <div class="help-settings">
        <label class="switch">
          <input type="checkbox" checked={letterKeys.value} onChange={(e) => { letterKeys.value = e.currentTarget.checked; }} />
          <span>{t('ui.help.letters')}</span>
        </label>
        <label class="switch">
          <input
            type="checkbox" checked={motion.value === 'none'}
            onChange={(e) => { motion.value = e.currentTarget.checked ? 'none' : 'system'; }}
          />
          <span>{t('ui.help.still')}</span>
        </label>
      </div>
      <div class="help-groups">
        {GROUPS.map((group) => (
          <section key={group} aria-labelledby={`help-${group}`}>
            <h3 id={`help-${group}`}>{t(`ui.help.group.${group}` as UiKey)}</h3>
            <dl>
              {allCommands().filter((c) => c.group === group && c.keys.length > 0).map((c) => <Row key={c.id} command={c} />)}
            </dl>
          </section>
        ))}
      </div>
    </div>
  );
}
function Row({ command }: { readonly command: Command }): JSX.Element {
  return (
    <div class="help-row">
      <dt>{command.keys.map((key) => <kbd key={key}>{keyLabel(key)}</kbd>)}</dt>
      <dd>{t(command.help)}</dd>
    </div>
  );
}
