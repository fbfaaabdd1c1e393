// The zoomed-out ladder: counts of packets between neighbours by direction, bars a few pixels
// high, from the pyramid. O(pixels) whatever the log holds. Pure.

import { eventIndex, type EventIndex, type NodeId } from '../wire/types';
import type { Font, ListBuilder } from '../draw/list';
import type { Columns } from './columns';
import { BAND } from './lanes';
import type { Ranges, Scene } from './scene';

/** How many packets went one way in a part of the window: the words on a band. */
export interface BinSum {
  readonly side: number;
  readonly i: EventIndex;
  readonly x: number; // of the text's middle
  readonly y: number;
  readonly text: string;
  readonly width: number;
}
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
const SUM_PIXELS = 110; // between two counts of one direction

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

/** The bars of each direction added up, part of the window by part, where there is room for words. */
export function sumBins(scene: Scene, bins: readonly BinShape[], font: Font): BinSum[] {
  const sums = new Map<string, { first: BinShape; part: number; count: number; lost: number }>();
  for (const bin of bins) {
    const part = Math.floor((bin.top + bin.bottom) / 2 / SUM_PIXELS);
    const key = `${bin.side} ${bin.from} ${bin.to} ${part}`;
    const sum = sums.get(key) ?? { first: bin, part, count: 0, lost: 0 };
    sums.set(key, { ...sum, count: sum.count + bin.count, lost: sum.lost + bin.lost });
  }
  return [...sums.values()].flatMap(({ first, part, count, lost }) => {
    const right = first.x2 > first.x1;
    const died = lost > 0 ? ` ×${lost}` : '';
    const text = right ? `${count}${died} →` : `← ${count}${died}`;
    const width = scene.metrics.measure(text, font);
    const y = (part + 0.5) * SUM_PIXELS + font.size * (right ? -0.8 : 0.8);
    if (width + 24 > Math.abs(first.x2 - first.x1) || y < font.size || y > scene.view.height - font.size) return [];
    return [{ side: first.side, i: first.i, x: (first.x1 + first.x2) / 2, y, text, width }];
  });
}

/** The bars, and their counts over them. */
export function drawBins(list: ListBuilder, bins: readonly BinShape[], sums: readonly BinSum[], font: Font): void {
  for (const bin of bins) drawBin(list, bin);
  for (const s of sums) {
    list.rect(s.x - s.width / 2 - 5, s.y - font.size * 0.7, s.width + 10, font.size * 1.4, 3, { fill: 'halo', fade: 0.86 });
    list.text(s.text, s.x, s.y, s.width, font, 'text', { anchor: 'middle', of: { kind: 'event', side: s.side, i: s.i } });
  }
}

/** The two directions of a link share its bar: above to the right, below to the left. */
function drawBin(list: ListBuilder, bin: BinShape): void {
  const half = Math.max(1, (bin.bottom - bin.top) / 2);
  const right = bin.x2 > bin.x1;
  const [left, wide] = [Math.min(bin.x1, bin.x2) + BAND / 2, Math.abs(bin.x2 - bin.x1) - BAND];
  list.rect(left, right ? bin.top : bin.top + half, wide, half * 0.82, 0, {
    fill: right ? 'role-data' : 'role-control', fade: 0.08 + 0.6 * bin.weight,
  });
  if (bin.lost > 0) {
    const mark = Math.min(wide, 6 + wide * 0.3 * (bin.lost / bin.count));
    list.rect(left + (wide - mark) / 2, right ? bin.top : bin.top + half, mark, half * 0.82, 0, { fill: 'role-problem' });
  }
}
