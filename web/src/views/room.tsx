// The room: the code that opens the plain link, who follows, and the way back to the class. On
// the wall code and totals alone are shown, never a name.

import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { useApp } from '../act/context';
import { Do } from '../act/do';
import { openByCode } from '../act/arrive';
import { dialog } from '../act/panels';
import * as session from '../state/session';
import { number, t } from '../text/text';

export function Room(): JSX.Element {
  const app = useApp();
  const code = session.joinCode.value;
  return (
    <div class="room">
      {app.desk.opened === null || code === '' ? <p class="muted">{t('ui.room.none')}</p> : (
        <>
          <p>{t('ui.room.share')}</p>
          <p class="room-code">{code}</p>
          <p class="room-link"><code>{location.origin + '/?join=' + code}</code></p>
          <Following />
          <Do id="link" icon="link" named class="plain" />
        </>
      )}
      <JoinForm />
    </div>
  );
}
function Following(): JSX.Element | null {
  const viewers = session.viewers.value;
  if (viewers === null) return null;
  return <p class="muted figures">{t('ui.room.following', { n: number(viewers) })}</p>;
}
function JoinForm(): JSX.Element {
  const app = useApp();
  const [code, setCode] = useState('');
  const [wrong, setWrong] = useState(false);
  return (
    <form
      class="join" onSubmit={(e) => {
        e.preventDefault();
        void openByCode(app, code).then((open) => {
          setWrong(!open);
          if (open) dialog.value = null;
        });
      }}
    >
      <label for="join-code">{t('ui.room.join')}</label>
      <div class="row">
        <input
          id="join-code" value={code} autocapitalize="characters" autoComplete="off" spellcheck={false}
          aria-invalid={wrong} aria-describedby="join-wrong" onInput={(e) => setCode(e.currentTarget.value)}
        />
        <button type="submit" class="do plain main">{t('ui.room.go')}</button>
      </div>
      <p id="join-wrong" class="problem-text">{wrong ? t('ui.room.wrong') : ''}</p>
    </form>
  );
}
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
