// The shapes of glyph marks, as strokes in CSS px: both painters draw from here, so that the
// exported picture is the one on the screen.

import { unreachable, type GlyphMark } from './list';

export type GlyphStroke =
  | { readonly kind: 'path'; readonly points: ReadonlyArray<readonly [number, number]>; readonly filled: boolean; readonly weight: number }
  | { readonly kind: 'arc'; readonly x: number; readonly y: number; readonly r: number; readonly from: number; readonly to: number;
      readonly filled: boolean; readonly weight: number };

type Point = readonly [number, number];

/** Points given in units of the glyph's size around its middle, turned by its angle. */
function turned(m: GlyphMark, points: readonly Point[]): Point[] {
  const c = Math.cos(m.angle) * m.size;
  const s = Math.sin(m.angle) * m.size;
  return points.map(([x, y]) => [m.x + x * c - y * s, m.y + x * s + y * c]);
}

const path = (m: GlyphMark, points: readonly Point[], filled: boolean, weight = 0): GlyphStroke => ({
  kind: 'path', points: turned(m, points), filled, weight,
});

export function glyphStrokes(m: GlyphMark): readonly GlyphStroke[] {
  const full = Math.PI * 2;
  const bold = Math.max(1.5, m.size * 0.17);
  switch (m.name) {
    case 'arrow': // its tip lies on the point
      return [path(m, [[0, 0], [-1, -0.42], [-1, 0.42]], true)];
    case 'chevron':
      return [path(m, [[-0.4, -0.5], [0.1, 0], [-0.4, 0.5]], false, bold)];
    case 'cross':
      return [path(m, [[-0.5, -0.5], [0.5, 0.5]], false, bold), path(m, [[-0.5, 0.5], [0.5, -0.5]], false, bold)];
    case 'diamond':
      return [path(m, [[0, -0.5], [0.5, 0], [0, 0.5], [-0.5, 0]], true)];
    case 'dot':
      return [{ kind: 'arc', x: m.x, y: m.y, r: m.size / 2, from: 0, to: full, filled: true, weight: 0 }];
    case 'ring':
      return [{ kind: 'arc', x: m.x, y: m.y, r: m.size / 2, from: 0, to: full, filled: false, weight: bold }];
    case 'again': { // an open circle with an arrow head on its end: done once more
      const r = 0.36;
      const [from, to] = [0.5, full - 0.75];
      const end: Point = [r * Math.cos(to), r * Math.sin(to)];
      const along: Point = [-Math.sin(to) * 0.34, Math.cos(to) * 0.34]; // the way it turns
      const out: Point = [Math.cos(to) * 0.24, Math.sin(to) * 0.24];
      return [
        { kind: 'arc', x: m.x, y: m.y, r: m.size * r, from, to, filled: false, weight: Math.max(1.3, m.size * 0.12) },
        path(m, [[end[0] + along[0], end[1] + along[1]], [end[0] + out[0], end[1] + out[1]], [end[0] - out[0], end[1] - out[1]]], true),
      ];
    }
    default:
      return unreachable(m.name);
  }
}
