// What is drawn over the network: the wish (which picture, of which node, to where), what the server
// offers, and its answers. Ways over time are asked for once and grow with the timeline, so the
// cursor moves over them without asking; a map is asked for where the cursor rests.

import { signal } from '@preact/signals';
import { askChanges, askOffers, askPicture } from '../wire/overlays';
import type { Asked } from '../wire/overlays';
import type { Offers, OverlayKind, Picture } from '../wire/types_overlay';
import { nodeId } from '../wire/types';
import type { NodeId, SentenceKey, TimelineId } from '../wire/types';
import type { Lab, Timeline } from '../model/lab';
import { Beliefs } from '../model/beliefs';
import * as session from '../state/session';
import * as view from '../state/view';
import type { App } from './context';

const ASK_MS = 700; // between two asks for the same
const REST_MS = 120; // of the cursor, before a map is asked for
const MOST_KEPT = 32;

/** "NAME-NODE-ADDRESS" in the address bar; node and address may be absent. */
export interface Wish {
  readonly name: string;
  readonly node: NodeId | null;
  readonly to: string;
}
export function readWish(text: string | null): Wish | null {
  if (text === null) return null;
  const [name = '', node = '', to = ''] = text.split('-');
  return { name, node: /^\d+$/.test(node) ? nodeId(Number(node)) : null, to };
}
export function setWish(wish: Wish | null): void {
  view.overlay.value = wish === null ? null : `${wish.name}-${wish.node ?? ''}-${wish.to}`;
}
/** Grows when an answer has come: what views read to be drawn anew. */
const arrived = signal(0);
/** Why the last ask failed; '' when it did not. */
export const failure = signal('');

/** Asks now, or once the last ask is long enough ago; never twice at a time. */
class Pace {
  private asked = 0;
  private busy = false;
  go(ask: () => Promise<void>): void {
    if (this.busy) return;
    this.busy = true;
    setTimeout(() => {
      this.asked = Date.now();
      void ask().finally(() => {
        this.busy = false;
        arrived.value++;
      });
    }, Math.max(0, this.asked + ASK_MS - Date.now()));
  }
}

// ------------------------------------------------------------------------------------ offers

interface KeptOffers {
  offers: Offers | null;
  head: number; // when it was asked
  readonly pace: Pace;
}
const offersOf = new WeakMap<Timeline, KeptOffers>();

/** What may be drawn in this timeline; null: not known yet. */
export function offered(timeline: Timeline): Offers | null {
  arrived.value;
  const lab = session.opened.value;
  const own: KeptOffers = offersOf.get(timeline) ?? { offers: null, head: -1, pace: new Pace() };
  offersOf.set(timeline, own);
  const head = timeline.length;
  // A protocol's picture is there from its start on: asked again when much has happened since.
  const stale = own.offers === null || head > own.head + Math.max(200, own.head / 4);
  if (lab !== null && stale) own.pace.go(async () => {
    own.head = head;
    const answer = await askOffers(lab, timeline.id);
    if (answer.ok) own.offers = answer.value;
    else failure.value = answer.say;
  });
  return own.offers;
}
export function kindOf(offers: Offers | null, wish: Wish | null): OverlayKind | null {
  return offers?.kinds.find((k) => k.name === wish?.name) ?? null;
}

/** A wish for a kind, with what it needs: the node and the destination that were chosen before, or
 * the first router and the last host. */
export function wishFor(lab: Lab, kind: OverlayKind, before: Wish | null): Wish {
  const keeps = before?.node ?? null;
  const node = keeps !== null && kind.nodes.includes(keeps) ? keeps : kind.nodes[0] ?? null;
  const to = before === null || before.to === '' ? addressesOf(lab).at(-1)?.address ?? '' : before.to;
  return { name: kind.name, node: kind.ofNode ? node : null, to: kind.toAddress ? to : '' };
}
export interface Destination {
  readonly address: string;
  readonly name: string; // "server", or "r1 eth0" where a node has several
}
/** All addresses of the lab, as they were at its beginning, routers' first. */
export function addressesOf(lab: Lab): Destination[] {
  const all = lab.nodes.flatMap((node) => {
    const own = node.interfaces.filter((i) => i.address !== '');
    return own.map((i) => ({
      address: i.address.replace(/\/.*/, ''), name: own.length > 1 ? `${node.name} ${i.name}` : node.name, rank: own.length > 1 ? 0 : 1,
    }));
  });
  return all.sort((a, b) => a.rank - b.rank);
}

