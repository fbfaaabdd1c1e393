// The painter of display lists as SVG text, for export: the same marks in the same order as on
// the canvas, text as text, colours written out so that the file stands alone.

import { DASHES, HALO_WIDTH, strokeOffsets } from './canvas';
import { glyphStrokes, type GlyphStroke } from './glyphs';
import { unreachable, type DisplayList, type LineMark, type Mark, type PolyMark, type RectMark, type TextMark } from './list';
import type { Tokens } from './tokens';

const n = (v: number): string => String(Math.round(v * 100) / 100);

export function escapeXml(text: string): string {
  return text.replace(/[<>&"']/g, (c) => `&#${c.charCodeAt(0)};`).replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, '');
}

/** A whole SVG document. `title` and `description` say in words what the picture shows. */
export function paintSvg(list: DisplayList, tokens: Tokens, title: string, description: string): string {
  const head = `<svg xmlns="http://www.w3.org/2000/svg" width="${n(list.width)}" height="${n(list.height)}" ` +
    `viewBox="0 0 ${n(list.width)} ${n(list.height)}" role="img">`;
  const words = `<title>${escapeXml(title)}</title>\n<desc>${escapeXml(description)}</desc>`;
  const ground = `<rect width="100%" height="100%" fill="${color(tokens, 'ground')}"/>`;
  return [head, words, ground, ...list.marks.map((m) => svgMark(m, tokens)), '</svg>', ''].join('\n');
}

const color = (tokens: Tokens, ink: string | null): string =>
  ink === null ? 'none' : escapeXml(tokens.color(ink));

/** One mark: always exactly one element, a group where it takes several strokes. */
function svgMark(mark: Mark, tokens: Tokens): string {
  const fade = mark.fade === 1 ? '' : ` opacity="${n(mark.fade)}"`;
  switch (mark.kind) {
    case 'line':
      return svgLine(mark, tokens, fade);
    case 'poly':
      return svgPoly(mark, tokens, fade);
    case 'rect':
      return svgRect(mark, tokens, fade);
    case 'glyph':
      return `<g${fade} data-mark="glyph">${glyphStrokes(mark).map((s) => svgStroke(s, color(tokens, mark.ink))).join('')}</g>`;
    case 'text':
      return svgText(mark, tokens, fade);
    default:
      return unreachable(mark);
  }
}

function svgLine(m: LineMark, tokens: Tokens, fade: string): string {
  const dash = DASHES[m.dash].length === 0 ? '' : ` stroke-dasharray="${DASHES[m.dash].join(' ')}"`;
  const cap = m.dash === 'dotted' ? ' stroke-linecap="round"' : '';
  const width = m.double ? Math.max(1, m.weight * 0.6) : m.weight;
  const d = strokeOffsets(m)
    .map(([dx, dy]) => `M${n(m.x1 + dx)} ${n(m.y1 + dy)}L${n(m.x2 + dx)} ${n(m.y2 + dy)}`)
    .join('');
  return `<path d="${d}" fill="none" stroke="${color(tokens, m.ink)}" stroke-width="${n(width)}"${dash}${cap}${fade} data-mark="line"/>`;
}

function svgPoly(m: PolyMark, tokens: Tokens, fade: string): string {
  const pairs: string[] = [];
  const dash = m.dash === 'solid' ? '' : ` stroke-dasharray="${DASHES[m.dash].join(' ')}"`;
  for (let k = 0; k + 1 < m.points.length; k += 2) pairs.push(`${n(m.points[k] ?? 0)} ${n(m.points[k + 1] ?? 0)}`);
  return `<path d="M${pairs.join('L')}${m.closed ? 'Z' : ''}" fill="${color(tokens, m.fill)}" ` +
    `stroke="${color(tokens, m.stroke)}" stroke-width="${n(m.weight)}"${dash}${fade} data-mark="poly"/>`;
}

function svgRect(m: RectMark, tokens: Tokens, fade: string): string {
  return `<rect x="${n(m.x)}" y="${n(m.y)}" width="${n(m.w)}" height="${n(m.h)}" rx="${n(m.radius)}" ` +
    `fill="${color(tokens, m.fill)}" stroke="${color(tokens, m.stroke)}" stroke-width="${n(m.weight)}"${fade} data-mark="rect"/>`;
}

function svgStroke(s: GlyphStroke, ink: string): string {
  const look = s.filled ? `fill="${ink}"` : `fill="none" stroke="${ink}" stroke-width="${n(s.weight)}" stroke-linecap="round"`;
  if (s.kind === 'path') {
    return `<path d="M${s.points.map(([x, y]) => `${n(x)} ${n(y)}`).join('L')}${s.filled ? 'Z' : ''}" ${look}/>`;
  }
  if (s.to - s.from >= Math.PI * 2) return `<circle cx="${n(s.x)}" cy="${n(s.y)}" r="${n(s.r)}" ${look}/>`;
  const at = (a: number): string => `${n(s.x + s.r * Math.cos(a))} ${n(s.y + s.r * Math.sin(a))}`;
  return `<path d="M${at(s.from)}A${n(s.r)} ${n(s.r)} 0 ${s.to - s.from > Math.PI ? 1 : 0} 1 ${at(s.to)}" ${look}/>`;
}

function svgText(m: TextMark, tokens: Tokens, fade: string): string {
  const family = m.font.face === 'mono' ? tokens.mono : tokens.ui;
  const halo = m.halo === null ? ''
    : ` stroke="${color(tokens, m.halo)}" stroke-width="${HALO_WIDTH}" stroke-linejoin="round" paint-order="stroke"`;
  return `<text x="${n(m.x)}" y="${n(m.y)}" text-anchor="${m.anchor}" dominant-baseline="central" ` +
    `font-family="${escapeXml(family)}" font-size="${n(m.font.size)}" font-weight="${m.font.bold ? 600 : 400}" ` +
    `fill="${color(tokens, m.ink)}"${halo}${fade} data-mark="text">${escapeXml(m.text)}</text>`;
}
