// Moves of the cursor and the selection: pure view state, local and instant. What asks the server
// lies in desk.ts. Every button, key and tap that goes somewhere ends here.

import { batch } from '@preact/signals';
import { KIND, eventIndex } from '../wire/types';
import type { EventIndex, NodeId, TimelineId } from '../wire/types';
import type { Lab, Timeline } from '../model/lab';
import * as view from '../state/view';
import * as session from '../state/session';

/** Moments left by `why`, a branch or a link, newest last; Backspace returns to them. */
interface Moment {
  readonly timeline: TimelineId | null;
  readonly cursor: EventIndex;
}
const trail: Moment[] = [];
const TRAIL_LIMIT = 100;

export function current(lab: Lab): Timeline | null {
  const id = view.timeline.value;
  return id === null ? null : lab.timeline(id);
}
/** The last event that this viewer may look at: the class's cursor bounds a viewer who follows. */
export function lastAllowed(lab: Lab): number {
  const timeline = current(lab);
  if (!timeline) return -1;
  const held = timeline.length - 1;
  const led = lab.classCursor;
  const bound = session.role.value === 'viewer' && session.withClass.value && led !== null &&
    led.timeline === timeline.id;
  return bound ? Math.min(held, led.i) : held;
}
/** Puts the cursor on event i (kept within what may be seen). Ends a play. */
export function goTo(lab: Lab, i: number): void {
  const last = lastAllowed(lab);
  const to = eventIndex(Math.max(-1, Math.min(i, last)));
  batch(() => {
    view.playing.value = false;
    place(lab, to);
  });
}
/** As goTo, and goes on playing. Following means: nothing newer is there that a step would stop at. */
export function place(lab: Lab, to: EventIndex): void {
  view.cursor.value = to;
  view.following.value = to >= newestStop(lab);
  if (view.selection.value.kind === 'event') view.selection.value = { kind: 'none' };
}
export function select(selection: view.Selection): void {
  view.selection.value = selection;
}
/** The node that is selected, if any. */
export function selectedNode(): NodeId | null {
  const chosen = view.selection.value;
  return chosen.kind === 'node' ? chosen.node : null;
}
/** The event that inspector and commands speak of: the selected one, else the cursor's. */
export function focusEvent(): EventIndex | null {
  const chosen = view.selection.value;
  if (chosen.kind === 'event') return chosen.event;
  return view.cursor.value >= 0 ? view.cursor.value : null;
}

// ---------------------------------------------------------------------------------------- steps

/** Where a step goes, or null. The story step stops at what a person cares about. */
export function nextStop(lab: Lab, way: 1 | -1): EventIndex | null {
  const timeline = current(lab);
  if (!timeline) return null;
  const found = timeline.seek(view.cursor.value, way, (i) => timeline.isStop(i));
  return within(lab, found);
}
/** The newest event that a step stops at; without one, the newest of all. */
export function lastStop(lab: Lab, last = lastAllowed(lab)): number {
  const timeline = current(lab);
  return timeline?.seek(last + 1, -1, (i) => timeline.isStop(i)) ?? last;
}
const newestStop = (lab: Lab): number => lastStop(lab, (current(lab)?.length ?? 0) - 1);
export function nextRaw(lab: Lab, way: 1 | -1): EventIndex | null {
  return within(lab, current(lab)?.seek(view.cursor.value, way, () => true) ?? null);
}
/** The next event of the selected node, or of the node of the event under the cursor. */
export function nextOfNode(lab: Lab, way: 1 | -1): EventIndex | null {
  const timeline = current(lab);
  if (!timeline) return null;
  const n = selectedNode() ?? timeline.node(view.cursor.value);
  return within(lab, timeline.seek(view.cursor.value, way,
    (i) => timeline.node(i) === n && timeline.isStop(i)));
}
const NOTABLE: ReadonlySet<number> = new Set([KIND.lost, KIND.drop, KIND.st]);
/** The next loss, drop, change of state, fired timer or repeated packet. */
export function nextNotable(lab: Lab, way: 1 | -1): EventIndex | null {
  const timeline = current(lab);
  if (!timeline) return null;
  return within(lab, timeline.seek(view.cursor.value, way, (i) => {
    if (NOTABLE.has(timeline.kind(i))) return true;
    const e = timeline.event(i);
    return e !== null && ((e.k === 'tm' && e.op === 'fire') || (e.k === 'tx' && e.rtx > 0));
  }));
}
function within(lab: Lab, i: EventIndex | null): EventIndex | null {
  return i !== null && i <= lastAllowed(lab) ? i : null;
}

// ----------------------------------------------------------------------------------- why, return

/** Remembers this moment, so that Backspace comes back to it. */
export function leaveMark(): void {
  trail.push({ timeline: view.timeline.value, cursor: view.cursor.value });
  if (trail.length > TRAIL_LIMIT) trail.shift();
}
/** Goes to the cause of the event in focus. False: it has none. */
export function goToCause(lab: Lab): boolean {
  const i = focusEvent();
  const cause = i === null ? null : current(lab)?.cause(i) ?? null;
  if (cause === null) return false;
  leaveMark();
  goTo(lab, cause);
  return true;
}
/** Another lab is opened: the old moments are not in it. */
export function forgetTrail(): void {
  trail.length = 0;
}
export function canReturn(): boolean {
  return trail.length > 0;
}
export function goBack(lab: Lab): boolean {
  const to = trail.pop();
  if (!to) return false;
  if (to.timeline !== null && lab.timeline(to.timeline)) view.timeline.value = to.timeline;
  goTo(lab, to.cursor);
  return true;
}
/** Shows another timeline at the same event, or at its last when it is shorter. */
export function showTimeline(lab: Lab, id: TimelineId, at?: EventIndex): void {
  const timeline = lab.timeline(id);
  if (!timeline) return;
  batch(() => {
    if (view.beside.value === id) view.beside.value = view.timeline.value;
    view.timeline.value = id;
    goTo(lab, at ?? Math.min(view.cursor.value, Math.max(timeline.length - 1, -1)));
  });
}