// ------------------------------------------------------------------------------------ over time

interface Growing {
  readonly beliefs: Beliefs;
  readonly pace: Pace;
  refused: boolean;
}
const growing = new Map<string, Growing>();

const asked = (lab: Lab, wish: Wish): Asked => ({
  name: wish.name, to: wish.to, node: wish.node === null ? '' : lab.node(wish.node)?.name ?? '',
});
function keep<T>(kept: Map<string, T>, key: string, make: () => T): T {
  const own = kept.get(key) ?? make();
  kept.delete(key);
  kept.set(key, own);
  const oldest = kept.keys().next();
  if (kept.size > MOST_KEPT && !oldest.done) kept.delete(oldest.value);
  return own;
}
/** The ways of all nodes over time, as far as they are known; more is asked for as the timeline grows. */
export function beliefsOf(app: App, timeline: Timeline, wish: Wish): Beliefs {
  arrived.value;
  const lab = session.opened.value;
  const key = `${lab ?? ''}/${timeline.id}/${wish.name}/${wish.node ?? ''}/${wish.to}`;
  const own = keep(growing, key, () => ({ beliefs: new Beliefs(), pace: new Pace(), refused: false }));
  if (lab !== null && !own.refused && (own.beliefs.to < timeline.length || !own.beliefs.told)) {
    own.pace.go(async () => {
      const answer = await askChanges(lab, timeline.id, asked(app.lab, wish), own.beliefs.to);
      failure.value = answer.ok ? '' : answer.say;
      if (answer.ok) own.beliefs.add(answer.value);
      else own.refused = answer.status >= 400 && answer.status < 500;
    });
  }
  return own.beliefs;
}

// ------------------------------------------------------------------------------------ at a moment

const pictures = new Map<string, Picture>();
let wanted = '';
let last: { readonly of: string; readonly picture: Picture } | null = null;

/** The picture at event i; until it has come, the last one of the same kind. */
export function pictureOf(app: App, id: TimelineId, wish: Wish, i: number): Picture | null {
  arrived.value;
  const lab = session.opened.value;
  const of = `${lab ?? ''}/${id}/${wish.name}/${wish.node ?? ''}`;
  const key = `${of}/${i}`;
  const found = pictures.get(key);
  if (found !== undefined) {
    last = { of, picture: found };
    return found;
  }
  if (lab !== null && wanted !== key) {
    wanted = key;
    setTimeout(() => {
      if (wanted !== key) return; // the cursor has gone on
      void askPicture(lab, id, asked(app.lab, wish), i + 1).then((answer) => {
        failure.value = answer.ok ? '' : answer.say;
        if (answer.ok) keep(pictures, key, () => answer.value);
        arrived.value++;
      });
    }, REST_MS);
  }
  return last?.of === of ? last.picture : null;
}

/** What the sentence of a way is filled with. */
export function wordsOf(lab: Lab, from: number, way: { to: number; via: string; port: string; cost: number | null }, dst: string):
  Readonly<Record<string, string>> {
  const name = (id: number): string => lab.node(nodeId(id))?.name ?? '';
  return {
    node: name(from), to: name(way.to), via: way.via === '' ? dst : way.via, interface: way.port, dst,
    cost: way.cost === null ? '' : String(way.cost),
  };
}
export const titleOfRole = (offers: Offers | null, role: string): SentenceKey | null =>
  offers?.roles.find((r) => r.name === role)?.title ?? null;
