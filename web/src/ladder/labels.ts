// Which labels a picture gets, where they stand and how short they are. Labels never overlap:
// each is offered places from the sender onwards, above, below or on its line, with all its
// pieces and then with fewer, and takes the cheapest that is free. Pure.

import type { Font } from '../draw/list';
import type { Measure } from '../draw/measure';

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}
export interface Segment {
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
}

const BUCKET = 48; // CSS px: what is asked about is a label or two high

/** What is taken already, in horizontal strips so that a question looks at few. */
export class Occupied {
  private readonly boxes = new Map<number, Box[]>();
  private readonly soft = new Map<number, Box[]>();
  private readonly lines = new Map<number, Segment[]>();

  add(box: Box): void {
    this.into(this.boxes, box, box.top, box.bottom);
  }
  /** What a label should leave free, and covers only when it has nowhere else to go. */
  addSoft(box: Box): void {
    this.into(this.soft, box, box.top, box.bottom);
  }
  addLine(s: Segment): void {
    this.into(this.lines, s, Math.min(s.y1, s.y2), Math.max(s.y1, s.y2));
  }
  free(box: Box): boolean {
    return !this.meets(this.boxes, box);
  }
  /** Is it free of what should be left free, too? */
  clear(box: Box): boolean {
    return !this.meets(this.soft, box);
  }
  private meets(map: ReadonlyMap<number, Box[]>, box: Box): boolean {
    for (let k = Math.floor(box.top / BUCKET); k <= Math.floor(box.bottom / BUCKET); k++) {
      if (map.get(k)?.some((b) => overlaps(b, box))) return true;
    }
    return false;
  }
  /** How many lines run through the box. */
  crossings(box: Box, but: Segment | null): number {
    const found = new Set<Segment>();
    for (let k = Math.floor(box.top / BUCKET); k <= Math.floor(box.bottom / BUCKET); k++) {
      for (const s of this.lines.get(k) ?? []) {
        if (s !== but && crosses(s, box)) found.add(s);
      }
    }
    return found.size;
  }
  private into<T>(map: Map<number, T[]>, item: T, top: number, bottom: number): void {
    for (let k = Math.floor(top / BUCKET); k <= Math.floor(bottom / BUCKET); k++) {
      const list = map.get(k);
      if (list === undefined) map.set(k, [item]);
      else list.push(item);
    }
  }
}

