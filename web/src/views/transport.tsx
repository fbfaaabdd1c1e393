// The transport bar: what the event under the cursor says, the moves, the scrubber, the moment.

import type { ComponentChildren, JSX } from 'preact';
import { useApp } from '../act/context';
import { Do } from '../act/do';
import { narrate } from '../act/narrate';
import { current } from '../act/moves';
import * as session from '../state/session';
import * as view from '../state/view';
import { moment, number, t } from '../text/text';

/** The scrubber comes as its child: no view imports another. */
export function Transport({ children }: { readonly children: ComponentChildren }): JSX.Element {
  const playing = view.playing.value;
  return (
    <div class="transport" role="toolbar" aria-label={t('ui.transport')}>
      <div class="moves">
        <Do id="go.start" icon="start" class="wide-only" />
        <Do id="step.back" icon="back" class="big" />
        <Do id="play" icon={playing ? 'pause' : 'play'} class="big round" pressed={playing} />
        <Do id="step.next" icon="next" class="big" waits="step" />
        <Do id="go.head" icon="head" class="wide-only" />
        <Speed />
      </div>
      {children}
      <Where />
      <div class="acts">
        <Do id="run" icon="run" waits="run" class="wide-only" />
        <Do id="lose" icon="lose" named class="lose" waits="lose" />
      </div>
    </div>
  );
}
function Speed(): JSX.Element {
  return (
    <div class="speed wide-only" role="group" aria-label={t('ui.speed')}>
      <Do id="slower" icon="slower" />
      <output class="figures">{t('ui.times', { n: number(view.speed.value) })}</output>
      <Do id="faster" icon="faster" />
    </div>
  );
}
/** "t = 1.030 s   14 / 61". */
function Where(): JSX.Element {
  const app = useApp();
  session.revision.value;
  const timeline = current(app.lab);
  const i = view.cursor.value;
  const has = timeline !== null && i >= 0 && timeline.has(i);
  return (
    <dl class="where figures">
      <dt class="hidden">{t('ui.time')}</dt>
      <dd class="where-time">{has ? moment(timeline.time(i)) : '–'}</dd>
      <dt class="hidden">{t('ui.event')}</dt>
      <dd class="where-event">
        {t('ui.of', { i: number(i + 1), all: number(Math.max(session.head.value, timeline?.length ?? 0)) })}
      </dd>
    </dl>
  );
}
/** The sentence of the event under the cursor, with the clause it follows and the way to its cause. */
export function Sentence(): JSX.Element {
  const app = useApp();
  session.revision.value;
  const timeline = current(app.lab);
  const i = view.cursor.value;
  const e = timeline && i >= 0 ? timeline.event(i) : null;
  const told = timeline && e ? narrate(app.lab, timeline, e) : null;
  return (
    <div class="sentence">
      <p class="sentence-text">{told ? told.sentence : t('ui.nothing_yet')}</p>
      {told && told.clause !== '' ? <span class="clause">{told.clause}</span> : null}
      <Do id="return" icon="undo" class="small" />
      <Do id="why" icon="why" named class="small" />
    </div>
  );
}
