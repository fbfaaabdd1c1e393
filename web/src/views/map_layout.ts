// A picture with vertices of its own, in pixels: what stands for a node of the lab stands where that
// node does, what lies between such stands between them, and what hangs on one vertex stands around
// it. Then nothing covers anything. Pure; the same picture is laid out the same way each time.

import type { Measure } from '../draw/measure';
import type { Font } from '../draw/list';
import type { NodeId } from '../wire/types';
import type { Picture, Vertex, Way } from '../wire/types_overlay';

export interface MapBox {
  readonly vertex: Vertex;
  readonly x: number; // the middle
  readonly y: number;
  readonly w: number;
  readonly h: number;
  readonly title: string;
}
export interface MapEnd {
  readonly x: number;
  readonly y: number;
  readonly way: Way;
  readonly from: number;
}
/** All arrows between two vertices: one line, with what each end says beside it. */
export interface MapLine {
  readonly a: number;
  readonly b: number;
  readonly from: readonly [number, number];
  readonly to: readonly [number, number];
  readonly tree: boolean;
  readonly ends: readonly MapEnd[];
}
export interface MapLayout {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly MapBox[];
  readonly lines: readonly MapLine[];
}
interface Spot {
  x: number;
  y: number;
  firm: boolean; // stands for a node: it gives way last
}
export interface MapInput {
  readonly picture: Picture;
  readonly places: ReadonlyMap<NodeId, { readonly x: number; readonly y: number }>;
  nameOf(node: NodeId): string;
  readonly measure: Measure;
  readonly font: Font;
  readonly small: Font;
  readonly width: number; // of the panel
  readonly height: number;
}
const ROOM = 92; // px each way for a vertex: a crowd makes the picture larger than the panel
const EDGE = 8;
const GAP = 10; // px between boxes
const ASIDE = 136; // px from a vertex to what hangs beside it
const ABOVE = 66; // px to what hangs above or below it

export function layMap(input: MapInput): MapLayout {
  const { picture, font, small, measure } = input;
  const side = Math.sqrt(picture.vertices.length) * ROOM;
  const sizes = new Map(picture.vertices.map((v) => {
    const title = titleOf(v, input.nameOf);
    const wide = Math.max(measure(title, font), v.note === '' ? 0 : measure(v.note, small));
    return [v.id, { title, w: wide + 14, h: font.size * 1.7 + (v.note === '' ? 0 : small.size * 1.3) }];
  }));
  let [width, height] = [Math.max(input.width, side * 1.5), Math.max(input.height, side)];
  let spots = spread(input, width, height);
  for (let k = 0; !part(picture.vertices, spots, sizes, width, height) && k < 5; k++) {
    [width, height] = [width * 1.35, height * 1.35];
    spots = spread(input, width, height);
  }
  const boxes = picture.vertices.map((vertex): MapBox => {
    const [spot, size] = [spots.get(vertex.id), sizes.get(vertex.id)];
    return { vertex, x: spot?.x ?? 0, y: spot?.y ?? 0, w: size?.w ?? 0, h: size?.h ?? 0, title: size?.title ?? '' };
  });
  return { width, height, boxes, lines: linesOf(picture, boxes) };
}
function titleOf(v: Vertex, nameOf: (node: NodeId) => string): string {
  const own = v.node === 0 ? '' : nameOf(v.node);
  return own === '' || own === v.name ? v.name : `${own} ${v.name}`;
}

// ------------------------------------------------------------------------------------ places

