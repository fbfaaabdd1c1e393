// What of the room is always in sight: the bar of a viewer who follows, and on the wall the code
// and the totals, never a name.

import type { JSX } from 'preact';
import { Do } from '../act/do';
import * as session from '../state/session';
import { number, t } from '../text/text';

/** A bar that a viewer sees: is the page with the class, or on its own? */
export function ClassBar(): JSX.Element | null {
  if (session.role.value !== 'viewer') return null;
  const along = session.withClass.value;
  return (
    <div class="class-bar" role="status">
      <span>{t(along ? 'ui.room.along' : 'ui.room.alone')}</span>
      <Do id="class" class="plain" named />
    </div>
  );
}
/** What the wall shows of the room. */
export function StageRoom(): JSX.Element | null {
  const viewers = session.viewers.value;
  if (session.joinCode.value === '') return null;
  return (
    <p class="stage-room figures">
      <span class="muted">{t('ui.room.code')}</span> <strong>{session.joinCode.value}</strong>
      {viewers === null ? null : <span class="muted">{t('ui.room.following', { n: number(viewers) })}</span>}
    </p>
  );
}
