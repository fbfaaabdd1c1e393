// A state graph in pixels: boxes where the data says and arcs between their edges. Pure; knows no
// graph. What is written on it lies in states_labels.ts.

import type { Measure } from '../draw/measure';
import type { Font } from '../draw/list';
import { cssPx, type Graph, type GraphEdge } from '../wire/types';

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}
export interface StateBox extends Box {
  readonly index: number;
  readonly name: string;
  readonly x: number; // the middle
  readonly y: number;
}
export interface Arc {
  readonly from: number;
  readonly to: number;
  readonly edge: GraphEdge | null; // null: taken, though the graph has no such arc
  readonly path: string;
  readonly tip: readonly [number, number, number]; // x, y, angle of the arrow head
  readonly middle: readonly [number, number];
  readonly length: number; // px from end to end, as the crow flies
}
export interface GraphPicture {
  readonly font: Font;
  readonly small: Font;
  readonly boxes: readonly StateBox[];
  readonly arcs: readonly Arc[];
  readonly beside: boolean; // the plates of those who stand there go beside the boxes, not below
}

const EDGE = 10; // px between the picture and its frame
const SIZES = [22, 20, 18, 16, 14, 13, 12, 11, 10, 9];

export type Point = readonly [number, number];

/** Boxes and arcs for a panel of this size. `extra`: moves that the graph has no arc for. */
export function layGraph(
  graph: Graph, width: number, height: number, measure: Measure, size: number,
  extra: ReadonlyArray<readonly [number, number]>,
): GraphPicture {
  const { font, boxes, beside } = fitBoxes(graph, width, height, measure, size);
  const toPixels = scaleFor(graph, boxes, width, height);
  const all: readonly { from: number; to: number; edge: GraphEdge | null }[] = [
    ...graph.edges.map((edge) => ({ from: edge.from, to: edge.to, edge })),
    ...extra.map(([from, to]) => ({ from, to, edge: null })),
  ];
  const arcs = all.flatMap((a) => {
    const arc = layArc(graph, boxes, a.from, a.to, a.edge, toPixels, width);
    return arc === null ? [] : [arc];
  });
  return { font, small: { ...font, size: cssPx(Math.max(10, Math.round(font.size * 0.84))) }, boxes, arcs, beside };
}

interface Fitted {
  readonly font: Font;
  readonly boxes: readonly StateBox[];
  readonly beside: boolean;
}

/** The largest font in which no two boxes overlap: with the plates below them if that leaves the
 * names legible, else with the plates beside. */
function fitBoxes(graph: Graph, width: number, height: number, measure: Measure, size: number): Fitted {
  const fit = (beside: boolean): Fitted => {
    const below = beside ? 3 : PILL;
    const sizes = SIZES.filter((s) => s <= Math.max(size, 9));
    const made = (px: number): Fitted => {
      const font: Font = { face: 'mono', bold: true, size: cssPx(px) };
      return { font, beside, boxes: boxesIn(graph, width, height, measure, font, below) };
    };
    return sizes.map(made).find((f) => !overlapping(f.boxes, below)) ?? made(9);
  };
  const below = fit(false);
  if (below.font.size >= Math.min(LEGIBLE, size)) return below;
  const beside = fit(true);
  return beside.font.size > below.font.size ? beside : below;
}
const LEGIBLE = 12;

function boxesIn(
  graph: Graph, width: number, height: number, measure: Measure, font: Font, below: number,
): StateBox[] {
  const high = Math.round(font.size * (below === PILL ? 2 : 1.6));
  const sizes = graph.states.map((s) => measure(s.name, font) + font.size * 1.1);
  const place = placer(graph, sizes.map((s) => s / 2), high, width, height, below);
  return graph.states.map((s, index) => {
    const [x, y] = place([s.x, s.y]);
    const half = (sizes[index] ?? 0) / 2;
    return { index, name: s.name, x, y, left: x - half, right: x + half, top: y - high / 2, bottom: y + high / 2 };
  });
}

