// What is said aloud: one polite region, one whole sentence a step, and while it plays one summary
// every two seconds. And what is shown on top: the banner of the connection, a passing notice.

import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { effect } from '@preact/signals';
import { useApp } from '../act/context';
import { aloud } from '../act/narrate';
import { current } from '../act/moves';
import * as lessons from '../state/lesson';
import * as session from '../state/session';
import { language } from '../state/settings';
import * as view from '../state/view';
import { number, t } from '../text/text';

const PLAY_PAUSE_MS = 2000;
const NOTICE_MS = 4500;

export function Announce(): JSX.Element {
  const app = useApp();
  const [spoken, speak] = useState('');
  useEffect(() => {
    let last = 0;
    let said = '';
    return effect(() => {
      const i = view.cursor.value;
      language.value;
      const timeline = current(app.lab);
      const e = timeline && i >= 0 ? timeline.event(i) : null;
      if (!timeline || !e) return;
      const now = Date.now();
      if (view.playing.value && now - last < PLAY_PAUSE_MS) return;
      const sentence = aloud(app.lab, timeline, e);
      if (sentence === said) return;
      last = now;
      said = sentence;
      speak(sentence);
    });
  }, [app]);
  const notice = session.notice.value;
  const open = lessons.openQuestion.value;
  const asked = open && !view.playing.value && view.cursor.value >= 0 ? t('ui.lesson.asked') : '';
  return (
    <div class="hidden" aria-live="polite" aria-atomic="true" id="live">
      {notice ?? (asked === '' ? spoken : `${spoken} ${asked}`)}
    </div>
  );
}
/** A line that passes: "link copied", "caught up 14 events", why a key did nothing. */
export function Notice(): JSX.Element | null {
  const notice = session.notice.value;
  useEffect(() => {
    if (notice === null) return undefined;
    const timer = setTimeout(() => {
      session.notice.value = null;
    }, NOTICE_MS);
    return () => clearTimeout(timer);
  }, [notice]);
  return notice === null ? null : <p class="notice">{notice}</p>;
}
/** Offline, or a problem: never modal, and the past stays usable. */
export function Banner(): JSX.Element | null {
  const connection = session.connection.value;
  const problem = session.problem.value;
  if (connection.kind === 'offline') return <Offline retryAt={connection.retryAt} />;
  if (connection.kind === 'gone') return <Gone />;
  if (problem === null) return null;
  return (
    <div class="banner problem" role="alert">
      <span>{problem}</span>
      <button type="button" class="do plain" onClick={() => { session.problem.value = null; }}>{t('ui.close')}</button>
    </div>
  );
}
/** The lab is not on the server any more: the past stays, and a lesson's lab can be made anew. */
function Gone(): JSX.Element {
  const app = useApp();
  const lesson = lessons.lesson.value;
  return (
    <div class="banner problem" role="alert">
      <span>{t('ui.problem.gone')}</span>
      {lesson === null ? null : (
        <button type="button" class="do plain" onClick={() => app.engine?.course.begin(lesson.slug)}>{t('ui.tabs.start')}</button>
      )}
    </div>
  );
}
function Offline({ retryAt }: { readonly retryAt: number }): JSX.Element {
  const app = useApp();
  const [, tick] = useState(0);
  const timer = useRef<ReturnType<typeof setInterval> | null>(null);
  useEffect(() => {
    timer.current = setInterval(() => tick((n) => n + 1), 1000);
    return () => {
      if (timer.current !== null) clearInterval(timer.current);
    };
  }, []);
  const seconds = Math.max(0, Math.ceil((retryAt - Date.now()) / 1000));
  return (
    <div class="banner offline">
      <span role="status">{t('ui.offline', { n: number(current(app.lab)?.length ?? 0) })}</span>
      <span class="figures muted" aria-hidden="true">{t('ui.offline_retry', { n: number(seconds) })}</span>
      <button type="button" class="do plain" onClick={() => app.engine?.desk.retryNow()}>{t('ui.retry_now')}</button>
    </div>
  );
}
