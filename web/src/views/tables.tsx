// The tables inside a node at the cursor. Which tables there are, and their columns, is data. A
// row that the event under the cursor changed is marked.

import type { JSX } from 'preact';
import { useApp } from '../act/context';
import { Devices } from '../act/devices';
import { Do } from '../act/do';
import { LongRows } from '../act/long_rows';
import { current } from '../act/moves';
import { NodePicker, shownNode } from '../act/node_picker';
import { openPanel } from '../act/panels';
import { consoleDraft } from '../act/shell_lines';
import { Queues } from '../act/slots';
import { timerKey } from '../model/lab';
import * as session from '../state/session';
import * as view from '../state/view';
import { column, hasText, say, span, t } from '../text/text';
import type { NodeId, TableShape, TraceEvent } from '../wire/types';

export function Tables(): JSX.Element {
  const app = useApp();
  session.revision.value;
  const n = shownNode(app);
  if (n === null) return <p class="empty">{t('ui.nothing_yet')}</p>;
  return (
    <div class="tables">
      <div class="tables-bar">
        <NodePicker shown={n} />
        <Do id="export.csv" icon="download" class="small" />
      </div>
      {app.lab.tables.some((shape) => shape.view === 'slots') ? <Queues only={n} /> : null}
      {app.lab.tables.filter((shape) => shape.view !== 'slots').map((shape) => <Table key={shape.name} shape={shape} n={n} />)}
      <Devices />
    </div>
  );
}
function Table({ shape, n }: { readonly shape: TableShape; readonly n: NodeId }): JSX.Element | null {
  const app = useApp();
  const timeline = current(app.lab);
  const i = view.cursor.value;
  if (!timeline) return null;
  const rows = withAges([...timeline.rowsAt(i, shape, n)], shape, view.flight.value ?? (i < 0 ? 0 : timeline.time(i)));
  const e = timeline.event(i);
  const changed = e === null || e.n !== n ? null : changedRow(e, shape);
  const title = say(shape.title);
  if (rows.length === 0) return <EmptyTable shape={shape} title={title} />;
  return (
    <table class="table" aria-rowcount={rows.length + 1}>
      <caption>{title}</caption>
      <thead>
        <tr>{shape.columns.map((c) => <th key={c} scope="col">{column(c)}</th>)}</tr>
      </thead>
      <LongRows rows={rows} changed={changed} />
    </table>
  );
}
/** A moment from which on something holds is told as how long ago that was. */
function withAges(rows: readonly Row[], shape: TableShape, now: number): readonly Row[] {
  const at = shape.columns.findIndex((c) => c.endsWith('.since'));
  if (at < 0) return rows;
  return rows.map(([key, cells]) => {
    const since = Number(cells[at] ?? '') * 1e9;
    const known = cells[at] !== '' && Number.isFinite(since) && since <= now;
    return [key, known ? cells.map((cell, k) => (k === at ? t('ui.table.ago', { span: span(roughly(now - since)) }) : cell)) : cells];
  });
}
type Row = readonly [key: string, cells: readonly string[]];
/** Ages are read in tenths of a second: nobody wants their microseconds. */
const roughly = (ns: number): number => (ns < 1e9 ? Math.round(ns / 1e6) * 1e6 : Math.round(ns / 1e8) * 1e8);

/** The key of the row that an event changed in this table. */
function changedRow(e: TraceEvent, shape: TableShape): string | null {
  if (e.k === 'tab') return e.tab === shape.name ? e.key : null;
  return e.k === 'tm' && shape.view === 'timers' ? timerKey(e) : null;
}
/** Says why there is nothing, and offers what would fill it, when the catalogue knows a command. */
function EmptyTable({ shape, title }: { readonly shape: TableShape; readonly title: string }): JSX.Element {
  const tryKey = `${shape.title}.try`;
  const line = hasText(tryKey) ? say(tryKey as never) : '';
  return (
    <div class="table-empty">
      <h3 class="table-title">{title}</h3>
      <p class="muted">{t('ui.table.empty')}</p>
      {line === '' ? null : (
        <button type="button" class="do plain" onClick={() => { consoleDraft.value = line; openPanel('console'); }}>
          {t('ui.table.try', { line })}
        </button>
      )}
    </div>
  );
}
