// The room: the code that opens the plain link, how many are here, and the way into another.

import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { useApp, withEngine } from '../act/context';
import { Do } from '../act/do';
import { openByCode } from '../act/arrive';
import { dialog } from '../act/panels';
import * as session from '../state/session';
import { number, t } from '../text/text';

export function Room(): JSX.Element {
  const code = session.joinCode.value;
  return (
    <div class="room">
      {session.opened.value === null || code === '' ? <p class="muted">{t('ui.room.none')}</p> : (
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
        withEngine(app, (engine) => openByCode(engine, code).then((open) => {
          setWrong(!open);
          if (open) dialog.value = null;
        }));
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