/** Graph coordinates -> px, as large as leaves every box and every bent arc inside. */
function placer(graph: Graph, halves: readonly number[], high: number, width: number, height: number, under: number): (p: Point) => Point {
  const boxes = graph.states.map((s, k) => ({ at: [s.x, s.y] as Point, half: [halves[k] ?? 0, high / 2] as Point, below: under }));
  const arcs = graph.edges.flatMap((e) => arcPoints(graph, e).map((at) => ({ at, half: [5, 5] as Point, below: 0 })));
  const items = [...boxes, ...arcs];
  const fit = (axis: 0 | 1, room: number): ((v: number) => number) => {
    const after = (item: (typeof items)[number]): number => item.half[axis] + (axis === 1 ? item.below : 0);
    let scale = Infinity;
    for (const a of items) {
      for (const b of items) {
        const apart = b.at[axis] - a.at[axis];
        if (apart > 0) scale = Math.min(scale, (room - 2 * EDGE - a.half[axis] - after(b)) / apart);
      }
    }
    if (!Number.isFinite(scale)) return () => room / 2;
    const start = Math.max(...items.map((item) => EDGE + item.half[axis] - item.at[axis] * scale));
    return (v) => start + v * Math.max(0, scale);
  };
  const [x, y] = [fit(0, width), fit(1, height)];
  return ([px, py]) => [x(px), y(py)];
}

/** Points on an arc, in graph coordinates. */
function arcPoints(graph: Graph, edge: GraphEdge): Point[] {
  const [a, b] = [graph.states[edge.from], graph.states[edge.to]];
  if (a === undefined || b === undefined) return [];
  const length = Math.hypot(b.x - a.x, b.y - a.y) || 1;
  const away: Point = [(-(b.y - a.y) / length) * edge.bend * 2, ((b.x - a.x) / length) * edge.bend * 2];
  return [0.25, 0.4, 0.5, 0.6, 0.75].map((t) => {
    const swing = 2 * t * (1 - t);
    return [a.x + (b.x - a.x) * t + away[0] * swing, a.y + (b.y - a.y) * t + away[1] * swing];
  });
}

/** Kept free below the last row of boxes, for the names that hang there. */
export const PILL = 18;

function extent(graph: Graph): readonly [number, number, number, number] {
  const xs = graph.states.map((s) => s.x);
  const ys = graph.states.map((s) => s.y);
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}

function overlapping(boxes: readonly StateBox[], below: number): boolean {
  return boxes.some((a, k) => boxes.slice(k + 1).some((b) =>
    a.left - 6 < b.right && b.left - 6 < a.right && a.top - below < b.bottom && b.top - below < a.bottom));
}

function scaleFor(graph: Graph, boxes: readonly StateBox[], width: number, height: number): (v: Point) => Point {
  const [left, top, right, bottom] = extent(graph);
  const px = boxes.map((b) => b.x);
  const py = boxes.map((b) => b.y);
  const sx = (Math.max(...px) - Math.min(...px)) / Math.max(1, right - left) || width / 1000;
  const sy = (Math.max(...py) - Math.min(...py)) / Math.max(1, bottom - top) || height / 1000;
  return ([x, y]) => [x * sx, y * sy];
}

