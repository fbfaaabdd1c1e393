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
    case 'again': { // an open circle with an arrow head: done once more
      const r = 0.4;
      const tip: Point = [r * Math.cos(-0.5), r * Math.sin(-0.5)];
      return [
        { kind: 'arc', x: m.x, y: m.y, r: m.size * r, from: 0.6, to: full - 0.5, filled: false, weight: Math.max(1.2, m.size * 0.12) },
        path(m, [[tip[0] + 0.2, tip[1] - 0.22], [tip[0] + 0.02, tip[1] + 0.2], [tip[0] - 0.3, tip[1] - 0.08]], true),
      ];
    }
    default:
      return unreachable(m.name);
  }
}
