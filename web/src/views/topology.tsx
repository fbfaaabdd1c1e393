// The network: nodes, links and the packets on them at the moment that is shown. SVG. Nodes can be
// dragged, or moved by Alt and an arrow key; a packet or a node can be chosen.

import { signal } from '@preact/signals';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { useApp } from '../act/context';
import { extras, over } from '../act/extras';
import { listen } from '../act/gestures';
import { current, select } from '../act/moves';
import { readTokens } from '../draw/tokens';
import type { Lab, Timeline } from '../model/lab';
import * as session from '../state/session';
import * as view from '../state/view';
import { hasText, number, say, span, t } from '../text/text';
import type { LinkLine, Node, NodeId, SentenceKey } from '../wire/types';
import { NodeSymbol } from './node_symbol';
import { drawnAt, gather, lookFor, movingAt, placeNodes, plateWidth, toPlace, uprightAngle } from './topology_layout';
import type { Moving, Place, Places, Strand } from './topology_layout';

/** Where nodes were moved to, for as long as the page lives. */
const moved = signal<Places>(new Map());

function useSize() {
  const ref = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState({ width: 0, height: 0 });
  useEffect(() => {
    const host = ref.current;
    if (host === null) return;
    const observer = new ResizeObserver(() => setSize({ width: host.clientWidth, height: host.clientHeight }));
    observer.observe(host);
    return () => observer.disconnect();
  }, []);
  return { ref, size };
}

function placesOf(lab: Lab): Places {
  const own = placeNodes(lab.nodes, lab.links, extras.settle);
  return new Map([...own].map(([id, place]) => [id, moved.value.get(id) ?? place]));
}

function move(id: NodeId, place: Place): void {
  moved.value = new Map([...moved.value, [id, place]]);
}

export function Topology() {
  const { lab } = useApp();
  const { ref, size } = useSize();
  const latest = useRef({ lab, size });
  latest.current = { lab, size };
  useEffect(() => (ref.current === null ? undefined : listenForDrags(ref.current, () => latest.current)), []);
  session.revision.value;
  const timeline = current(lab);
  const Bar = over.value?.Bar;
  return <>
    {Bar ? <Bar /> : null}
    <div class="topology" ref={ref}>
      {size.width > 40 && size.height > 40 && <Picture lab={lab} timeline={timeline} width={size.width} height={size.height} />}
      <p class="out-of-sight" id="topology-move">{t('ui.topology.move')}</p>
    </div>
  </>;
}

const GRAB = 26; // CSS px around a node's middle
const FONT = 13;

/** Drags of nodes by pointer; `nudge` comes from the keys. */
function listenForDrags(host: HTMLElement, now: () => { lab: Lab; size: { width: number; height: number } }): () => void {
  let held: NodeId | null = null;
  let from = { x: 0, y: 0 };
  const nodeAt = (x: number, y: number): NodeId | null => {
    const { lab, size } = now();
    for (const [id, at] of drawnAt(lab.nodes, placesOf(lab), size.width, size.height, FONT).at) {
      if (Math.hypot(at.x - x, at.y - y) <= GRAB) return id;
    }
    return null;
  };
  const end = new AbortController();
  const stop = listen(host, {
    grab: (x, y) => {
      held = nodeAt(x, y);
      from = { x, y };
      return held !== null;
    },
    drag: (x, y) => {
      const { lab, size } = now();
      if (held === null || Math.hypot(x - from.x, y - from.y) < 5) return;
      from = { x: -1e9, y: 0 }; // it has begun: from now on it follows every pixel
      move(held, toPlace(x, y, size.width, size.height, lookFor(placesOf(lab), size.width, size.height)));
    },
    drop: () => {
      if (held !== null && from.x > -1e9) chooseNode(held);
      held = null;
    },
  });
  host.addEventListener('nudge', (e) => nudge(e, now().lab), { signal: end.signal });
  return () => {
    stop();
    end.abort();
  };
}

function nudge(e: Event, lab: Lab): void {
  if (!(e instanceof CustomEvent) || !(e.target instanceof Element)) return;
  const id = Number(e.target.getAttribute('data-move'));
  const node = lab.nodes.find((n) => n.id === id);
  const place = node === undefined ? undefined : placesOf(lab).get(node.id);
  if (node === undefined || place === undefined) return;
  const { dx, dy } = e.detail as { dx: number; dy: number };
  const within = (v: number): number => Math.max(0, Math.min(1000, v));
  move(node.id, { x: within(place.x + dx * 10), y: within(place.y + dy * 10) });
}

function chooseNode(id: NodeId): void {
  const chosen = view.selection.peek();
  select(chosen.kind === 'node' && chosen.node === id ? { kind: 'none' } : { kind: 'node', node: id });
}

interface PictureProps {
  readonly lab: Lab;
  readonly timeline: Timeline | null;
  readonly width: number;
  readonly height: number;
}