function layArc(
  graph: Graph, boxes: readonly StateBox[], from: number, to: number, edge: GraphEdge | null, scale: (v: Point) => Point, width: number,
): Arc | null {
  const [a, b] = [boxes[from], boxes[to]];
  const [sa, sb] = [graph.states[from], graph.states[to]];
  if (a === undefined || b === undefined || sa === undefined || sb === undefined) return null;
  if (from === to) return layLoop(a, from, edge);
  const bend = (edge === null ? 60 : edge.bend) + (edge !== null && edge.bend === 0 && hasTwin(graph, edge) ? 24 : 0);
  const length = Math.hypot(sb.x - sa.x, sb.y - sa.y) || 1;
  const away: Point = [(-(sb.y - sa.y) / length) * bend * 2, ((sb.x - sa.x) / length) * bend * 2];
  const [dx, dy] = scale(away);
  const around = Math.abs(bend) > AROUND && Math.abs(dx) > Math.abs(dy) ? layDetour(boxes, a, b, edge, (a.x + b.x + dx) / 2, width) : null;
  if (around !== null) return around;
  const aim: Point = [(a.x + b.x) / 2 + dx, (a.y + b.y) / 2 + dy];
  const start = leave(a, aim);
  const end = leave(b, aim);
  // The curve begins at the boxes' edges and still passes the point that the graph's bend names.
  const control: Point = [a.x + b.x + dx - (start[0] + end[0]) / 2, a.y + b.y + dy - (start[1] + end[1]) / 2];
  const angle = Math.atan2(end[1] - control[1], end[0] - control[0]);
  return {
    from, to, edge,
    path: `M${n(start[0])} ${n(start[1])}Q${n(control[0])} ${n(control[1])} ${n(end[0])} ${n(end[1])}`,
    tip: [end[0], end[1], angle],
    length: Math.hypot(end[0] - start[0], end[1] - start[1]),
    middle: [start[0] / 4 + control[0] / 2 + end[0] / 4, start[1] / 4 + control[1] / 2 + end[1] / 4],
  };
}

/** A bend beyond this, in the graph's unit, means a way around other states. */
const AROUND = 250;
const ARROW = 6; // px that an arrow head needs beside a box
const CLEAR = 14; // px from the boxes that it goes around

/** Leaves both boxes by one side, and passes outside of every box between them; null: no room there. */
function layDetour(
  boxes: readonly StateBox[], a: StateBox, b: StateBox, edge: GraphEdge | null, wanted: number, width: number,
): Arc | null {
  const right = wanted > (a.x + b.x) / 2;
  const [x1, x2] = right ? [a.right + 2, b.right + 2] : [a.left - 2, b.left - 2];
  const passed = boxes.filter((o) => o !== a && o !== b && o.y > Math.min(a.y, b.y) && o.y < Math.max(a.y, b.y));
  const middle = right
    ? Math.min(width - EDGE, Math.max(wanted, ...passed.map((o) => o.right + CLEAR)))
    : Math.max(EDGE, Math.min(wanted, ...passed.map((o) => o.left - CLEAR)));
  if (right ? middle < Math.max(x1, x2) + ARROW : middle > Math.min(x1, x2) - ARROW) return null;
  const control = (middle - (x1 + x2) / 8) * (4 / 3);
  return {
    from: a.index, to: b.index, edge,
    path: `M${n(x1)} ${n(a.y)}C${n(control)} ${n(a.y)} ${n(control)} ${n(b.y)} ${n(x2)} ${n(b.y)}`,
    tip: [x2, b.y, right ? Math.PI : 0], length: Math.abs(a.y - b.y), middle: [middle, (a.y + b.y) / 2],
  };
}

function layLoop(a: StateBox, from: number, edge: GraphEdge | null): Arc {
  const [x, y] = [a.right, a.y];
  return {
    from, to: from, edge, path: `M${n(x)} ${n(y - 6)}C${n(x + 30)} ${n(y - 26)} ${n(x + 30)} ${n(y + 26)} ${n(x)} ${n(y + 6)}`,
    tip: [x, y + 6, Math.PI * 0.85], length: 40, middle: [x + 24, y],
  };
}

const n = (v: number): string => String(Math.round(v * 10) / 10);

function hasTwin(graph: Graph, edge: GraphEdge): boolean {
  return graph.edges.some((e) => e.from === edge.to && e.to === edge.from);
}

/** Where the way from a box's middle to a point leaves the box. */
function leave(box: StateBox, towards: Point): Point {
  const dx = towards[0] - box.x;
  const dy = towards[1] - box.y;
  const half: Point = [(box.right - box.left) / 2 + 2, (box.bottom - box.top) / 2 + 2];
  const part = Math.min(dx === 0 ? Infinity : half[0] / Math.abs(dx), dy === 0 ? Infinity : half[1] / Math.abs(dy));
  return Number.isFinite(part) ? [box.x + dx * part, box.y + dy * part] : [box.x, box.y];
}
