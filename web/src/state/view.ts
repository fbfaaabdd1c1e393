// Where the viewer looks: timeline, cursor, selection, window of the ladder, hover. Signals, each
// with a sentence; written by act/ and main, read by every view.

import { signal } from '@preact/signals';
import type { EventIndex, GraphName, NodeId, TimelineId, VirtualNs } from '../wire/types';

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
/** Of play: 1 is about two steps a second. */
export const speed = signal(1);
export const selection = signal<Selection>({ kind: 'none' });
export const hover = signal<EventIndex | null>(null);
/** The part of the ladder that is shown. Null: fit. */
export interface Window {
  readonly top: number; // row at the upper edge
  readonly scale: number; // 1: natural
  readonly follow: boolean; // does it keep the cursor in sight?
}
export const window = signal<Window | null>(null);
export type Axis = 'compact' | 'linear';
export const axis = signal<Axis>('compact');
/** A wish of a command that the ladder carries out; the serial makes each wish a new one. */
export interface LadderMove {
  readonly by: 'row' | 'page' | 'zoom' | 'fit';
  readonly amount: number;
  readonly serial: number;
}
export const ladderMove = signal<LadderMove | null>(null);
/** The moment that the views show while a step is on its way; null: the cursor's own time. */
export const flight = signal<VirtualNs | null>(null);
/** Of which node, and of which of its objects, the state graph tells; null: of all. */
export const only = signal<{ readonly node: NodeId; readonly obj: number | null } | null>(null);
/** What is drawn over the network (act/overlays.ts reads it), or null. */
export const overlay = signal<string | null>(null);
/** The state graph that panel and ladder show; null: the first that has moved. */
export const graph = signal<GraphName | null>(null);
