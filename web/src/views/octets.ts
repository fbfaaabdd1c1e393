// Octets as rows of hexadecimal, and which field of a tree owns an octet. No knowledge of what
// the fields are: offsets and lengths alone.

import type { Field } from '../wire/types';

export interface Range {
  readonly from: number;
  readonly to: number; // one past the last
}
export interface HexRow {
  readonly at: number;
  readonly name: string; // "0010"
  readonly octets: readonly string[];
}

export function hexRows(octets: Uint8Array, width: number): HexRow[] {
  const out: HexRow[] = [];
  for (let at = 0; at < octets.length; at += width) {
    const row = [...octets.subarray(at, at + width)].map((o) => o.toString(16).padStart(2, '0'));
    out.push({ at, name: at.toString(16).padStart(4, '0'), octets: row });
  }
  return out;
}
/** The smallest field whose octets hold this one; of equals, the deepest. Null: none does. */
export function pathAt(tree: readonly Field[], at: number): Range | null {
  let best: Range | null = null;
  for (const field of tree) {
    const own = field.length > 0 && at >= field.offset && at < field.offset + field.length;
    const below = pathAt(field.children, at);
    for (const range of [own ? { from: field.offset, to: field.offset + field.length } : null, below]) {
      if (range && (!best || range.to - range.from <= best.to - best.from)) best = range;
    }
  }
  return best;
}
