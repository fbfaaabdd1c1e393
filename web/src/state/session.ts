// How the page stands with the server: connection, revision of the model, role in the room, the
// open prediction. Signals, written by main and act/, read by the shell and the views.

import { computed, signal } from '@preact/signals';
import type { EventIndex, LabId, TimelineId, TimelineInfo } from '../wire/types';
import { timeline } from './view';

export type Connection =
  | { readonly kind: 'story' } // no lab yet: the recorded story that came with the page
  | { readonly kind: 'connecting' }
  | { readonly kind: 'live' }
  | { readonly kind: 'gone' } // the server answers, and does not know this lab any more
  | { readonly kind: 'offline'; readonly retryAt: number; readonly tries: number };

export type Role = 'alone' | 'holder' | 'viewer';

/** The lab that is open on the server, or null while the recorded story plays. */
export const opened = signal<LabId | null>(null);
export const connection = signal<Connection>({ kind: 'story' });
/** Copied from the model once a frame; every view that reads the model reads this first. */
export const revision = signal(0);
/** Number of events that the current timeline has, as the server says. */
export const head = signal(0);
/** "LAB" and "LAB/TIMELINE" for which this page has the control key. */
export const controlled = signal<ReadonlySet<string>>(new Set());
/** May this page move the head and command in the timeline that is shown? */
export const holds = computed(() => {
  const lab = opened.value;
  const all = controlled.value;
  return lab !== null && (all.has(lab) || all.has(`${lab}/${timeline.value ?? ''}`));
});
export const role = signal<Role>('alone');
/** The short code that opens the plain link, or ''. */
export const joinCode = signal('');
export const viewers = signal<number | null>(null);
/** A viewer's wish: does the cursor go with the class? */
export const withClass = signal(true);
/** Requests whose answer named an index that the stream has not reached yet. */
export interface Waiting {
  readonly id: string;
  readonly what: string; // the id of the command that asked
  readonly timeline: TimelineId | null;
  readonly until: EventIndex | null;
}
export const waiting = signal<readonly Waiting[]>([]);
/** The last error, as one sentence to show, or null. */
export const problem = signal<string | null>(null);
/** All timelines of the lab, loaded or not, oldest first; what the scrubber draws. */
export const timelines = signal<readonly TimelineInfo[]>([]);
/** One line of good news ("caught up 14 events"), said once. */
export const notice = signal<string | null>(null);
/** Milliseconds of the wall clock that the last command took from key to model; for tests. */
export const lastLatency = signal<number | null>(null);
