// Play: walks the cursor forward, one step after another, at a pace that the speed sets. At the
// head it asks for one more step when this page may. One timer, and none while nothing plays.

import { effect } from '@preact/signals';
import * as lessons from '../state/lesson';
import * as view from '../state/view';
import * as session from '../state/session';
import type { App } from './context';
import { KIND } from '../wire/types';
import { current, nextStop, place } from './moves';

export const SPEEDS = [0.25, 0.5, 1, 2, 4, 8] as const;
const STEP_MS = 620; // of one step at speed 1: a flight and a moment to look
const WORD_MS = 160; // of a step that only says something in one place

export function startPlay(app: App): () => void {
  let timer: ReturnType<typeof setTimeout> | null = null;
  let asking = false;

  const tick = async (): Promise<void> => {
    timer = null;
    if (!view.playing.value) return;
    const next = nextStop(app.lab, 1);
    if (next !== null) {
      place(app.lab, next);
    } else if (app.engine && session.holds.value && lessons.openQuestion.value === null && lessons.lesson.value === null) {
      asking = true;
      await app.engine.asks.stepHead();
      asking = false;
    } else {
      view.playing.value = false;
    }
    arm();
  };
  const arm = (): void => {
    if (view.playing.value && timer === null && !asking) {
      timer = setTimeout(() => void tick(), (saysOnly(app) ? WORD_MS : STEP_MS) / view.speed.value);
    }
  };
  const stop = effect(() => {
    if (view.playing.value) arm();
    else if (timer !== null) {
      clearTimeout(timer);
      timer = null;
    }
  });
  return () => {
    stop();
    if (timer !== null) clearTimeout(timer);
  };
}
/** Is the event under the cursor a command, a call or its output, of which nothing moves? */
function saysOnly(app: App): boolean {
  const kind = current(app.lab)?.kind(view.cursor.value);
  return kind === KIND.cmd || kind === KIND.con || kind === KIND.call;
}
/** The next faster or slower pace. */
export function changeSpeed(way: 1 | -1): void {
  const at = SPEEDS.findIndex((s) => s === view.speed.value);
  view.speed.value = SPEEDS[Math.max(0, Math.min(SPEEDS.length - 1, at + way))] ?? 1;
}
