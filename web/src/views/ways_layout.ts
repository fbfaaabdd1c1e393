// Arrows over the topology: each goes from its node along the cables that it takes, on the right side
// of them, as packets do, but nearer. Pure.

import type { LinkLine, NodeId } from '../wire/types';
import type { Way } from '../wire/types_overlay';

export interface Spot {
  readonly x: number;
  readonly y: number;
}
export interface ArrowPath {
  readonly path: string;
  readonly tip: readonly [number, number, number]; // x, y, angle in degrees
  readonly middle: Spot; // where a label stands
}
const BESIDE = 6; // px from the cable's middle

/** The nodes that a way passes: along its cables, or straight where these are not known. */
export function nodesOf(from: NodeId, way: Way, links: ReadonlyMap<number, LinkLine>): NodeId[] {
  const out = [from];
  for (const id of way.links) {
    const link = links.get(id);
    const last = out[out.length - 1];
    if (link === undefined || (link.a !== last && link.b !== last)) return [from, way.to as NodeId];
    out.push(link.a === last ? link.b : link.a);
  }
  return out[out.length - 1] === way.to ? out : [from, way.to as NodeId];
}
/** `rim`: px that the ends stay away from the nodes' middles. */
export function layArrow(nodes: readonly NodeId[], at: (id: NodeId) => Spot, rim: number): ArrowPath | null {
  const spots = nodes.map(at);
  const parts = spots.slice(1).flatMap((b, k) => {
    const a = spots[k];
    if (a === undefined) return [];
    const long = Math.hypot(b.x - a.x, b.y - a.y) || 1;
    return [{ a, b, ux: (b.x - a.x) / long, uy: (b.y - a.y) / long, long }];
  });
  const [first, last] = [parts[0], parts[parts.length - 1]];
  if (first === undefined || last === undefined || first.long < 8) return null;
  const off = (p: Spot, q: { ux: number; uy: number }, along: number): Spot => ({
    x: p.x + q.ux * along - q.uy * BESIDE, y: p.y + q.uy * along + q.ux * BESIDE,
  });
  const cut = (long: number): number => Math.min(rim, long * 0.3);
  const start = off(first.a, first, cut(first.long));
  const end = off(last.b, last, -cut(last.long));
  const corners = parts.slice(0, -1).map((p) => off(p.b, p, 0));
  const path = [start, ...corners, end].map((p, k) => `${k === 0 ? 'M' : 'L'}${n(p.x)} ${n(p.y)}`).join('');
  return {
    path, tip: [end.x, end.y, (Math.atan2(last.uy, last.ux) * 180) / Math.PI],
    middle: off({ x: (first.a.x + first.b.x) / 2, y: (first.a.y + first.b.y) / 2 }, first, 0),
  };
}
const n = (v: number): string => String(Math.round(v * 10) / 10);
