// The display list: what a canvas view shows, as plain data in CSS pixels of its surface. A view's
// marks.ts fills it; canvas.ts and svg.ts paint it in order; `hit` answers what lies at a point.
// A mark names its ink by role ("role-open", "muted"), never by colour.

import { cssPx, type CssPx, type EventIndex, type NodeId } from '../wire/types';

/** A name of a custom property of tokens.css without its dashes. */
export type Ink = string;

export type Owner =
  | { readonly kind: 'event'; readonly side: number; readonly i: EventIndex }
  | { readonly kind: 'node'; readonly side: number; readonly id: NodeId }
  | { readonly kind: 'gap'; readonly side: number; readonly i: EventIndex };

export type Dash = 'solid' | 'dashed' | 'dotted';
export type Anchor = 'start' | 'middle' | 'end';
export type GlyphName = 'arrow' | 'cross' | 'dot' | 'ring' | 'diamond' | 'again' | 'chevron';

/** A font as layout and painters know it; the families behind the faces are tokens. */
export interface Font {
  readonly face: 'ui' | 'mono';
  readonly bold: boolean;
  readonly size: CssPx;
}

interface MarkBase {
  readonly of: Owner | null;
  readonly fade: number; // 1: full ink, 0: nothing
}
export interface LineMark extends MarkBase {
  readonly kind: 'line';
  readonly x1: CssPx;
  readonly y1: CssPx;
  readonly x2: CssPx;
  readonly y2: CssPx;
  readonly ink: Ink;
  readonly dash: Dash;
  readonly weight: CssPx;
  readonly double: boolean; // two thin strokes beside each other: a repetition
}
export interface PolyMark extends MarkBase {
  readonly kind: 'poly';
  readonly points: readonly CssPx[]; // x, y, x, y, ...
  readonly closed: boolean;
  readonly fill: Ink | null;
  readonly stroke: Ink | null;
  readonly weight: CssPx;
  readonly dash: Dash;
}
export interface RectMark extends MarkBase {
  readonly kind: 'rect';
  readonly x: CssPx;
  readonly y: CssPx;
  readonly w: CssPx;
  readonly h: CssPx;
  readonly radius: CssPx;
  readonly fill: Ink | null;
  readonly stroke: Ink | null;
  readonly weight: CssPx;
}
export interface GlyphMark extends MarkBase {
  readonly kind: 'glyph';
  readonly name: GlyphName;
  readonly x: CssPx;
  readonly y: CssPx;
  readonly size: CssPx;
  readonly angle: number; // radians, clockwise from the x axis
  readonly ink: Ink;
}
export interface TextMark extends MarkBase {
  readonly kind: 'text';
  readonly text: string;
  readonly x: CssPx; // of the anchor
  readonly y: CssPx; // of the middle of the line
  readonly w: CssPx; // as measured by layout
  readonly font: Font;
  readonly anchor: Anchor;
  readonly ink: Ink;
  readonly halo: Ink | null;
}
export type Mark = LineMark | PolyMark | RectMark | GlyphMark | TextMark;

export interface DisplayList {
  readonly width: CssPx;
  readonly height: CssPx;
  readonly marks: readonly Mark[];
}

/** Beyond this many marks a layout must have gone over to counts. */
export const MOST_MARKS = 3000;

interface Common {
  of?: Owner | null;
  fade?: number;
}
interface Stroke extends Common {
  dash?: Dash;
  double?: boolean;
}
interface Area extends Common {
  dash?: Dash; // of a poly
  fill?: Ink | null;
  stroke?: Ink | null;
  weight?: number;
}
interface Words extends Common {
  anchor?: Anchor;
  halo?: Ink | null;
}

/** Collects marks; numbers come in as CSS pixels and leave branded. */
export class ListBuilder {
  private readonly marks: Mark[] = [];
  constructor(
    private readonly width: number,
    private readonly height: number,
  ) {}

  line(x1: number, y1: number, x2: number, y2: number, ink: Ink, weight: number, more: Stroke = {}): void {
    this.marks.push({
      kind: 'line', x1: cssPx(x1), y1: cssPx(y1), x2: cssPx(x2), y2: cssPx(y2), ink,
      weight: cssPx(weight), dash: more.dash ?? 'solid', double: more.double ?? false,
      of: more.of ?? null, fade: more.fade ?? 1,
    });
  }
  poly(points: readonly number[], closed: boolean, more: Area): void {
    this.marks.push({
      kind: 'poly', points: points.map(cssPx), closed, fill: more.fill ?? null,
      stroke: more.stroke ?? null, weight: cssPx(more.weight ?? 1), dash: more.dash ?? 'solid',
      of: more.of ?? null, fade: more.fade ?? 1,
    });
  }
  rect(x: number, y: number, w: number, h: number, radius: number, more: Area): void {
    this.marks.push({
      kind: 'rect', x: cssPx(x), y: cssPx(y), w: cssPx(w), h: cssPx(h), radius: cssPx(radius),
      fill: more.fill ?? null, stroke: more.stroke ?? null, weight: cssPx(more.weight ?? 1),
      of: more.of ?? null, fade: more.fade ?? 1,
    });
  }
  glyph(name: GlyphName, x: number, y: number, size: number, ink: Ink, angle = 0, more: Common = {}): void {
    this.marks.push({
      kind: 'glyph', name, x: cssPx(x), y: cssPx(y), size: cssPx(size), ink, angle,
      of: more.of ?? null, fade: more.fade ?? 1,
    });
  }
  text(text: string, x: number, y: number, w: number, font: Font, ink: Ink, more: Words = {}): void {
    this.marks.push({
      kind: 'text', text, x: cssPx(x), y: cssPx(y), w: cssPx(w), font, ink,
      anchor: more.anchor ?? 'start', halo: more.halo ?? null,
      of: more.of ?? null, fade: more.fade ?? 1,
    });
  }
  done(): DisplayList {
    return { width: cssPx(this.width), height: cssPx(this.height), marks: this.marks };
  }
}

