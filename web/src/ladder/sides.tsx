// The headers of two timelines beside each other: which one stands where, and what made it. Comes
// with the crowd.

import type { JSX } from 'preact';
import type { Timeline } from '../model/lab';
import * as lessons from '../state/lesson';
import * as session from '../state/session';
import * as view from '../state/view';
import { t } from '../text/text';
import type { Columns } from './columns';

export function Sides({ sides, columns }: { readonly sides: readonly Timeline[]; readonly columns: Columns }): JSX.Element {
  return <>{sides.map((side, k) => <Side key={side.id} timeline={side} columns={columns} k={k} />)}</>;
}

/** What made a timeline: a lesson's step by its title, a packet that was lost by its label, else the command. */
function madeBy(timeline: Timeline, title: string): string {
  const step = lessons.titleOf(timeline.id, title);
  if (step !== '') return step;
  const packet = /^drop (\S+)$/.exec(title)?.[1];
  const sent = packet === undefined ? null : timeline.seek(timeline.base + 1, -1, (i) => {
    const e = timeline.event(i);
    return e?.k === 'tx' && e.p === packet;
  });
  const e = sent === null ? null : timeline.event(sent);
  return e?.k === 'tx' ? `× ${e.lab.join(' ')}` : title;
}

/** Which of two timelines stands here, and what made it. */
function Side(props: { timeline: Timeline; columns: Columns; k: number }) {
  const { timeline, columns, k } = props;
  const own = columns.all.filter((c) => c.side === k).map((c) => c.x);
  const made = madeBy(timeline, session.timelines.value.find((info) => info.id === timeline.id)?.title ?? '');
  const middle = (Math.min(...own) + Math.max(...own)) / 2;
  return (
    <p class={timeline.id === view.timeline.value ? 'ladder-side current' : 'ladder-side'} style={{ left: `${middle}px` }}>
      {made === '' ? t('ui.ladder.side', { id: timeline.id }) : t('ui.ladder.side_made', { id: timeline.id, made })}
      <span class="ladder-only">{t('ui.ladder.only')}</span>
    </p>
  );
}
