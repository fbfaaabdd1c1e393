// Where the nodes of a network stand, and where its packets are at a moment. Pure and
// deterministic: the same network is drawn the same way each time.

import { KIND, eventIndex, type EventIndex, type LinkId, type LinkLine, type Node, type NodeId, type SentEvent } from '../wire/types';
import type { Timeline } from '../model/lab';

/** A place in the unit of the scenario: 0..1000 each way. */
export interface Place {
  readonly x: number;
  readonly y: number;
}
export type Places = ReadonlyMap<NodeId, Place>;
export type Settle = (nodes: readonly Node[], links: readonly LinkLine[]) => Places;

/** settle: where they go that the scenario did not place, and that are no chain; else all in one row. */
export function placeNodes(nodes: readonly Node[], links: readonly LinkLine[], settle: Settle | null): Places {
  if (nodes.length > 0 && nodes.every((n) => n.x >= 0 && n.y >= 0)) {
    return new Map(nodes.map((n) => [n.id, { x: n.x, y: n.y }]));
  }
  const chain = chainOf(nodes, links) ?? (settle === null ? nodes.map((n) => n.id) : null);
  if (chain !== null) {
    const step = 1000 / Math.max(1, chain.length - 1);
    return new Map(chain.map((id, k) => [id, { x: chain.length === 1 ? 500 : k * step, y: 500 }]));
  }
  return settle?.(nodes, links) ?? new Map();
}

function neighbours(nodes: readonly Node[], links: readonly LinkLine[]): Map<NodeId, NodeId[]> {
  const near = new Map<NodeId, NodeId[]>(nodes.map((n) => [n.id, []]));
  for (const link of links) {
    near.get(link.a)?.push(link.b);
    near.get(link.b)?.push(link.a);
  }
  return near;
}

/** The nodes from end to end when the network is one line, else null. */
function chainOf(nodes: readonly Node[], links: readonly LinkLine[]): NodeId[] | null {
  if (nodes.length === 0 || links.length !== nodes.length - 1) return null;
  const near = neighbours(nodes, links);
  const start = nodes.find((n) => (near.get(n.id)?.length ?? 0) <= 1);
  if (start === undefined) return null;
  const chain: NodeId[] = [start.id];
  for (;;) {
    const last = chain[chain.length - 1];
    const next = last === undefined ? undefined : near.get(last)?.find((id) => !chain.includes(id));
    if (next === undefined) break;
    chain.push(next);
  }
  return chain.length === nodes.length ? chain : null;
}

/** How large the nodes are drawn: as symbols with names and addresses below, or, where these would
 * cover each other, as plates with their names. */
export interface Look {
  readonly plates: boolean;
  readonly x: number; // px from the panel's edges to the outermost nodes
  readonly top: number;
  readonly bottom: number;
}
const SYMBOLS: Look = { plates: false, x: 62, top: 34, bottom: 58 };
const PLATES: Look = { plates: true, x: 46, top: 22, bottom: 22 };
/** Px that a symbol takes with what stands below it. */
const WIDE = 84;
const HIGH = 82;

export function lookFor(places: Places, width: number, height: number): Look {
  const at = [...places.values()].map((place) => toPixels(place, width, height, SYMBOLS));
  const meet = at.some((a, k) => at.slice(k + 1).some((b) => Math.abs(a.x - b.x) < WIDE && Math.abs(a.y - b.y) < HIGH));
  return meet ? PLATES : SYMBOLS;
}
/** Px that a plate with a name takes. */
export const plateWidth = (name: string, size: number): number => name.length * size * 0.62 + 12;

