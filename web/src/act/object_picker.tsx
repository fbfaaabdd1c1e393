// Which object the meters speak of: a list of those that live at the cursor or lived before, the
// nearest to the one that is shown when there are thousands.

import type { JSX } from 'preact';
import { t } from '../text/text';
import { useApp } from './context';
import { choose, livesOf, shownObject } from './gauges';

const MOST = 100;

export function ObjectPicker(): JSX.Element | null {
  const app = useApp();
  const shown = shownObject(app);
  if (shown === null) return null;
  const all = livesOf(app.lab, shown.timeline).all;
  const at = all.indexOf(shown.life);
  const from = Math.max(0, Math.min(at - MOST / 2, all.length - MOST));
  const some = all.slice(from, from + MOST);
  return (
    <label class="object-picker">
      <span class="hidden">{t('ui.gauges.object')}</span>
      <select
        value={String(at)}
        onChange={(e) => {
          const life = all[Number(e.currentTarget.value)];
          if (life) choose(life);
        }}
      >
        {some.map((life, k) => (
          <option key={from + k} value={String(from + k)}>{`${app.lab.node(life.n)?.name ?? ''}: ${life.name}`}</option>
        ))}
      </select>
      {all.length > MOST ? <span class="muted">{t('ui.gauges.more', { n: String(all.length - some.length) })}</span> : null}
    </label>
  );
}
