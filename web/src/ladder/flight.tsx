// The flight of a step: when the cursor goes one event forward, the moment that the views show
// moves from the old event's time to the new one's, 200 to 1,200 ms long by the true delay. A new
// step puts it at its end at once; with reduced motion it is there at once.

import { effect } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { useApp } from '../act/context';
import { animate, finishMotions } from '../draw/frame';
import type { Lab, Timeline } from '../model/lab';
import * as view from '../state/view';
import { virtualNs } from '../wire/types';
import { rowTime } from './time';

const SHORTEST = 200; // ms
const LONGEST = 1200;
const PER_ROW = 260; // ms for the time that one row of the ladder stands for

/** Is `to` the next event after `from` that a step stops at? */
function isOneStep(timeline: Timeline, from: number, to: number): boolean {
  if (to <= from || from < 0) return false;
  for (let i = from + 1; i < to; i++) if (timeline.isStop(i)) return false;
  return true;
}

export function flightMs(lab: Lab, ns: number): number {
  return Math.min(LONGEST, Math.max(SHORTEST, (ns / rowTime(lab.links)) * PER_ROW));
}

/** Speeds up slowly and slows down softly, so that a long way is not a jerk. */
const eased = (part: number): number => part * part * (3 - 2 * part);

function follow(lab: Lab): () => void {
  let shown = { timeline: view.timeline.peek(), cursor: view.cursor.peek() };
  return effect(() => {
    const next = { timeline: view.timeline.value, cursor: view.cursor.value };
    const last = shown;
    shown = next;
    if (next.cursor === last.cursor && next.timeline === last.timeline) return;
    finishMotions();
    view.flight.value = null;
    const timeline = next.timeline === null ? null : lab.timeline(next.timeline);
    if (timeline === null || next.timeline !== last.timeline) return;
    if (!isOneStep(timeline, last.cursor, next.cursor)) return;
    fly(lab, timeline.time(last.cursor), timeline.time(next.cursor));
  });
}

function fly(lab: Lab, from: number, to: number): void {
  if (to <= from) return;
  const pace = view.playing.peek() ? Math.min(1, 0.7 / view.speed.peek()) : 1;
  const ms = flightMs(lab, to - from) * pace;
  view.flight.value = virtualNs(from);
  animate(
    (elapsed) => {
      const part = elapsed / ms;
      view.flight.value = part >= 1 ? null : virtualNs(from + (to - from) * eased(part));
      return part < 1;
    },
    () => {
      view.flight.value = null;
    },
  );
}

/** Mounted once in the app; draws nothing. */
export function FlightClock() {
  const { lab } = useApp();
  useEffect(() => follow(lab), [lab]);
  return null;
}