function neighboursOf(picture: Picture): Map<number, Set<number>> {
  const near = new Map<number, Set<number>>(picture.vertices.map((v) => [v.id, new Set<number>()]));
  for (const { from, ways } of picture.arrows) {
    for (const { to } of ways) {
      near.get(from)?.add(to);
      near.get(to)?.add(from);
    }
  }
  return near;
}
function spread({ picture, places }: MapInput, width: number, height: number): Map<number, Spot> {
  const near = neighboursOf(picture);
  const spots = new Map<number, Spot>();
  const [padX, padY] = [Math.min(110, width * 0.16), Math.min(60, height * 0.16)];
  for (const v of picture.vertices) {
    const place = v.node === 0 ? undefined : places.get(v.node);
    if (place === undefined) continue;
    spots.set(v.id, { x: padX + (place.x / 1000) * (width - 2 * padX), y: padY + (place.y / 1000) * (height - 2 * padY), firm: true });
  }
  const rest = picture.vertices.filter((v) => !spots.has(v.id));
  // What lies between vertices that have a place, the best known first; then what hangs on one.
  for (let round = 0; round < 4; round++) {
    for (const v of rest) {
      const known = [...(near.get(v.id) ?? [])].flatMap((id) => spots.get(id) ?? []);
      if (spots.has(v.id) || known.length < (round < 2 ? 2 : 1)) continue;
      if (known.length > 1) spots.set(v.id, middleOf(known));
    }
  }
  hang(rest, near, spots, { x: width / 2, y: height / 2 });
  rest.filter((v) => !spots.has(v.id)).forEach((v, k, all) => {
    const angle = (2 * Math.PI * k) / all.length;
    spots.set(v.id, { x: width / 2 + Math.cos(angle) * width * 0.4, y: height / 2 + Math.sin(angle) * height * 0.4, firm: false });
  });
  return spots;
}
function middleOf(all: readonly Spot[]): Spot {
  const sum = all.reduce((s, p) => ({ x: s.x + p.x, y: s.y + p.y }), { x: 0, y: 0 });
  return { x: sum.x / all.length, y: sum.y / all.length, firm: false };
}
/** Leaves stand around their vertex, on the side away from the middle of the picture. */
function hang(
  rest: readonly Vertex[], near: ReadonlyMap<number, ReadonlySet<number>>, spots: Map<number, Spot>, middle: { x: number; y: number },
): void {
  const leaves = new Map<number, number[]>();
  for (const v of rest) {
    const [only] = near.get(v.id) ?? [];
    if (!spots.has(v.id) && only !== undefined && spots.has(only)) leaves.set(only, [...(leaves.get(only) ?? []), v.id]);
  }
  for (const [id, own] of leaves) {
    const at = spots.get(id);
    if (at === undefined) continue;
    const away = Math.atan2(at.y - middle.y, at.x - middle.x);
    own.forEach((leaf, k) => {
      const angle = away + (k - (own.length - 1) / 2) * Math.min(0.9, 4.5 / own.length);
      spots.set(leaf, { x: at.x + Math.cos(angle) * ASIDE, y: at.y + Math.sin(angle) * ABOVE, firm: false });
    });
  }
}
/** Boxes that cover each other are pushed apart along the shorter way, again and again. False: some still do. */
function part(
  vertices: readonly Vertex[], spots: Map<number, Spot>, sizes: ReadonlyMap<number, { w: number; h: number }>,
  width: number, height: number,
): boolean {
  const all = vertices.flatMap((v) => {
    const [spot, size] = [spots.get(v.id), sizes.get(v.id)];
    return spot === undefined || size === undefined ? [] : [{ spot, w: size.w, h: size.h }];
  });
  const inside = (): void => {
    for (const { spot, w, h } of all) {
      spot.x = Math.max(EDGE + w / 2, Math.min(width - EDGE - w / 2, spot.x));
      spot.y = Math.max(EDGE + h / 2, Math.min(height - EDGE - h / 2, spot.y));
    }
  };
  for (let round = 0; round < ROUNDS; round++) {
    let moved = false;
    inside();
    all.forEach((a, k) => {
      for (const b of all.slice(k + 1)) {
        const [dx, dy] = [b.spot.x - a.spot.x, b.spot.y - a.spot.y];
        const [ox, oy] = [(a.w + b.w) / 2 + GAP - Math.abs(dx), (a.h + b.h) / 2 + GAP - Math.abs(dy)];
        if (ox <= 0 || oy <= 0) continue;
        moved = true;
        const axis = oy <= ox ? 'y' : 'x';
        const by = (axis === 'y' ? oy : ox) / 2 + 0.5;
        const way = (axis === 'y' ? dy : dx) < 0 ? -1 : 1;
        const equal = a.spot.firm === b.spot.firm || round > ROUNDS / 2;
        const share = equal ? 1 : a.spot.firm ? 0.2 : 1.8;
        a.spot[axis] -= way * by * share;
        b.spot[axis] += way * by * (2 - share);
      }
    });
    if (!moved) return true;
  }
  inside();
  return false;
}
const ROUNDS = 200;

// ------------------------------------------------------------------------------------ lines

function linesOf(picture: Picture, boxes: readonly MapBox[]): MapLine[] {
  const by = new Map(boxes.map((b) => [b.vertex.id, b]));
  const pairs = new Map<string, { a: number; b: number; ways: { from: number; way: Way }[] }>();
  for (const { from, ways } of picture.arrows) {
    for (const way of ways) {
      const [a, b] = from < way.to ? [from, way.to] : [way.to, from];
      const pair = pairs.get(`${a} ${b}`) ?? { a, b, ways: [] };
      pair.ways.push({ from, way });
      pairs.set(`${a} ${b}`, pair);
    }
  }
  return [...pairs.values()].flatMap(({ a, b, ways }) => {
    const [from, to] = [by.get(a), by.get(b)];
    if (from === undefined || to === undefined) return [];
    const [start, end] = [rim(from, to), rim(to, from)];
    const ends = ways.map(({ from: source, way }, k): MapEnd => {
      const [p, q] = source === a ? [start, end] : [end, start];
      const long = Math.hypot(q[0] - p[0], q[1] - p[1]) || 1;
      const along = Math.min(16 + 14 * Math.floor(k / 2), long * 0.42);
      return { x: p[0] + ((q[0] - p[0]) / long) * along, y: p[1] + ((q[1] - p[1]) / long) * along, way, from: source };
    });
    return [{ a, b, from: start, to: end, tree: ways.some(({ way }) => way.role === 'tree'), ends }];
  });
}
/** Where the line from one box's middle to another's leaves the first. */
function rim(box: MapBox, towards: MapBox): [number, number] {
  const [dx, dy] = [towards.x - box.x, towards.y - box.y];
  const share = Math.min(dx === 0 ? Infinity : box.w / 2 / Math.abs(dx), dy === 0 ? Infinity : box.h / 2 / Math.abs(dy));
  return Number.isFinite(share) ? [box.x + dx * Math.min(1, share), box.y + dy * Math.min(1, share)] : [box.x, box.y];
}