function Picture(props: PictureProps) {
  const { lab, timeline, width, height } = props;
  const size = useMemo(() => readTokens(document.documentElement).fontSize, [width, height]);
  const places = placesOf(lab);
  const drawn = useMemo(() => drawnAt(lab.nodes, places, width, height, size), [width, height, lab.nodes, moved.value, size]);
  const at = useMemo(() => (id: NodeId): Place => drawn.at.get(id) ?? { x: 0, y: 0 }, [drawn]);
  const cursor = view.cursor.value;
  const down = useMemo(
    () => (timeline === null || cursor < 0 ? null : extras.downLinks?.(lab, timeline, cursor)) ?? new Set(),
    [timeline, cursor, timeline?.length],
  );
  const Ways = over.value?.Ways;
  return (
    <svg class="topology-net" width={width} height={height} role="group" aria-label={t('ui.topology.title')} data-rove="y">
      {lab.links.map((link) => <LinkShape key={link.id} lab={lab} link={link} at={at} down={down.has(link.id)} />)}
      {lab.nodes.map((node, k) => (
        <NodeShape key={node.id} node={node} at={at(node.id)} first={k === 0} size={drawn.size} low={height < LOW} plate={drawn.plates} />
      ))}
      {Ways ? <Ways at={at} plates={drawn.plates} /> : null}
      <Traffic lab={lab} timeline={timeline} at={at} />
    </svg>
  );
}

type At = (id: NodeId) => Place;

function rateText(bps: number): string {
  if (bps === 0) return t('ui.topology.unlimited');
  const [value, unit] = bps >= 1e9 ? [bps / 1e9, 'Gbit/s'] : bps >= 1e6 ? [bps / 1e6, 'Mbit/s'] : [bps / 1e3, 'kbit/s'];
  return `${number(value)} ${unit}`;
}

function LinkShape(props: { lab: Lab; link: LinkLine; at: At; down: boolean }) {
  const { lab, link, at, down } = props;
  const [a, b] = [at(link.a), at(link.b)];
  const [there, back] = link.delayNs;
  const delay = there === back ? span(there) : `${span(there)} / ${span(back)}`;
  const rate = rateText(link.rateBps);
  const name = (id: NodeId): string => lab.node(id)?.name ?? '';
  const long = Math.hypot(b.x - a.x, b.y - a.y);
  const angle = uprightAngle(a, b);
  const figures = [...(there + back > 0 ? [delay] : []), ...(link.rateBps > 0 && long > 230 ? [rate] : [])];
  return (
    <g class={down ? 'topology-link down' : 'topology-link'}>
      <title>{t('ui.topology.link', { a: name(link.a), b: name(link.b), delay, rate })}</title>
      <line class="topology-cable" x1={a.x} y1={a.y} x2={b.x} y2={b.y} />
      {long > 150 && (
        <g transform={`translate(${(a.x + b.x) / 2} ${(a.y + b.y) / 2}) rotate(${angle})`}>
          <text class="topology-delay">{down ? t('ui.topology.down') : figures.join(' · ')}</text>
        </g>
      )}
    </g>
  );
}

/** The server's word for a kind of node; the kind itself when there is none. */
function kindText(kind: string): string {
  const key = `node.${kind}`;
  return hasText(key) ? say(key as SentenceKey) : kind;
}

/** Px of a panel below which a node has room for one address only. */
const LOW = 160;

function NodeShape(props: { node: Node; at: Place; first: boolean; size: number; low: boolean; plate: boolean }) {
  const { node, at, size, low, plate } = props;
  const addresses = node.interfaces.map((i) => i.address).filter((a) => a !== '');
  const chosen = view.selection.value.kind === 'node' && view.selection.value.node === node.id;
  const wide = plateWidth(node.name, size);
  const short = addresses.map((a) => a.replace(/\/.*/, '')).filter((a) => a !== node.name);
  const shown = low && short.length > 1 ? [`${short[0] ?? ''} …`] : short.length > 2 ? [short[0] ?? '', '…'] : short;
  return (
    <g
      class={chosen ? 'topology-node chosen' : 'topology-node'} transform={`translate(${at.x} ${at.y})`}
      role="button" tabindex={props.first ? 0 : -1} data-item data-move={node.id} aria-pressed={chosen}
      aria-description={kindText(node.kind)}
      aria-describedby="topology-move" onClick={(e) => e.detail === 0 && chooseNode(node.id)}
    >
      {plate ? <title>{addresses.join(' ')}</title> : null}
      <circle class="topology-halo" r={29} />
      {plate
        ? <rect class="node-body" x={-wide / 2} y={-size * 0.85} width={wide} height={size * 1.7} rx={6} />
        : <NodeSymbol kind={node.kind} />}
      <text class="topology-name" style={plate ? { fontSize: `${size}px` } : undefined} y={plate ? 0 : 21 + size * 0.75}>
        {node.name}
      </text>{' '}
      {!plate && shown.map((text, k) => (
        <text key={text} class="topology-address" y={21 + size * (1.9 + k * 1.05)}>{text} </text>
      ))}
    </g>
  );
}

