// The zoomed-out ladder: counts of packets between neighbours by direction, bars a few pixels
// high, from the pyramid. O(pixels) whatever the log holds. Pure.

import { eventIndex, type EventIndex, type NodeId } from '../wire/types';
import type { Columns } from './columns';
import type { Ranges, Scene } from './scene';

export interface BinShape {
  readonly side: number;
  readonly i: EventIndex; // the bin's first event
  readonly from: NodeId;
  readonly to: NodeId;
  readonly x1: number; // sender's lane
  readonly x2: number;
  readonly top: number;
  readonly bottom: number;
  readonly count: number;
  readonly weight: number; // 0..1 of the fullest bin in sight
  readonly lost: number;
}

const BIN_PIXELS = 3; // the least height of a bar
const MOST_BARS = 900;

export function layBins(scene: Scene, columns: Columns, y: (row: number) => number, ranges: Ranges): BinShape[] {
  const lanes = scene.lab.links.flatMap((l) => [[l.a, l.b], [l.b, l.a]] as const);
  const most = Math.min(scene.view.height / BIN_PIXELS, MOST_BARS / Math.max(1, lanes.length * ranges.length));
  const out: Omit<BinShape, 'weight'>[] = [];
  ranges.forEach(([from, to], side) => {
    const pyramid = scene.log.pyramids[side];
    if (pyramid === undefined || to <= from) return;
    const level = pyramid.levelFor(to - from, most);
    const size = pyramid.binSize(level);
    for (let bin = Math.floor(from / size); bin * size < to; bin++) {
      const top = y(scene.log.axis.rowOf(side, Math.min(bin * size, to - 1)));
      const bottom = y(scene.log.axis.rowOf(side, Math.min((bin + 1) * size, to - 1)));
      for (const [a, b] of lanes) {
        const count = pyramid.sent(level, bin, a, b);
        const [x1, x2] = [columns.of(side, a)?.x, columns.of(side, b)?.x];
        if (count === 0 || x1 === undefined || x2 === undefined) continue;
        const i = eventIndex(Math.max(from, bin * size));
        const lost = pyramid.lost(level, bin, a, b);
        out.push({ side, i, from: a, to: b, x1, x2, top, bottom, count, lost });
      }
    }
  });
  const fullest = Math.log1p(out.reduce((m, b) => Math.max(m, b.count), 1));
  return out.map((b) => ({ ...b, weight: Math.log1p(b.count) / fullest }));
}
