// Timers as rings that run down with the cursor's time, and while a step flies. One that is
// cancelled is crossed with what was left of it; one that fired is empty.

import type { JSX } from 'preact';
import { useApp } from '../act/context';
import { momentShown } from '../act/gauges';
import { current } from '../act/moves';
import * as session from '../state/session';
import * as view from '../state/view';
import { say, span, t } from '../text/text';
import { ringsAt, type Ring } from './timers_layout';

const MOST = 24;
const R = 15;
const ROUND = 2 * Math.PI * R;

export function Timers(): JSX.Element {
  const app = useApp();
  session.revision.value;
  const timeline = current(app.lab);
  const i = momentShown();
  const now = view.flight.value ?? (timeline === null || i < 0 ? 0 : timeline.time(i));
  const { rings, all } = timeline === null || i < 0 ? { rings: [], all: 0 } : ringsAt(timeline, i, now, MOST);
  return (
    <details class="timers" open>
      <summary class="meter-title"><h3>{t('ui.gauges.timers')}</h3></summary>
      {rings.length === 0 ? <p class="muted meter-none">{t('ui.gauges.no_timer')}</p> : (
        <ul class="rings">
          {rings.map((ring) => <RingShape key={ring.key} ring={ring} node={app.lab.node(ring.n)?.name ?? ''} />)}
          {all > rings.length ? <li class="ring more">{t('ui.gauges.more', { n: String(all - rings.length) })}</li> : null}
        </ul>
      )}
    </details>
  );
}

function RingShape({ ring, node }: { readonly ring: Ring; readonly node: string }): JSX.Element {
  const what = ring.timer.replace(/_/g, ' ');
  const when = ring.how === 'runs' ? t('ui.gauges.runs', { left: span(ring.left) })
    : ring.how === 'fired' ? t('ui.gauges.fired') : t('ui.gauges.stopped', { left: span(ring.left) });
  return (
    <li class={`ring ${ring.how}`} title={say(ring.say, { ...ring.a, node })}>
      <svg width="38" height="38" viewBox="-19 -19 38 38" aria-hidden="true">
        <circle class="ring-ground" r={R} />
        <circle
          class="ring-left" r={R} transform="rotate(-90) scale(1 -1)"
          style={{ strokeDasharray: `${ROUND * ring.part} ${ROUND}` }}
        />
        {ring.how === 'stopped' ? <path class="ring-cross" d="M-6 -6L6 6M-6 6L6 -6" /> : null}
        {ring.how === 'fired' ? <path class="ring-bolt" d="M1 -8L-5 1H0L-1 8L5 -1H0Z" /> : null}
      </svg>
      <span class="ring-words">
        <b>{node}</b> {what}
        <span class="ring-when figures">{when}</span>
        {ring.whose === '' ? null : <span class="ring-whose">{ring.whose}</span>}
      </span>
    </li>
  );
}
