// The painter of display lists on a 2D canvas: one switch over the marks, no knowledge of views.
// It never measures, wraps or shortens text.

import { unreachable, type Dash, type DisplayList, type GlyphMark, type LineMark, type Mark, type PolyMark,
  type RectMark, type TextMark } from './list';
import { glyphStrokes } from './glyphs';
import { fontText } from './measure';
import type { Tokens } from './tokens';

/** The part of a 2D context that the painter uses: a recording one serves in tests. */
export type Context = Pick<
  CanvasRenderingContext2D,
  'save' | 'restore' | 'beginPath' | 'moveTo' | 'lineTo' | 'closePath' | 'arc' | 'rect' | 'roundRect' | 'stroke' | 'fill' |
  'fillText' | 'strokeText' | 'setLineDash' | 'clearRect' | 'strokeStyle' | 'fillStyle' | 'lineWidth' | 'globalAlpha' |
  'font' | 'textAlign' | 'textBaseline' | 'lineJoin' | 'lineCap'
>;

export const DASHES: Readonly<Record<Dash, readonly number[]>> = {
  solid: [],
  dashed: [7, 5],
  dotted: [1.5, 4],
};

export function paint(context: Context, list: DisplayList, tokens: Tokens): void {
  context.clearRect(0, 0, list.width, list.height);
  context.textBaseline = 'middle';
  context.lineJoin = 'round';
  for (const mark of list.marks) paintMark(context, mark, tokens);
  context.globalAlpha = 1;
}

function paintMark(c: Context, mark: Mark, tokens: Tokens): void {
  c.globalAlpha = mark.fade;
  switch (mark.kind) {
    case 'line':
      return paintLine(c, mark, tokens);
    case 'poly':
      return paintPoly(c, mark, tokens);
    case 'rect':
      return paintRect(c, mark, tokens);
    case 'glyph':
      return paintGlyph(c, mark, tokens);
    case 'text':
      return paintText(c, mark, tokens);
    default:
      return unreachable(mark);
  }
}

function paintLine(c: Context, m: LineMark, tokens: Tokens): void {
  c.strokeStyle = tokens.color(m.ink);
  c.lineWidth = m.double ? Math.max(1, m.weight * 0.6) : m.weight;
  c.lineCap = m.dash === 'dotted' ? 'round' : 'butt';
  c.setLineDash([...DASHES[m.dash]]);
  for (const [dx, dy] of strokeOffsets(m)) {
    c.beginPath();
    c.moveTo(m.x1 + dx, m.y1 + dy);
    c.lineTo(m.x2 + dx, m.y2 + dy);
    c.stroke();
  }
  c.setLineDash([]);
}

/** Where the strokes of a line lie beside its axis. */
export function strokeOffsets(m: LineMark): ReadonlyArray<readonly [number, number]> {
  if (!m.double) return [[0, 0]];
  const length = Math.hypot(m.x2 - m.x1, m.y2 - m.y1) || 1;
  const nx = (-(m.y2 - m.y1) / length) * m.weight * 0.8;
  const ny = ((m.x2 - m.x1) / length) * m.weight * 0.8;
  return [[nx, ny], [-nx, -ny]];
}

function paintPoly(c: Context, m: PolyMark, tokens: Tokens): void {
  c.beginPath();
  for (let k = 0; k + 1 < m.points.length; k += 2) {
    const x = m.points[k] ?? 0;
    const y = m.points[k + 1] ?? 0;
    if (k === 0) c.moveTo(x, y);
    else c.lineTo(x, y);
  }
  if (m.closed) c.closePath();
  c.setLineDash([...DASHES[m.dash]]);
  fillAndStroke(c, m, tokens);
  c.setLineDash([]);
}

function paintRect(c: Context, m: RectMark, tokens: Tokens): void {
  c.beginPath();
  if (m.radius > 0) c.roundRect(m.x, m.y, m.w, m.h, m.radius);
  else c.rect(m.x, m.y, m.w, m.h);
  fillAndStroke(c, m, tokens);
}

function fillAndStroke(c: Context, m: RectMark | PolyMark, tokens: Tokens): void {
  if (m.fill !== null) {
    c.fillStyle = tokens.color(m.fill);
    c.fill();
  }
  if (m.stroke !== null) {
    c.strokeStyle = tokens.color(m.stroke);
    c.lineWidth = m.weight;
    c.stroke();
  }
}

function paintGlyph(c: Context, m: GlyphMark, tokens: Tokens): void {
  c.strokeStyle = tokens.color(m.ink);
  c.fillStyle = tokens.color(m.ink);
  c.lineCap = 'round';
  for (const stroke of glyphStrokes(m)) {
    c.beginPath();
    if (stroke.kind === 'arc') c.arc(stroke.x, stroke.y, stroke.r, stroke.from, stroke.to);
    else stroke.points.forEach(([x, y], k) => (k === 0 ? c.moveTo(x, y) : c.lineTo(x, y)));
    if (stroke.filled) {
      c.closePath();
      c.fill();
    } else {
      c.lineWidth = stroke.weight;
      c.stroke();
    }
  }
}

/** Wide enough to part the text from a line that runs under it. */
export const HALO_WIDTH = 4;

function paintText(c: Context, m: TextMark, tokens: Tokens): void {
  c.font = fontText(m.font, tokens);
  c.textAlign = m.anchor === 'middle' ? 'center' : m.anchor === 'end' ? 'right' : 'left';
  if (m.halo !== null) {
    c.strokeStyle = tokens.color(m.halo);
    c.lineWidth = HALO_WIDTH;
    c.strokeText(m.text, m.x, m.y);
  }
  c.fillStyle = tokens.color(m.ink);
  c.fillText(m.text, m.x, m.y);
}
