// Queues as slots that fill: a table whose shape says "slots" has one row a queue, and the rows of
// the table that such a row names fill its slots. What does not fit is counted, and what a queue had
// to turn away is said. Which tables these are is data.

import type { JSX } from 'preact';
import type { Timeline } from '../model/lab';
import * as session from '../state/session';
import * as view from '../state/view';
import { column, number, say, t } from '../text/text';
import type { Node, NodeId, SentenceKey, TableShape } from '../wire/types';
import { useApp } from './context';
import type { App } from './context';
import { current } from './moves';

const MOST = 48; // slots that are drawn one by one

interface Queue {
  readonly key: string;
  readonly where: string;
  readonly title: SentenceKey;
  readonly used: number;
  readonly limit: number;
  readonly turned: number; // away, so far
  readonly entries: readonly (readonly string[])[];
  readonly shape: TableShape | null; // of the entries
}
const whole = (text: string | undefined): number => {
  const n = Number(text);
  return Number.isFinite(n) && n > 0 ? Math.floor(n) : 0;
};

/** The queues of a node after event i. A row: where, whose table, used, limit, turned away. */
function queuesOf(app: App, timeline: Timeline, i: number, n: NodeId): Queue[] {
  return app.lab.tables.filter((s) => s.view === 'slots').flatMap((slots) =>
    [...timeline.tableAt(i, slots.name, n)].map(([key, cells]) => {
      const [where, title, used, limit, turned] = cells;
      const shape = app.lab.tables.find((s) => s.view === 'entries' && s.title === title) ?? null;
      const entries = shape === null ? [] : [...timeline.tableAt(i, shape.name, n).values()].filter((row) => row[0] === where);
      return {
        key, where: where ?? '', title: (title ?? '') as SentenceKey, used: whole(used), limit: whole(limit), turned: whole(turned),
        entries, shape,
      };
    }));
}

/** All queues of all nodes, or of one. */
export function Queues({ only }: { readonly only?: NodeId }): JSX.Element | null {
  const app = useApp();
  session.revision.value;
  const timeline = current(app.lab);
  const i = view.cursor.value;
  if (timeline === null || !app.lab.tables.some((s) => s.view === 'slots')) return null;
  const nodes = app.lab.nodes.filter((n) => only === undefined || n.id === only);
  const all = nodes.map((node) => ({ node, queues: queuesOf(app, timeline, i, node.id) })).filter((x) => x.queues.length > 0);
  return (
    <details class="queues" open>
      <summary class="meter-title"><h3>{t('ui.slots.title')}</h3></summary>
      {all.length === 0 ? <p class="muted meter-none">{t('ui.slots.none')}</p> : null}
      {all.map(({ node, queues }) => (
        <div key={node.id} class="queue-node">
          {queues.slice(0, MOST).map((queue) => <QueueShape key={queue.key} queue={queue} node={node} />)}
          <Refused timeline={timeline} i={i} node={node} />
        </div>
      ))}
    </details>
  );
}
/** What this node has thrown away in the step under the cursor: for want of a slot, or for another reason. */
function Refused({ timeline, i, node }: { readonly timeline: Timeline; readonly i: number; readonly node: Node }): JSX.Element | null {
  const e = i < 0 ? null : timeline.event(i);
  return e?.k === 'drop' && e.n === node.id ? <p class="queue-refused">{t('ui.slots.refused', { why: say(e.why) })}</p> : null;
}

function QueueShape({ queue, node }: { readonly queue: Queue; readonly node: Node }): JSX.Element {
  const { used, limit, entries, shape } = queue;
  const drawn = Math.min(MOST, Math.max(limit, used, 1));
  const full = limit > 0 && used >= limit;
  const beyond = Math.max(limit, used) - drawn;
  const words = t('ui.slots.used', { used: number(used), limit: limit === 0 ? '∞' : number(limit) });
  return (
    <div class={full ? 'queue full' : 'queue'}>
      <p class="queue-head">
        <b>{say(queue.title)}</b> <span class="muted">{node.name} · {queue.where}</span>
        <span class="queue-count figures">{words}</span>
      </p>
      <div class="slots" role="img" aria-label={`${say(queue.title)}, ${node.name}: ${words}`}>
        {Array.from({ length: drawn }, (_, k) => (
          <i
            key={k} class={k >= limit && limit > 0 ? 'slot over' : k < used ? 'slot used' : 'slot'}
            title={shape === null || entries[k] === undefined ? undefined : entryText(shape, entries[k] ?? [])}
          />
        ))}
        {beyond > 0 ? <span class="slots-more figures">{moreText(used - drawn, beyond)}</span> : null}
      </div>
      {limit > MOST ? <div class="queue-level"><i style={{ width: `${Math.min(100, (used / limit) * 100)}%` }} /></div> : null}
      {queue.turned > 0 ? <p class="queue-refused">{t('ui.slots.turned', { n: number(queue.turned) })}</p> : null}
    </div>
  );
}
/** "+312 used of 976 more" in as few words as there are. */
function moreText(used: number, beyond: number): string {
  return used > 0 ? t('ui.slots.more_used', { used: number(used), n: number(beyond) }) : t('ui.slots.more', { n: number(beyond) });
}
function entryText(shape: TableShape, row: readonly string[]): string {
  return shape.columns.slice(1).map((c, k) => `${column(c)}: ${row[k + 1] ?? ''}`).join('\n');
}