export function overlaps(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

/** Does a segment run through a box? Clipped against its four sides (Liang and Barsky). */
export function crosses(s: Segment, b: Box): boolean {
  let [t0, t1] = [0, 1];
  const dx = s.x2 - s.x1;
  const dy = s.y2 - s.y1;
  const sides: ReadonlyArray<readonly [number, number]> = [
    [-dx, s.x1 - b.left], [dx, b.right - s.x1], [-dy, s.y1 - b.top], [dy, b.bottom - s.y1],
  ];
  for (const [p, q] of sides) {
    if (p === 0) {
      if (q < 0) return false;
    } else if (p < 0) {
      t0 = Math.max(t0, q / p);
    } else {
      t1 = Math.min(t1, q / p);
    }
  }
  return t0 < t1;
}

export interface Wanted {
  readonly line: Segment; // from the sender to where the flight ends
  readonly pieces: readonly string[]; // the most important first
  readonly lead: number; // px kept free before the first piece, for a sign
  readonly reach: number; // x of the lane that the packet goes to
  readonly limit: number; // x that the text must not pass: the last lane that way
}
export interface Placed {
  readonly x: number; // left edge of the text
  readonly y: number; // its middle
  readonly head: string; // the first piece
  readonly headWidth: number;
  readonly rest: string; // the others that found room, or ''
  readonly restWidth: number;
  readonly lead: number;
  readonly plate: boolean; // lines run under it
  readonly box: Box;
}
export interface LabelStyle {
  readonly head: Font;
  readonly rest: Font;
  readonly measure: Measure;
  readonly most: number; // pieces at most: 1 on a phone
  readonly clear: number; // px between a lane's middle and the text
}

const PIECE_GAP = 8;
const STEPS = [0, 0.1, 0.2, 0.32, 0.45, 0.58];
/** Prices: a crossing line; without the last pieces, without all but the first; a step away from the
 * sender; below the line, on it; a pixel of distance to a sloping line; over what should stay free. */
const PRICE = { crossing: 4, piece: 2.6, bare: 3,  step: 0.7, below: 2.2, on: 4, slack: 0.06, soft: 9 };

/** Finds a place for one label and takes it; null when there is none. */
export function placeLabel(wanted: Wanted, taken: Occupied, style: LabelStyle): Placed | null {
  let best: Placed | null = null;
  let cheapest = Infinity;
  const most = Math.min(style.most, wanted.pieces.length);
  for (let n = most; n >= 1; n--) {
    const dropped = (most - n) * PRICE.piece + (n === 1 && most > 1 ? PRICE.bare : 0);
    if (dropped >= cheapest) break;
    const text = measured(wanted, n, style);
    for (const [cost, place] of places(wanted, text, style)) {
      const price = cost + dropped;
      if (price >= cheapest || !taken.free(place.box)) continue;
      const crossed = taken.crossings(place.box, wanted.line);
      const all = price + crossed * PRICE.crossing + (taken.clear(place.box) ? 0 : PRICE.soft);
      if (all < cheapest) [best, cheapest] = [{ ...place, plate: place.plate || crossed > 0 }, all];
    }
  }
  if (best !== null) taken.add(best.box);
  return best;
}

interface Text {
  readonly head: string;
  readonly headWidth: number;
  readonly rest: string;
  readonly restWidth: number;
  readonly width: number;
}

function measured(wanted: Wanted, n: number, style: LabelStyle): Text {
  const head = wanted.pieces[0] ?? '';
  const rest = wanted.pieces.slice(1, n).join(' ');
  const headWidth = style.measure(head, style.head);
  const restWidth = rest === '' ? 0 : style.measure(rest, style.rest);
  return { head, headWidth, rest, restWidth, width: wanted.lead + headWidth + (rest === '' ? 0 : PIECE_GAP + restWidth) };
}

function* places(wanted: Wanted, text: Text, style: LabelStyle): Generator<readonly [number, Placed]> {
  const { line } = wanted;
  const way = line.x2 >= line.x1 ? 1 : -1;
  const length = Math.abs(wanted.limit - line.x1) - 2 * style.clear;
  const hop = Math.max(0, Math.abs(wanted.reach - line.x1) - 2 * style.clear);
  if (text.width > length) return;
  const slope = (line.y2 - line.y1) / (line.x2 - line.x1 || 1);
  const high = style.head.size * 1.2;
  // A line that ends under its text (a packet that dies at once) is level from there on.
  const heightAt = (x: number): number => line.y1 + Math.min(Math.max(0, (x - line.x1) * way), Math.abs(line.x2 - line.x1)) * way * slope;
  const short = Math.abs(line.x2 - line.x1) < text.width;
  for (const [k, step] of STEPS.entries()) {
    if (step * hop + text.width > length) return;
    const near = line.x1 + way * (style.clear + step * hop);
    const far = near + way * text.width;
    const [yNear, yFar] = [heightAt(near), heightAt(far)];
    const left = Math.min(near, far);
    const slack = Math.abs(yFar - yNear) * PRICE.slack;
    const at = (y: number, plate = false): Placed => ({
      x: left + wanted.lead, y, ...text, lead: wanted.lead, plate,
      box: { left: left - 2, right: left + text.width + 2, top: y - high / 2, bottom: y + high / 2 },
    });
    yield [k * PRICE.step + slack, at(Math.min(yNear, yFar) - high / 2 - 1)];
    yield [k * PRICE.step + slack + PRICE.below, at(Math.max(yNear, yFar) + high / 2 + 2)];
    if (short) yield [k * PRICE.step, at(line.y1)];
    else yield [k * PRICE.step + PRICE.on, at((yNear + yFar) / 2, true)];
  }
}
