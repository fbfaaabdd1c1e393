// The zoomed-out ladder: counts of packets between neighbouring lanes by direction, one bar a few
// pixels high, from the pyramid. O(pixels) whatever the log holds. Pure.

import type { Columns } from './columns';
import type { Scene } from './scene';

export interface BinShape {
  readonly side: number;
  readonly x1: number; // sender's lane
  readonly x2: number;
  readonly top: number;
  readonly bottom: number;
  readonly weight: number; // 0..1 of the fullest bin
  readonly lost: number;
}

export function layBins(scene: Scene, columns: Columns, y: (row: number) => number): BinShape[] {
  void scene;
  void columns;
  void y;
  return [];
}
