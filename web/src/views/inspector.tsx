// The packet of the event in focus: its octets and its field tree, each lighting up the other by
// offset alone. What the fields mean is the server's to say.

import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { useApp } from '../act/context';
import { Do } from '../act/do';
import type { Looked } from '../act/lookup';
import { labelOf, nameOf } from '../act/narrate';
import { current, focusEvent } from '../act/moves';
import * as session from '../state/session';
import * as view from '../state/view';
import { hasText, moment, number, say, t } from '../text/text';
import type { Field, Packet, SentEvent, SentenceKey } from '../wire/types';
import { hexRows, pathAt } from './octets';
import type { Range } from './octets';

/** Px of a pane in which a row of sixteen octets has its place. */
const SIXTEEN_FIT = 362;
const NOTHING: Range = { from: 0, to: 0 };

export function Inspector(): JSX.Element {
  const app = useApp();
  session.revision.value;
  const i = focusEvent();
  const id = view.timeline.value;
  const lookup = app.engine?.lookup ?? null;
  const sent = i === null || id === null ? null : lookup?.sentOf(id, i) ?? null;
  useEffect(() => {
    if (i !== null && id !== null) lookup?.look(id, i);
  }, [lookup, i, id, sent]);
  const looked: Looked = lookup?.result.value ?? { kind: 'none' };
  const e = sent === null ? null : current(app.lab)?.event(sent) ?? null;
  if (e === null || e.k !== 'tx') return <p class="empty">{t('ui.packet.none')}</p>;
  return (
    <div class="inspector">
      <Head e={e} />
      {looked.kind === 'found' && looked.i === sent ? <Body key={looked.packet.packet + sent} packet={looked.packet} /> : null}
      {looked.kind === 'asking' ? <p class="empty" aria-busy="true">{t('ui.packet.asking')}</p> : null}
      {looked.kind === 'failed' ? (
        <p class="empty">{t(looked.offline ? 'ui.packet.offline' : 'ui.packet.failed')}</p>
      ) : null}
    </div>
  );
}
function Head({ e }: { readonly e: SentEvent }): JSX.Element {
  const app = useApp();
  const role = app.lab.roles[e.role]?.name ?? 'other';
  return (
    <div class="packet-head">
      <p class="packet-name">
        <span class={`chip role role-${role}`}>{labelOf(e)}</span>
        <span class="muted">{t('ui.packet.way', { from: nameOf(app.lab, e.n), to: nameOf(app.lab, e.to) })}</span>
      </p>
      <p class="muted figures">
        {t('ui.packet.size', { time: moment(e.t), size: number(e.size), id: e.p })}
      </p>
      <Do id="lose" icon="lose" class="small lose" waits="lose" />
    </div>
  );
}
function Body({ packet }: { readonly packet: Packet }): JSX.Element {
  const [lit, light] = useState<Range>(NOTHING);
  const [fixed, fix] = useState<Range>(NOTHING);
  const shown = lit.to > lit.from ? lit : fixed;
  // The outer headers begin closed: what is asked about is nearly always the innermost.
  const inner = distinct(packet.tree).reduce((last, field, k) => (field.children.length > 0 ? k : last), -1);
  return (
    <div class="packet-body">
      <Octets packet={packet} shown={shown} light={light} fix={fix} />
      <ul class="tree" role="tree" aria-label={t('ui.packet.fields')} data-rove="tree">
        {distinct(packet.tree).map((field, k) => (
          <Branch key={k} field={field} depth={1} first={k === 0} begins={k === inner} shown={shown} fix={fix} light={light} />
        ))}
      </ul>
    </div>
  );
}
/** Without the fields that only say again, under a name to search by, what one before them said. */
function distinct(fields: readonly Field[]): readonly Field[] {
  return fields.filter((f, k) => !f.generated || f.children.length > 0 || !fields.slice(0, k).some((g) =>
    g.offset === f.offset && g.length === f.length && g.value === f.value));
}
interface BranchProps {
  readonly field: Field;
  readonly depth: number;
  readonly first: boolean;
  readonly begins: boolean; // open or closed
  readonly shown: Range;
  fix(range: Range): void;
  light(range: Range): void;
}
function Branch({ field, depth, first, begins, shown, fix, light }: BranchProps): JSX.Element {
  const [open, setOpen] = useState(begins);
  const range = { from: field.offset, to: field.offset + field.length };
  const on = shown.to > shown.from && range.from <= shown.from && range.to >= shown.to && range.to > range.from;
  const exact = on && range.from === shown.from && range.to === shown.to;
  const parent = field.children.length > 0;
  const label = hasText(`field.${field.name}`) ? say(`field.${field.name}` as SentenceKey) : field.label;
  const expand = { 'aria-expanded': parent ? open : undefined };
  const face = ['field', on ? 'on' : '', exact ? 'exact' : '', depth === 1 ? 'top' : '', field.generated ? 'generated' : ''];
  return (
    <li role="none">
      <div
        class={face.join(' ')} style={{ paddingLeft: `${(depth - 1) * 14 + 22}px` }}
        role="treeitem" data-item tabIndex={first ? 0 : -1} aria-level={depth} {...expand} aria-selected={exact}
        onFocus={() => fix(range)} onClick={() => fix(range)}
        onMouseEnter={() => light(range)} onMouseLeave={() => light(NOTHING)}
      >
        {parent ? (
          <span class="turn" data-turn aria-hidden="true" onClick={(ev) => { ev.stopPropagation(); setOpen(!open); }}>
            {open ? '▾' : '▸'}
          </span>
        ) : <span class="turn" aria-hidden="true" />}
        <span class="field-label">{label}</span>
        {field.ref === '' ? null : <span class="clause">{field.ref}</span>}
        {field.value === '' ? null : <span class="field-value">{field.value}</span>}
        {field.meaning === '' ? null : <span class="field-meaning">{field.meaning}</span>}
        {field.bad ? <span class="field-flag">{t('ui.packet.bad')}</span> : null}
      </div>
      {parent && open ? (
        <ul role="group">
          {distinct(field.children).map((child, k) => (
            <Branch key={k} field={child} depth={depth + 1} first={false} begins={depth < 2} shown={shown} fix={fix} light={light} />
          ))}
        </ul>
      ) : null}
    </li>
  );
}
interface OctetsProps {
  readonly packet: Packet;
  readonly shown: Range;
  light(range: Range): void;
  fix(range: Range): void;
}
/** Rows of eight or sixteen; an octet lights the smallest field that owns it. */
function Octets({ packet, shown, light, fix }: OctetsProps): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(8);
  useEffect(() => {
    const pane = box.current?.parentElement;
    if (!pane) return undefined;
    const size = new ResizeObserver(() => setWidth(pane.clientWidth >= SIXTEEN_FIT ? 16 : 8));
    size.observe(pane);
    return () => size.disconnect();
  }, []);
  const rows = hexRows(packet.octets, width);
  const rangeOf = (at: number): Range => pathAt(packet.tree, at) ?? { from: at, to: at + 1 };
  return (
    <div
      class={`octets of-${width}`} ref={box} role="img" tabIndex={0}
      aria-label={t('ui.packet.octets', { n: number(packet.octets.length), from: number(shown.from), to: number(shown.to) })}
      onMouseLeave={() => light(NOTHING)}
    >
      {rows.map((row) => (
        <div class="octet-row" key={row.at}>
          <span class="octet-at">{row.name}</span>
          {row.octets.map((octet, k) => {
            const at = row.at + k;
            const on = at >= shown.from && at < shown.to;
            return (
              <span
                key={k} class={on ? 'octet on' : 'octet'} onMouseEnter={() => light(rangeOf(at))}
                onClick={() => fix(rangeOf(at))}
              >{octet}</span>
            );
          })}
        </div>
      ))}
    </div>
  );
}
