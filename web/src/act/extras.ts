// What comes with the engine's calls and is used by views that are there before: registered by
// act/start, null until then.

import { signal } from '@preact/signals';
import type { ComponentType } from 'preact';
import type { downLinks, settle } from '../model/network';
import type { NodeId } from '../wire/types';

export const extras: { downLinks: typeof downLinks | null; settle: typeof settle | null } = { downLinks: null, settle: null };

/** Where the topology has drawn its nodes: for what is drawn over it. */
export interface OverProps {
  readonly at: (id: NodeId) => { readonly x: number; readonly y: number };
  readonly plates: boolean;
}
/** What is drawn over the topology, and above it in words; null until somebody wishes for it. */
export const over = signal<{ readonly Ways: ComponentType<OverProps>; readonly Bar: ComponentType } | null>(null);
