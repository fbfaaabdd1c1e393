// What a selection lacks: the octets and the field tree of a packet. One request at a time,
// ended when it is stale; at most 64 answers are kept.

import { signal } from '@preact/signals';
import { KIND } from '../wire/types';
import type { EventIndex, Packet, TimelineId } from '../wire/types';
import type { Rest } from '../wire/rest';
import type { Lab } from '../model/lab';
import type { Desk } from './desk';

const MOST_KEPT = 64;

export type Looked =
  | { readonly kind: 'none' } // no packet belongs to this event
  | { readonly kind: 'asking'; readonly i: EventIndex }
  | { readonly kind: 'found'; readonly i: EventIndex; readonly packet: Packet }
  | { readonly kind: 'failed'; readonly i: EventIndex; readonly offline: boolean };

export class Lookup {
  readonly result = signal<Looked>({ kind: 'none' });
  private readonly kept = new Map<string, Packet>();
  private asked: AbortController | null = null;
  private wanted = '';

  constructor(
    private readonly lab: Lab,
    private readonly rest: Rest,
    private readonly desk: Desk,
  ) {}

  /** The `tx` that an event speaks of: itself, or the first one among its causes. */
  sentOf(timeline: TimelineId, i: EventIndex): EventIndex | null {
    const line = this.lab.timeline(timeline);
    let at: EventIndex | null = i;
    for (let hops = 0; line && at !== null && hops < 64; hops++) {
      if (line.kind(at) === KIND.tx) return at;
      const e = line.event(at);
      at = e && (e.k === 'rx' || e.k === 'lost') ? line.flightOf(e) : line.cause(at);
    }
    return null;
  }
  /** Looks for the packet of event i; the answer comes into `result`. */
  look(timeline: TimelineId, i: EventIndex): void {
    const sent = this.sentOf(timeline, i);
    const owner = sent === null ? null : this.lab.timeline(timeline)?.owner(sent).id ?? null;
    const key = `${this.desk.opened ?? ''}/${owner ?? ''}/${sent ?? ''}`;
    const failed = this.result.value.kind === 'failed';
    if (key === this.wanted && !failed) return;
    this.wanted = key;
    this.asked?.abort();
    if (sent === null || owner === null) {
      this.result.value = { kind: 'none' };
      return;
    }
    const kept = this.kept.get(key);
    if (kept) this.result.value = { kind: 'found', i: sent, packet: kept };
    else void this.ask(key, owner, sent);
  }
  private async ask(key: string, owner: TimelineId, sent: EventIndex): Promise<void> {
    const lab = this.desk.opened;
    if (lab === null) {
      this.result.value = { kind: 'failed', i: sent, offline: true };
      return;
    }
    const asked = new AbortController();
    this.asked = asked;
    this.result.value = { kind: 'asking', i: sent };
    const answer = await this.rest.packet(lab, owner, sent, asked.signal);
    if (asked.signal.aborted || key !== this.wanted) return;
    if (!answer.ok) {
      this.result.value = { kind: 'failed', i: sent, offline: answer.status === 0 };
      return;
    }
    this.kept.set(key, answer.value);
    const oldest = this.kept.keys().next();
    if (this.kept.size > MOST_KEPT && !oldest.done) this.kept.delete(oldest.value);
    this.result.value = { kind: 'found', i: sent, packet: answer.value };
  }
}
