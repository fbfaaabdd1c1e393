// Where the viewer looks: timeline, cursor, selection, window of the ladder, hover. Signals, each
// with a sentence; written by act/ and main, read by every view.

import { signal } from '@preact/signals';
import type { EventIndex, NodeId, TimelineId, VirtualNs } from '../wire/types';

/** What is selected, apart from the event under the cursor. */
export type Selection =
  | { readonly kind: 'none' }
  | { readonly kind: 'node'; readonly node: NodeId }
  | { readonly kind: 'event'; readonly event: EventIndex }
  | { readonly kind: 'object'; readonly event: EventIndex }; // a machine's instance, by its `st`

/** The part of virtual time that the ladder shows: it scrolls by pixels, so these are its edges. */
export interface Span {
  readonly from: VirtualNs;
  readonly to: VirtualNs;
}

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
/** Set by the ladder: what it shows. Null: it has not laid out yet. */
export const span = signal<Span | null>(null);
/** 1: every story event has its row; smaller: zoomed out. Written by commands and gestures. */
export const zoom = signal(1);
/** The animation clock of the flight that is on its way, 0..1, or null. Written by main alone. */
export const flight = signal<{ readonly event: EventIndex; readonly done: number } | null>(null);
