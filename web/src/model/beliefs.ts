// Who believed what, and since when: the ways of each node over time, as they were told. Answers are
// put one behind the other; any moment is found without asking again.

import type { EventIndex, NodeId, VirtualNs } from '../wire/types';
import type { Change, Changes, Way } from '../wire/types_overlay';

export class Beliefs {
  /** How many events are told of, and when the last of them was. */
  to = 0;
  t = 0 as VirtualNs;
  dst = '';
  told = false; // an answer has come
  private readonly of = new Map<NodeId, Change[]>();

  /** What an answer begins with holds at its `from`: it is a change only where it is news. */
  add(answer: Changes): void {
    for (const change of answer.list) {
      const own = this.of.get(change.from);
      const last = own?.[own.length - 1];
      if (own === undefined) this.of.set(change.from, [change]);
      else if (last === undefined || !sameWays(last.ways, change.ways)) own.push(change);
    }
    this.dst = answer.dst;
    this.told = true;
    this.to = Math.max(this.to, answer.to);
    this.t = Math.max(this.t, answer.t) as VirtualNs;
  }
  nodes(): NodeId[] {
    return [...this.of.keys()].sort((a, b) => a - b);
  }
  changesOf(node: NodeId): readonly Change[] {
    return this.of.get(node) ?? [];
  }
  /** A node's ways after event i. */
  at(node: NodeId, i: number): readonly Way[] {
    const own = this.of.get(node) ?? [];
    let [low, high] = [0, own.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((own[middle]?.i ?? Infinity) <= i) low = middle + 1;
      else high = middle;
    }
    if (low > 0) return own[low - 1]?.ways ?? [];
    return own[0]?.t === 0 ? own[0].ways : []; // before all events holds what held at the beginning
  }
  /** The moments at which something changed, ascending, the last change of each. */
  moments(): { readonly t: VirtualNs; readonly i: EventIndex }[] {
    const all = new Map<VirtualNs, EventIndex>();
    for (const own of this.of.values()) for (const { t, i } of own) all.set(t, Math.max(all.get(t) ?? 0, i) as EventIndex);
    return [...all].map(([t, i]) => ({ t, i })).sort((a, b) => a.t - b.t);
  }
}
function sameWays(a: readonly Way[], b: readonly Way[]): boolean {
  return a.length === b.length && JSON.stringify(a) === JSON.stringify(b);
}

/** Which of several ways a node is drawn by: the worst of them. */
const WORST = ['loop', 'dead_end', 'doomed', 'here'];
export function faceOf(ways: readonly Way[]): string {
  return WORST.find((role) => ways.some((w) => w.role === role)) ?? ways[0]?.role ?? 'none';
}