/** The moving part: it alone depends on the cursor and on the flight of a step. */
function Traffic(props: { lab: Lab; timeline: Timeline | null; at: At }) {
  const { lab, timeline, at } = props;
  const cursor = view.cursor.value;
  if (timeline === null || cursor < 0) return null;
  const now = view.flight.value ?? timeline.time(cursor);
  const { packets, strands } = gather(movingAt(timeline, cursor, now));
  return (
    <g class="topology-traffic">
      {strands.map((s) => <StrandShape key={`${s.link}:${s.from}`} strand={s} at={at} />)}
      {packets.map((m) => <PacketShape key={m.i} moving={m} lab={lab} at={at} />)}
    </g>
  );
}

const BESIDE = 13; // px right of the cable's middle, as on a road
const RIM = 31; // px from a node's middle

interface Spot extends Place {
  readonly side: Place; // the unit vector away from the cable
}
function along(a: Place, b: Place, part: number): Spot {
  const long = Math.hypot(b.x - a.x, b.y - a.y) || 1;
  const [ux, uy] = [(b.x - a.x) / long, (b.y - a.y) / long];
  const way = RIM + Math.max(0, long - 2 * RIM) * part;
  return { x: a.x + ux * way - uy * BESIDE, y: a.y + uy * way + ux * BESIDE, side: { x: -uy, y: ux } };
}

/** Keeps a label off the names of the nodes at both ends, `off` px from the first and the second; null
 * when there is not so much room. */
function between(v: number, a: number, b: number, off: readonly [number, number]): number | null {
  const [low, high] = a < b ? [a + off[0], b - off[1]] : [b + off[1], a - off[0]];
  return low > high ? null : Math.max(low, Math.min(high, v));
}

function StrandShape(props: { strand: Strand; at: At }) {
  const { strand, at } = props;
  const [a, b] = [along(at(strand.from), at(strand.to), 0), along(at(strand.from), at(strand.to), 1)];
  const text = number(strand.count);
  return (
    <g class="topology-strand">
      <title>{t('ui.topology.many', { count: text })}</title>
      <line x1={a.x} y1={a.y} x2={b.x} y2={b.y} />
      <text x={(a.x + b.x) / 2} y={(a.y + b.y) / 2}>{text}</text>
    </g>
  );
}

function PacketShape(props: { moving: Moving; lab: Lab; at: At }) {
  const { moving, lab, at } = props;
  const { e, i, lost, part } = moving;
  const [a, b] = [at(e.n), at(e.to)];
  const place = along(a, b, part);
  const role = lab.roles[e.role]?.name ?? 'other';
  const label = e.lab[0] ?? '';
  const name = (id: NodeId): string => lab.node(id)?.name ?? '';
  const chosen = view.selection.value.kind === 'event' && view.selection.value.event === i;
  const { side } = place; // labels lie away from the cable: above and below it, or left and right
  const anchor = Math.abs(side.y) > 0.5 ? 'middle' : side.x > 0 ? 'start' : 'end';
  const text = e.rtx > 0 ? `↻ ${label}` : label;
  const off = (id: NodeId): number => Math.max(46, name(id).length * 3.8 + 14) + text.length * 4;
  const level = between(place.x, a.x, b.x, [off(e.n), off(e.to)]);
  const beside: readonly [number, number] = a.y < b.y ? [66, 30] : [30, 66]; // the upper node's name lies between
  const spot = anchor !== 'middle'
    ? { x: place.x + side.x * 13, y: between(place.y, a.y, b.y, beside) ?? (a.y + b.y) / 2 }
    : level !== null ? { x: level, y: place.y + side.y * 15 }
    : { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 - BESIDE - 15 }; // too short a cable: over it, where no name is
  return (
    <g
      class={['topology-packet', lost ? 'lost' : '', chosen ? 'chosen' : ''].join(' ').trim()}
      style={{ '--ink': `var(--role-${role}, var(--role-other))` }} onClick={() => select({ kind: 'event', event: i })}
    >
      <title>{t('ui.topology.flying', { label: e.lab.join(' '), from: name(e.n), to: name(e.to) })}</title>
      <circle class="topology-reach" cx={place.x} cy={place.y} r={14} />
      {lost
        ? <path class="topology-cross" d="M-8 -8L8 8M-8 8L8 -8" transform={`translate(${place.x} ${place.y})`} />
        : <rect class="topology-box" x={place.x - 9} y={place.y - 6} width={18} height={12} rx={3} />}
      <text class="topology-label" x={spot.x} y={spot.y} style={{ textAnchor: anchor }}>{text}</text>
    </g>
  );
}
