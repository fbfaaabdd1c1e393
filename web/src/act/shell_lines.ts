// The console's line: its draft, its history, its completion. The answer of a command is not kept
// here: it comes back in the stream like everything else.

import { signal } from '@preact/signals';
import type { Completion } from '../wire/rest';
import type { NodeId } from '../wire/types';
import type { App } from './context';
import * as session from '../state/session';
import { moves } from '../state/settings';
import * as view from '../state/view';
import { KIND, eventIndex } from '../wire/types';
import type { EventIndex } from '../wire/types';
import { current, goTo, lastStop, nextStop } from './moves';

export const consoleDraft = signal('');
export const completions = signal<readonly Completion[]>([]);
const history: string[] = [];
let historyAt = 0;
let asked: AbortController | null = null;

/** Does a line that is given now make a branch? The cursor rests in the past; a play is on its way to the head. */
export function isPast(app: App): boolean {
  const timeline = current(app.lab);
  return timeline !== null && !view.playing.value && nextStop(app.lab, 1) !== null;
}
/** Gives the line to the node: at the head, or, when the cursor rests in the past, there. */
export async function giveLine(app: App, node: NodeId): Promise<void> {
  const line = consoleDraft.value.trim();
  if (line === '') return;
  history.push(line);
  historyAt = history.length;
  const engine = await app.need();
  if (!engine || !(await engine.course.makeReal())) return;
  const timeline = current(app.lab);
  const from = view.timeline.value;
  const cursor = view.cursor.value;
  if (!timeline || from === null) return;
  const at = isPast(app) ? eventIndex(cursor + 1) : null;
  consoleDraft.value = '';
  completions.value = [];
  const made = await engine.asks.command('console', line, at, node);
  if (!made) return;
  if (made.timeline !== from) engine.asks.showBeside(made.timeline, from, cursor);
  await engine.asks.runOn(null);
  showAnswer(app, made.i);
}
/** The cursor goes to the line and what it printed at once; what takes time is played from there. */
function showAnswer(app: App, line: EventIndex): void {
  const timeline = current(app.lab);
  goTo(app.lab, line);
  const next = nextStop(app.lab, 1);
  if (timeline && next !== null && timeline.kind(next) === KIND.con && timeline.time(next) === timeline.time(line)) goTo(app.lab, next);
  if (moves.value) view.playing.value = true;
  else goTo(app.lab, lastStop(app.lab));
}
export function recall(way: 1 | -1): void {
  historyAt = Math.max(0, Math.min(history.length, historyAt + way));
  consoleDraft.value = history[historyAt] ?? '';
}
/** Words that may come next; the last ask wins. */
export async function askCompletions(app: App, node: NodeId): Promise<void> {
  asked?.abort();
  const lab = session.opened.value;
  const timeline = view.timeline.value;
  const name = app.lab.node(node)?.name;
  if (lab === null || timeline === null || name === undefined || !app.engine) return;
  const now = new AbortController();
  asked = now;
  const answer = await app.engine.rest.complete(lab, timeline, name, consoleDraft.value, now.signal);
  if (!now.signal.aborted) completions.value = answer.ok ? answer.value : [];
}
