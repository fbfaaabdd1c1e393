// What may be drawn over the network, as the server tells it: kinds, pictures, and how one changes.

import type { EventIndex, LinkId, NodeId, SentenceKey, VirtualNs } from './types';

export interface OverlayKind {
  readonly name: string;
  readonly title: SentenceKey;
  readonly help: SentenceKey;
  readonly ofNode: boolean; // a node must be named
  readonly toAddress: boolean; // a destination must be named
  readonly ownVertices: boolean; // its arrows go between vertices of its own
  readonly nodes: readonly NodeId[]; // that have it
}
export interface OverlayRole {
  readonly name: string;
  readonly title: SentenceKey;
}
export interface Offers {
  readonly kinds: readonly OverlayKind[];
  readonly roles: readonly OverlayRole[];
}
/** One arrow, without where it begins. `to`: a node, or a vertex of a picture that has its own. */
export interface Way {
  readonly to: number; // 0: it leads nowhere
  readonly role: string;
  readonly say: SentenceKey;
  readonly port: string; // the interface's name
  readonly links: readonly LinkId[];
  readonly via: string;
  readonly cost: number | null;
}
export interface Vertex {
  readonly id: number;
  readonly node: NodeId; // 0: none of the lab's
  readonly kind: string;
  readonly name: string;
  readonly note: string;
}
export interface Picture {
  readonly i: EventIndex;
  readonly vertices: readonly Vertex[];
  readonly arrows: readonly { readonly from: number; readonly ways: readonly Way[] }[];
}
/** From event i on all ways of one node are these. */
export interface Change {
  readonly i: EventIndex;
  readonly t: VirtualNs;
  readonly from: NodeId;
  readonly ways: readonly Way[];
}
export interface Changes {
  readonly dst: string;
  readonly list: readonly Change[];
  readonly to: number; // how many events they reach
  readonly t: VirtualNs;
}