export interface Drawn {
  readonly at: ReadonlyMap<NodeId, Place>;
  readonly plates: boolean;
  readonly size: number; // of the names, px
}
/** Where each node is drawn. Plates that would still cover each other go up or down, and shrink. */
export function drawnAt(nodes: readonly Node[], places: Places, width: number, height: number, size: number): Drawn {
  const look = lookFor(places, width, height);
  const at = new Map(nodes.map((n) => [n.id, toPixels(places.get(n.id) ?? { x: 500, y: 500 }, width, height, look)]));
  if (!look.plates) return { at, plates: false, size };
  const sizes = [size, 11, 9.5];
  const tries = sizes.map((px) => ({ px, parted: partPlates(nodes, at, px, look.top - 4, height - look.bottom + 4) }));
  const best = tries.find((x) => x.parted.all) ?? tries[tries.length - 1];
  return { at: best?.parted.at ?? at, plates: true, size: best?.px ?? size };
}
function partPlates(nodes: readonly Node[], wanted: ReadonlyMap<NodeId, Place>, size: number, top: number, bottom: number) {
  const at = new Map<NodeId, Place>();
  const taken: { x: number; y: number; half: number }[] = [];
  const high = size * 1.7 + 3;
  let all = true;
  for (const node of nodes) {
    const { x, y } = wanted.get(node.id) ?? { x: 0, y: 0 };
    const half = plateWidth(node.name, size) / 2 + 2;
    const free = (v: number): boolean => taken.every((o) => Math.abs(o.x - x) >= o.half + half || Math.abs(o.y - v) >= high);
    const found = [0, 1, -1, 2, -2, 3, -3, 4, -4].map((k) => y + k * high).find((v) => v >= top && v <= bottom && free(v));
    all &&= found !== undefined;
    taken.push({ x, y: found ?? y, half });
    at.set(node.id, { x, y: found ?? y });
  }
  return { at, all };
}
export function toPixels(place: Place, width: number, height: number, look: Look = SYMBOLS): Place {
  const [w, h] = [Math.max(1, width - 2 * look.x), Math.max(1, height - look.top - look.bottom)];
  return { x: look.x + (place.x / 1000) * w, y: look.top + (place.y / 1000) * h };
}
export function toPlace(x: number, y: number, width: number, height: number, look: Look = SYMBOLS): Place {
  const [w, h] = [Math.max(1, width - 2 * look.x), Math.max(1, height - look.top - look.bottom)];
  const within = (v: number): number => Math.round(Math.max(0, Math.min(1000, v)));
  return { x: within(((x - look.x) / w) * 1000), y: within(((y - look.top) / h) * 1000) };
}

/** The angle of a link, turned so that text along it is never upside down. */
export function uprightAngle(a: Place, b: Place): number {
  const angle = (Math.atan2(b.y - a.y, b.x - a.x) * 180) / Math.PI;
  return angle > 90 ? angle - 180 : angle <= -90 ? angle + 180 : angle;
}

/** A packet on a link, or one that has just died there. */
export interface Moving {
  readonly i: EventIndex; // its `tx`
  readonly e: SentEvent;
  readonly part: number; // 0: at the sender, 1: at the receiver
  readonly lost: boolean;
}
/** Many packets on one direction of a link, drawn as one strand. */
export interface Strand {
  readonly link: LinkId;
  readonly from: NodeId;
  readonly to: NodeId;
  readonly count: number;
}

const MOST_LOOKED_AT = 6000; // events back from the cursor
export const MOST_PACKETS = 8; // on one direction of a link, each for itself

/** What is on the links at time `now`, of what happened up to and including event `cursor`. */
export function movingAt(timeline: Timeline, cursor: number, now: number): Moving[] {
  const out: Moving[] = [];
  const first = Math.max(0, cursor - MOST_LOOKED_AT);
  for (let i = cursor; i >= first; i--) {
    if (timeline.kind(i) !== KIND.tx) continue;
    const e = timeline.event(i);
    if (e === null || e.k !== 'tx' || e.t > now) continue;
    const moving = movingOf(timeline, i, e, cursor, now);
    if (moving !== null) out.push(moving);
  }
  return out.reverse();
}

function movingOf(timeline: Timeline, i: number, e: SentEvent, cursor: number, now: number): Moving | null {
  const fate = timeline.fate(i);
  const part = e.rx <= e.t ? 1 : Math.min(1, (now - e.t) / (e.rx - e.t));
  if (fate.kind === 'flying' || now < fate.t || (fate.at > cursor && now <= fate.t)) {
    return { i: eventIndex(i), e, part: fate.kind === 'lost' ? Math.min(part, fate.where) : part, lost: false };
  }
  const fresh = fate.at === cursor || (now === fate.t && fate.at < cursor && onlyQuiet(timeline, fate.at, cursor));
  if (!fresh) return null;
  return { i: eventIndex(i), e, part: fate.kind === 'lost' ? fate.where : 1, lost: fate.kind === 'lost' };
}

/** Has nothing been sent since? Then what has just ended is still what the eye looks for. */
function onlyQuiet(timeline: Timeline, from: number, to: number): boolean {
  for (let k = from + 1; k <= to && k < from + 40; k++) if (timeline.kind(k) === KIND.tx) return false;
  return true;
}

/** Directions of links with more than MOST_PACKETS become strands; the others stay packets. */
export function gather(all: readonly Moving[]): { packets: readonly Moving[]; strands: readonly Strand[] } {
  const lanes = new Map<string, Moving[]>();
  for (const m of all) {
    const key = `${m.e.l}:${m.e.n}`;
    const lane = lanes.get(key);
    if (lane === undefined) lanes.set(key, [m]);
    else lane.push(m);
  }
  const packets: Moving[] = [];
  const strands: Strand[] = [];
  for (const lane of lanes.values()) {
    const [first] = lane;
    if (lane.length <= MOST_PACKETS || first === undefined) packets.push(...lane);
    else strands.push({ link: first.e.l, from: first.e.n, to: first.e.to, count: lane.length });
  }
  return { packets, strands };
}
