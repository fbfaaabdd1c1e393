// Who believes what: for one destination, one row a router and its next hop over time. A loop and a
// dead end are told by colour, pattern and sign. The cursor is that of all views; a click moves it.

import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { useApp } from '../act/context';
import type { App } from '../act/context';
import { current, goTo, select, selectedNode } from '../act/moves';
import { beliefsOf, offered, titleOfRole, wordsOf } from '../act/overlays';
import type { Wish } from '../act/overlays';
import { lastTime } from '../model/lab';
import type { Lab, Timeline } from '../model/lab';
import type { Beliefs as Kept } from '../model/beliefs';
import * as session from '../state/session';
import * as view from '../state/view';
import { moment, say, t } from '../text/text';
import { nodeId } from '../wire/types';
import type { NodeId, SentenceKey } from '../wire/types';
import type { Way } from '../wire/types_overlay';
import { layStrip } from './beliefs_layout';
import type { Row, Segment, StripLayout } from './beliefs_layout';

const NARROWEST = 26; // px of a segment that has room for a word

function useWidth() {
  const ref = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(400);
  useEffect(() => {
    const box = ref.current;
    if (box === null) return undefined;
    const observer = new ResizeObserver(() => setWidth(box.clientWidth));
    observer.observe(box);
    return () => observer.disconnect();
  }, []);
  return { ref, width };
}

export function Beliefs({ wish }: { readonly wish: Wish }): JSX.Element | null {
  const app = useApp();
  const { ref, width } = useWidth();
  session.revision.value;
  const timeline = current(app.lab);
  const beliefs = timeline === null ? null : beliefsOf(app, timeline, wish);
  const nodes = beliefs === null ? [] : rowsOf(app.lab, beliefs);
  const layout = beliefs === null || timeline === null ? null
    : layStrip(beliefs, nodes, Math.max(lastTime(timeline), beliefs.t), view.axis.value === 'linear', width);
  return (
    <div class="beliefs">
      <div class="beliefs-grid" role="group" aria-label={t('ui.routing.strip')} data-rove="x">
        {layout?.rows.map((row, k) => (
          <RowShape
            key={row.node} app={app} row={row} width={width} first={k === 0} timeline={timeline} layout={layout} dst={beliefs?.dst ?? ''}
          />
        ))}
        <span class="beliefs-corner muted">{t('ui.routing.time')}</span>
        <div class="beliefs-axis" ref={ref} aria-hidden="true">
          {layout?.axis.ticks.map((tick) => (
            <span key={tick.t} class="figures" style={{ left: `${tick.x * 100}%` }}>{shortMoment(tick.t)}</span>
          ))}
        </div>
        {layout !== null && timeline !== null ? <CursorLine timeline={timeline} layout={layout} /> : null}
      </div>
      {layout === null || timeline === null ? null : <Legend timeline={timeline} layout={layout} />}
      {beliefs === null || !beliefs.told ? <p class="muted">{t('ui.routing.asking')}</p> : null}
    </div>
  );
}
/** Routers; where there is none, whoever has ways. */
function rowsOf(lab: Lab, beliefs: Kept): NodeId[] {
  const all = beliefs.nodes();
  const between = all.filter((id) => (lab.node(id)?.interfaces.filter((i) => i.address !== '').length ?? 0) > 1);
  return between.length > 0 ? between : all;
}
/** Seconds with as many figures as the eye needs. */
const shortMoment = (ns: number): string => `${Number((ns / 1e9).toFixed(ns < 1e9 ? 3 : ns < 1e11 ? 2 : 1))} s`;

function CursorLine({ timeline, layout }: { readonly timeline: Timeline; readonly layout: StripLayout }): JSX.Element | null {
  const i = view.cursor.value;
  const now = view.flight.value ?? (i < 0 ? null : timeline.time(i));
  if (now === null) return null;
  const x = Math.max(0, Math.min(1, layout.axis.at(now)));
  return <i class="beliefs-cursor" aria-hidden="true" style={{ '--x': x }} />;
}

interface RowProps {
  readonly app: App;
  readonly row: Row;
  readonly width: number;
  readonly first: boolean;
  readonly timeline: Timeline | null;
  readonly layout: StripLayout;
  readonly dst: string;
}
function RowShape({ app, row, width, first, timeline, layout, dst }: RowProps): JSX.Element {
  const name = app.lab.node(row.node)?.name ?? '';
  const chosen = selectedNode() === row.node;
  /** A pointer means the moment that it points at; a key means where the segment begins. */
  const visit = (e: { readonly currentTarget: Element; readonly detail: number; readonly clientX: number }, segment: Segment): void => {
    const box = e.currentTarget.parentElement?.getBoundingClientRect();
    const i = e.detail > 0 && box ? timeline?.atTime(layout.axis.time((e.clientX - box.left) / box.width)) : null;
    goTo(app.lab, Math.max(segment.i, i ?? segment.i));
  };
  return (
    <>
      <button
        type="button" class={chosen ? 'beliefs-name chosen' : 'beliefs-name'} aria-pressed={chosen}
        onClick={() => select(chosen ? { kind: 'none' } : { kind: 'node', node: row.node })}
      >{name}</button>
      <div class="beliefs-row">
        {row.segments.map((s, k) => {
          const words = sentencesOf(app.lab, row.node, s.ways, dst);
          const label = t('ui.routing.span', { from: moment(s.t0), to: moment(s.t1), what: words.join(' ') });
          return (
            <button
              key={s.i} type="button" data-item tabIndex={first && k === 0 ? 0 : -1} class={`beliefs-span face-${s.face}`}
              style={{ left: `${s.x0 * 100}%`, width: `${(s.x1 - s.x0) * 100}%`, '--tone': toneOf(app.lab, s.ways) }}
              title={label} aria-label={`${name}: ${label}`} onClick={(e) => visit(e, s)}
            >{(s.x1 - s.x0) * width >= NARROWEST ? signOf(app.lab, s) : ''}</button>
          );
        })}
      </div>
    </>
  );
}
/** The colour of a next hop: that of its place in the lab, in all rows the same. */
function toneOf(lab: Lab, ways: readonly Way[]): string {
  const at = lab.nodes.findIndex((n) => n.id === ways[0]?.to);
  return at < 0 ? 'var(--panel)' : `var(--lane-${(at % 8) + 1})`;
}
const SIGNS: Readonly<Record<string, string>> = { loop: '\u21bb ', dead_end: '\u2715', here: '\u25c9', doomed: '! ' };
function signOf(lab: Lab, s: Segment): string {
  const names = s.ways.filter((w) => w.to !== 0).map((w) => lab.node(nodeId(w.to))?.name ?? '');
  return `${SIGNS[s.face] ?? ''}${names.join(' + ')}`;
}
export function sentencesOf(lab: Lab, from: number, ways: readonly Way[], dst: string): string[] {
  return ways.map((w) => say(w.say, wordsOf(lab, from, w, dst)));
}
function Legend({ timeline, layout }: { readonly timeline: Timeline; readonly layout: StripLayout }): JSX.Element {
  const faces = new Set(layout.rows.flatMap((row) => row.segments.map((s) => s.face)));
  const offers = offered(timeline);
  return (
    <ul class="beliefs-legend muted">
      {[...faces].map((face) => {
        const title: SentenceKey | null = titleOfRole(offers, face);
        return title === null ? null : (
          <li key={face}><i class={`beliefs-span face-${face}`}>{SIGNS[face]?.trim() ?? ''}</i>{say(title)}</li>
        );
      })}
    </ul>
  );
}