/** The left edge of a text's box. */
export function textLeft(m: TextMark): number {
  return m.anchor === 'start' ? m.x : m.anchor === 'end' ? m.x - m.w : m.x - m.w / 2;
}

/** Left, top, right, bottom of what a mark covers, stroke widths aside. */
export function markBox(m: Mark): readonly [number, number, number, number] {
  switch (m.kind) {
    case 'line':
      return [Math.min(m.x1, m.x2), Math.min(m.y1, m.y2), Math.max(m.x1, m.x2), Math.max(m.y1, m.y2)];
    case 'rect':
      return [m.x, m.y, m.x + m.w, m.y + m.h];
    case 'glyph':
      return [m.x - m.size / 2, m.y - m.size / 2, m.x + m.size / 2, m.y + m.size / 2];
    case 'text': {
      const left = textLeft(m);
      return [left, m.y - m.font.size * 0.6, left + m.w, m.y + m.font.size * 0.6];
    }
    case 'poly':
      return polyBox(m.points);
    default:
      return unreachable(m);
  }
}

function polyBox(points: readonly number[]): readonly [number, number, number, number] {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  points.forEach((v, k) => {
    if (k % 2 === 0) [left, right] = [Math.min(left, v), Math.max(right, v)];
    else [top, bottom] = [Math.min(top, v), Math.max(bottom, v)];
  });
  return [left, top, right, bottom];
}

/** How far a point lies from a mark; 0 inside it. */
export function distanceTo(m: Mark, x: number, y: number): number {
  if (m.kind === 'line') return segmentDistance(x, y, m.x1, m.y1, m.x2, m.y2);
  const [left, top, right, bottom] = markBox(m);
  const dx = Math.max(left - x, 0, x - right);
  const dy = Math.max(top - y, 0, y - bottom);
  return Math.hypot(dx, dy);
}

function segmentDistance(x: number, y: number, x1: number, y1: number, x2: number, y2: number): number {
  const dx = x2 - x1;
  const dy = y2 - y1;
  const length = dx * dx + dy * dy;
  const part = length === 0 ? 0 : Math.min(1, Math.max(0, ((x - x1) * dx + (y - y1) * dy) / length));
  return Math.hypot(x - x1 - part * dx, y - y1 - part * dy);
}

/** The owner of the nearest owned mark within `slop` px; of two as near, the one painted later. */
export function hit(list: DisplayList, x: number, y: number, slop: number): Owner | null {
  let best: Owner | null = null;
  let nearest = slop;
  for (const m of list.marks) {
    if (m.of === null) continue;
    const d = distanceTo(m, x, y);
    if (d <= nearest) {
      nearest = d;
      best = m.of;
    }
  }
  return best;
}

/** One mark a line, rounded to half a pixel: the form of golden files. */
export function describeList(list: DisplayList): string {
  return list.marks.map(describeMark).join('\n') + '\n';
}

const half = (n: number): string => String(Math.round(n * 2) / 2);

function describeMark(m: Mark): string {
  const tail = (m.fade === 1 ? '' : ` fade=${m.fade.toFixed(2)}`) + describeOwner(m.of);
  switch (m.kind) {
    case 'line':
      return `line ${half(m.x1)},${half(m.y1)} ${half(m.x2)},${half(m.y2)} ${m.ink} ${half(m.weight)}` +
        (m.dash === 'solid' ? '' : ` ${m.dash}`) + (m.double ? ' double' : '') + tail;
    case 'poly':
      return `poly ${m.points.map(half).join(',')}${m.closed ? ' closed' : ''} ` +
        `${m.fill ?? '-'} ${m.stroke ?? '-'}${tail}`;
    case 'rect':
      return `rect ${half(m.x)},${half(m.y)} ${half(m.w)}x${half(m.h)} ${m.fill ?? '-'} ${m.stroke ?? '-'}${tail}`;
    case 'glyph':
      return `glyph ${m.name} ${half(m.x)},${half(m.y)} ${half(m.size)} ${m.ink}${tail}`;
    case 'text':
      return `text ${half(m.x)},${half(m.y)} ${m.anchor} ${m.font.face}${m.font.bold ? '*' : ''}${m.font.size} ` +
        `${m.ink} "${m.text}"${tail}`;
    default:
      return unreachable(m);
  }
}

function describeOwner(of: Owner | null): string {
  if (of === null) return '';
  const side = of.side === 0 ? '' : `${of.side}:`;
  return ` #${side}${of.kind === 'node' ? `n${of.id}` : of.kind === 'gap' ? `g${of.i}` : `e${of.i}`}`;
}

export function unreachable(value: never): never {
  throw new Error(`no such mark: ${JSON.stringify(value)}`);
}
