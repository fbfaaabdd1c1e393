// What is written on a state graph: labels of arcs that find room without touching a box or each
// other, and the plates of the nodes that stand in a state. Pure.

import type { Measure } from '../draw/measure';
import type { Font } from '../draw/list';
import type { NodeId } from '../wire/types';
import type { Arc, Box, GraphPicture, Point, StateBox } from './states_layout';
import type { Standing } from './states_trail';

export interface ArcLabel {
  readonly arc: number; // index into arcs
  readonly lines: readonly string[];
  readonly x: number;
  readonly y: number;
  readonly box: Box;
}

/** Which arcs get their label: those that are asked for first, then as many as find room. */
export function labelArcs(
  picture: GraphPicture, measure: Measure, first: readonly number[], others: boolean, width: number, height: number,
  plates: readonly Box[] = [],
): ArcLabel[] {
  const taken: Box[] = [...picture.boxes, ...plates];
  const out: ArcLabel[] = [];
  const order = [...first, ...(others ? picture.arcs.keys() : [])];
  for (const k of new Set(order)) {
    const arc = picture.arcs[k];
    if (arc === undefined || arc.edge === null || arc.edge.label === '') continue;
    const label = placeArcLabel(arc, k, picture.small, measure, taken, width, height);
    if (label === null) continue;
    taken.push(label.box);
    out.push(label);
  }
  return out;
}

function placeArcLabel(
  arc: Arc, k: number, font: Font, measure: Measure, taken: readonly Box[], width: number, height: number,
): ArcLabel | null {
  const lines = (arc.edge?.label ?? '').split(/ (?=\/ )/);
  const wide = Math.max(...lines.map((l) => measure(l, font))) + 6;
  const high = lines.length * font.size * 1.2 + 2;
  const [mx, my] = arc.middle;
  const on: readonly Point[] = [[0, 0], [0, -high * 0.7], [0, high * 0.7], [-wide * 0.4, 0], [wide * 0.4, 0]];
  const beside: readonly Point[] = [[0, -high], [0, high], [-wide * 0.6, 0], [wide * 0.6, 0], [0, -high * 1.5], [0, high * 1.5],
    [-wide * 0.7, -high], [wide * 0.7, -high], [-wide * 0.7, high], [wide * 0.7, high]];
  for (const [dx, dy] of arc.length > 1.7 * wide ? [...on, ...beside] : [...beside, ...on]) {
    const x = Math.max(wide / 2 + 2, Math.min(width - wide / 2 - 2, mx + dx));
    const y = Math.max(high / 2 + 2, Math.min(height - high / 2 - 2, my + dy));
    const box = { left: x - wide / 2, right: x + wide / 2, top: y - high / 2, bottom: y + high / 2 };
    if (taken.some((t) => t.left < box.right && box.left < t.right && t.top < box.bottom && box.top < t.bottom)) continue;
    return { arc: k, lines, x, y, box };
  }
  return null;
}

/** The plate of a node that stands in a state, hanging on the state's box. */
export interface Plate extends Box {
  readonly state: number;
  readonly standing: Standing;
  readonly text: string;
}
const PLATE_GAP = 3;

export function layPlates(
  picture: GraphPicture, all: readonly Standing[], nameOf: (node: NodeId) => string, measure: Measure, width: number,
): Plate[] {
  const font = { ...picture.small, face: 'ui' as const };
  const high = font.size + 5;
  const textOf = (s: Standing): string => nameOf(s.node) + (s.count > 1 ? ` ×${s.count}` : '');
  return picture.boxes.flatMap((box) => {
    const made = all.filter((s) => s.state === box.name).map((standing) => {
      const text = textOf(standing);
      return { standing, text, wide: measure(text, font) + 12 };
    });
    const [leftOf, rightOf] = sidesOf(box, picture, width);
    const room = picture.beside ? Math.max(leftOf, rightOf) : roomFor(box, picture, width);
    const here = gather(made, room - 8, textOf, (n) => measure(n, font) + 12);
    const wide = here.reduce((a, b) => a + b.wide, 0) + Math.max(0, here.length - 1) * PLATE_GAP;
    let [left, top] = plateCorner(box, picture.beside, wide, high, width, rightOf);
    return here.map(({ standing, text, wide: own }) => {
      const plate = { state: box.index, standing, text, left, right: left + own, top, bottom: top + high };
      left = plate.right + PLATE_GAP;
      return plate;
    });
  });
}
interface Hung {
  readonly standing: Standing;
  readonly text: string;
  readonly wide: number;
}
/** As many as there is room for; the rest are one plate that counts them and names them when asked. */
function gather(all: readonly Hung[], room: number, textOf: (s: Standing) => string, widthOf: (text: string) => number): readonly Hung[] {
  const sum = (part: readonly Hung[]): number => part.reduce((n, h) => n + h.wide + PLATE_GAP, 0);
  if (all.length < 3 || sum(all) <= room) return all;
  for (let keep = all.length - 2; keep >= 0; keep--) {
    const rest = all.slice(keep).map((h) => h.standing);
    const [first] = rest;
    const text = keep > 0 ? `+${rest.length}` : `×${rest.reduce((n, s) => n + s.count, 0)}`;
    const last = widthOf(text);
    if (first !== undefined && (keep === 0 || sum(all.slice(0, keep)) + last <= room)) {
      return [...all.slice(0, keep), { standing: { ...first, names: rest.map(textOf) }, text, wide: last }];
    }
  }
  return all;
}
/** Px left and right of a box, to the next one in its row or to the edge. */
function sidesOf(box: StateBox, picture: GraphPicture, width: number): readonly [number, number] {
  const row = picture.boxes.filter((o) => o !== box && Math.abs(o.y - box.y) < box.bottom - box.top);
  const left = box.left - Math.max(0, ...row.filter((o) => o.x < box.x).map((o) => o.right));
  return [left, Math.min(width, ...row.filter((o) => o.x > box.x).map((o) => o.left)) - box.right];
}
/** Px below a box that are nearer to it than to its neighbours in the same row. */
function roomFor(box: StateBox, picture: GraphPicture, width: number): number {
  const row = picture.boxes.filter((o) => o !== box && Math.abs(o.y - box.y) < 2 * (box.bottom - box.top));
  const near = (way: 1 | -1, edge: number): number =>
    Math.min(edge, ...row.filter((o) => (o.x - box.x) * way > 0).map((o) => Math.abs(o.x - box.x) / 2));
  return near(1, width - box.x) + near(-1, box.x);
}

/** Below the box's lower edge, or beside the box where there is room. */
function plateCorner(box: StateBox, beside: boolean, wide: number, high: number, width: number, room: number): [number, number] {
  if (!beside) return [Math.max(3, Math.min(width - wide - 3, box.x - wide / 2)), box.bottom - 5];
  const right = box.right - 3;
  return [wide < room || box.left < wide ? Math.min(right, width - 2 - wide) : box.left + 3 - wide, box.y - high / 2];
}
