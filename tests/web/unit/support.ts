// What the unit tests share: streams from the fixtures, and a lab that holds one.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Lab } from '../../../web/src/model/lab';
import type { Timeline } from '../../../web/src/model/lab';
import { Decoder } from '../../../web/src/wire/decode';
import type { TimelineId } from '../../../web/src/wire/types';

export const WEB = process.env['WEB'] ?? '';

export function fixture(name: string): string {
  return readFileSync(join(WEB, '../tests/web/fixtures', name), 'utf8');
}
export function labOf(stream: string, lab = new Lab()): { lab: Lab; timeline: Timeline } {
  const decoder = new Decoder();
  let id: TimelineId | null = null;
  for (const text of stream.split('\n')) {
    const line = text === '' ? null : decoder.line(text);
    if (line === null) continue;
    if (line.line === 'hello') id = line.timeline;
    if (id !== null) lab.apply(id, line);
  }
  const timeline = id === null ? null : lab.timeline(id);
  if (!timeline) throw new Error('the stream says no hello');
  return { lab, timeline };
}
/** A small seeded generator, so that a property that fails fails again. */
export function dice(seed: number): (sides: number) => number {
  let state = seed >>> 0 || 1;
  return (sides) => {
    state ^= state << 13;
    state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state % sides;
  };
}
