// Finding an event by what a person typed into "go to": a number, a time, or words.

import type { Lab, Timeline } from '../model/lab';
import type { EventIndex } from '../wire/types';
import { narrate } from './narrate';
import { current } from './moves';
import * as view from '../state/view';

const UNITS: Readonly<Record<string, number>> = { s: 1e9, ms: 1e6, us: 1e3, 'µs': 1e3, ns: 1 };

/** "31" an event, "1.03s" or "20 ms" a time, else words: the next event after the cursor. */
export function findTyped(lab: Lab, typed: string): EventIndex | null {
  const timeline = current(lab);
  const text = typed.trim();
  if (!timeline || text === '') return null;
  if (/^#?\d+$/.test(text)) return byNumber(timeline, Number(text.replace('#', '')) - 1);
  const time = /^(\d+(?:\.\d+)?)\s*(s|ms|us|µs|ns)$/.exec(text);
  if (time) return timeline.atTime(Number(time[1]) * (UNITS[time[2] ?? 's'] ?? 1e9));
  const words = text.toLowerCase();
  const speaks = (i: number): boolean => {
    const e = timeline.event(i);
    return e !== null && (timeline.isStop(i) || e.k === 'con') && narrate(lab, timeline, e).sentence.toLowerCase().includes(words);
  };
  return timeline.seek(view.cursor.value, 1, speaks) ?? timeline.seek(-1, 1, speaks);
}
function byNumber(timeline: Timeline, i: number): EventIndex | null {
  return i >= 0 && timeline.has(i) ? (i as EventIndex) : null;
}
