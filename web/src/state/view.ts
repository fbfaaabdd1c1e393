// Where the viewer looks: timeline, cursor, selection, window of the ladder, hover. Signals, each
// with a sentence; written by act/ and main, read by every view.

import { signal } from '@preact/signals';
import type { EventIndex, NodeId, TimelineId } from '../wire/types';

/** What is selected, apart from the event under the cursor. */
export type Selection =
  | { readonly kind: 'none' }
  | { readonly kind: 'node'; readonly node: NodeId }
  | { readonly kind: 'event'; readonly event: EventIndex }
  | { readonly kind: 'object'; readonly event: EventIndex }; // a machine's instance, by its `st`

/** The timeline that the transport moves in; null before the first hello. */
export const timeline = signal<TimelineId | null>(null);
/** A second timeline to show beside it, or null. */
export const beside = signal<TimelineId | null>(null);
/** The event that all panes show; -1 before the first. */
export const cursor = signal<EventIndex>(-1 as EventIndex);
/** Does the cursor go with the head as it grows? */
export const following = signal(true);
/** Is the page itself walking the cursor forward (play)? */
export const playing = signal(false);
/** Virtual seconds per second of the wall clock while playing is not fixed: events a second. */
export const speed = signal(1);
export const selection = signal<Selection>({ kind: 'none' });
export const hover = signal<EventIndex | null>(null);
/** The part of the ladder that is shown. Null: fit. One for both ladders, so that they scroll as one. */
export interface Window {
  readonly top: number; // ladder row at the top edge
  readonly scale: number; // CSS px a row
  readonly left: number; // CSS px
  readonly follow: boolean; // does it keep the cursor in sight?
}
export const window = signal<Window | null>(null);
export type Axis = 'compact' | 'linear';
export const axis = signal<Axis>('compact');
/** The animation clock of the flight that is on its way, 0..1, or null. Written by main alone. */
export const flight = signal<{ readonly event: EventIndex; readonly done: number } | null>(null);
