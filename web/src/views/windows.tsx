// The window view: the space of sequence numbers in both directions of a conversation, the sender's
// part above the receiver's, at the cursor. What the parts are is data. SVG.

import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { useApp } from '../act/context';
import { figure } from '../act/figures';
import { momentShown, samplesOf, shownObject } from '../act/gauges';
import type { Shown } from '../act/gauges';
import type { App } from '../act/context';
import type { Life } from '../model/lives';
import { number, say, t } from '../text/text';
import type { GaugeSet } from '../wire/types_gauges';
import { layWindows, type Direction, type End, type Row, type Zone } from './windows_layout';

const TRACK = 18; // px of the octets
const RAIL = 8; // px of each room
const GAP = 12; // between two rows

function useWidth() {
  const ref = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const host = ref.current;
    if (host === null) return;
    const observer = new ResizeObserver(() => setWidth(host.clientWidth));
    observer.observe(host);
    return () => observer.disconnect();
  }, []);
  return { ref, width };
}

function endOf(app: App, shown: Shown, life: Life, i: number): End {
  const samples = samplesOf(app, shown.timeline, life);
  const at = life.end === null ? i : Math.min(i, life.end);
  return {
    name: app.lab.node(life.n)?.name ?? '',
    placeAt: (place) => samples.placeAt(place, at, life.begin),
    knows: (place) => place === null || samples.valueAt(place.field, at, life.begin) !== null,
  };
}

export function Windows(): JSX.Element | null {
  const app = useApp();
  const { ref, width } = useWidth();
  const shown = shownObject(app);
  if (shown === null || shown.set.bars.length === 0) return null;
  const i = momentShown();
  const directions = layWindows(shown.set, endOf(app, shown, shown.life, i),
    shown.peer === null ? null : endOf(app, shown, shown.peer, i));
  return (
    <details class="windows" open>
      <summary class="meter-title"><h3>{t('ui.gauges.windows')}</h3></summary>
      <div ref={ref} />
      {width < 60 ? null : directions.map((d) => <Way key={`${d.from}>${d.to}`} way={d} width={width} />)}
      {directions.length > 0 ? <Legend set={shown.set} /> : <p class="muted meter-none">{t('ui.gauges.no_window')}</p>}
    </details>
  );
}

function Way({ way, width }: { readonly way: Direction; readonly width: number }): JSX.Element {
  const tops: number[] = [];
  let y = 0;
  for (const row of way.rows) {
    tops.push(y);
    y += LABEL + TRACK + Math.max(1, row.rails.length) * RAIL + GAP;
  }
  return (
    <div class="way">
      <h4 class="way-title">{t('ui.gauges.way', { from: way.from, to: way.to })}</h4>
      <svg width={width} height={y + 16} role="img" aria-label={way.rows.map(rowText).join('; ')}>
        {way.ticks.map((tick) => (
          <g key={tick.left}>
            <line class="way-tick" x1={tick.left * width} x2={tick.left * width} y1={LABEL} y2={y} />
            <text
              class="way-figure" x={tick.left * width} y={y + 11}
              style={{ textAnchor: tick.left === 0 ? 'start' : tick.left === 1 ? 'end' : 'middle' }}
            >{figure(tick.at, 'octets')}</text>
          </g>
        ))}
        {way.rows.map((row, k) => <RowShape key={row.title} row={row} top={tops[k] ?? 0} width={width} />)}
      </svg>
    </div>
  );
}
const ink = (role: string) => ({ '--ink': `var(--role-${role}, var(--role-other))` });
const LABEL = 18; // px of the words above a row

function RowShape({ row, top, width }: { readonly row: Row; readonly top: number; readonly width: number }): JSX.Element {
  return (
    <g transform={`translate(0 ${top})`}>
      <text class="way-who" x={0} y={9}>{`${row.who} · ${say(row.title)}`}</text>
      <rect class="way-track" x={0} y={LABEL} width={width} height={TRACK} />
      {row.solid.map((zone, k) => {
        const x = zone.left * width;
        const wide = Math.max(2.5, (zone.right - zone.left) * width);
        // A figure that a later zone would lie upon is left out; the title has it.
        const free = row.solid.slice(k + 1).every((over) => over.right <= zone.left || over.left >= zone.right);
        const text = Number.isFinite(zone.from) && free ? number(zone.to - zone.from) : '';
        return (
          <g key={k} style={ink(zone.role)} class={Number.isFinite(zone.from) ? 'way-zone' : 'way-zone past'}>
            <title>{zoneText(zone)}</title>
            <rect x={x} y={LABEL} width={wide} height={TRACK} />
            {text.length * 7.4 < wide - 4 ? <text class="way-count" x={x + wide / 2} y={LABEL + TRACK / 2 + 0.5}>{text}</text> : null}
          </g>
        );
      })}
      {row.rails.map((zone, k) => {
        const y = LABEL + TRACK + 3 + k * RAIL;
        const [x1, x2] = [zone.left * width, Math.max(zone.left * width + 2, zone.right * width)];
        return (
          <g key={k} class={zone.to > zone.from ? 'way-rail' : 'way-rail shut'} style={ink(zone.role)}>
            <title>{zoneText(zone)}</title>
            <path d={`M${x1} ${y}v4H${x2}v-4`} />
          </g>
        );
      })}
    </g>
  );
}
function zoneText(zone: Zone): string {
  if (!Number.isFinite(zone.from)) return t('ui.gauges.zone_before', { what: say(zone.title), to: number(zone.to) });
  return t('ui.gauges.zone', { what: say(zone.title), from: number(zone.from), to: number(zone.to), n: number(zone.to - zone.from) });
}
function rowText(row: Row): string {
  return `${row.who}, ${say(row.title)}: ${[...row.solid, ...row.rails].map(zoneText).join(', ')}`;
}

function Legend({ set }: { readonly set: GaugeSet }): JSX.Element {
  const zones = set.bars.flatMap((bar) => bar.zones);
  const once = zones.filter((zone, k) => zones.findIndex((z) => z.title === zone.title) === k);
  return (
    <ul class="way-legend">
      {once.map((zone) => (
        <li key={zone.title} style={ink(zone.role)}>
          <i class={`way-swatch${zone.hollow ? ' hollow' : ''}${zone.from === null ? ' past' : ''}`} />{say(zone.title)}
        </li>
      ))}
    </ul>
  );
}
