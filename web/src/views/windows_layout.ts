// The space of sequence numbers between two ends, in numbers and shares of a width: what the sender
// has sent and may send above what the receiver has and has room for, on one scale. Pure.

import type { GaugeBar, GaugePlace, GaugeSet, GaugeZone } from '../wire/types_gauges';
import type { SentenceKey } from '../wire/types';

/** One end of a conversation: what a place is at the event that is shown. */
export interface End {
  readonly name: string; // of its node
  readonly placeAt: (place: GaugePlace) => number;
  readonly knows: (place: GaugePlace | null) => boolean;
}
export interface Zone {
  readonly title: SentenceKey;
  readonly role: string;
  readonly from: number; // sequence numbers; -Infinity: from the beginning
  readonly to: number;
  readonly left: number; // shares of the width
  readonly right: number;
}
export interface Row {
  readonly who: string;
  readonly title: SentenceKey;
  readonly solid: readonly Zone[];
  readonly rails: readonly Zone[]; // rooms, each on a line of its own
}
export interface Direction {
  readonly from: string;
  readonly to: string;
  readonly rows: readonly Row[];
  readonly ticks: readonly { readonly at: number; readonly left: number }[];
}

/** Both directions of a conversation; one whose numbers nobody knows yet is left out. */
export function layWindows(set: GaugeSet, own: End, peer: End | null): Direction[] {
  const ends = [own, peer];
  return [[own, peer], [peer, own]].flatMap(([sender, receiver]) => {
    const parts = ends.flatMap((end) => set.bars.flatMap((bar) => {
      const mine = end !== null && end === (bar.sends ? sender : receiver);
      return mine ? [{ end, bar }] : [];
    })).sort((a, b) => Number(b.bar.sends) - Number(a.bar.sends));
    if (parts.length === 0) return [];
    const names = { from: sender?.name ?? '', to: receiver?.name ?? '' };
    const laid = layDirection(parts);
    return laid.rows.some((row) => [...row.solid, ...row.rails].some((z) => z.to > z.from)) ? [{ ...names, ...laid }] : [];
  });
}

interface Part {
  readonly end: End;
  readonly bar: GaugeBar;
}
function layDirection(parts: readonly Part[]): Pick<Direction, 'rows' | 'ticks'> {
  const edges = parts.flatMap(({ end, bar }) => [bar.begin, bar.end, ...bar.zones.flatMap((z) => (isThere(end, z) ? [z.to] : []))]
    .flatMap((place) => (place !== null && end.knows(place) ? [end.placeAt(place)] : [])));
  const begins = parts.flatMap(({ end, bar }) => (bar.begin !== null ? [end.placeAt(bar.begin)] : []));
  const scale = scaleFor(Math.min(...begins), Math.max(1, ...edges));
  return {
    rows: parts.map(({ end, bar }) => layRow(end, bar, scale)),
    ticks: [0, 1, 2, 3, 4].map((k) => ({ at: scale.from + (scale.span * k) / 4, left: k / 4 })),
  };
}

/** Is there anything in a zone that has two ends? */
function isThere(end: End, zone: GaugeZone): boolean {
  return zone.from !== null && zone.to !== null && end.placeAt(zone.to) > end.placeAt(zone.from);
}

interface Scale {
  readonly from: number;
  readonly span: number;
}
/** A round span that holds all; it moves by quarters as the window slides, so that the eye can follow. */
export function scaleFor(low: number, high: number): Scale {
  const wide = Math.max(16, (high - low) * 1.15);
  const power = 10 ** Math.floor(Math.log10(wide));
  const span = ([1, 2, 4, 5, 8, 10].find((s) => s * power >= wide) ?? 10) * power;
  const step = span / 8;
  const from = Math.max(0, Math.floor((low - span * 0.04) / step) * step);
  return high > from + span ? scaleFor(low, low + (high - low) * 1.3) : { from, span };
}

function layRow(end: End, bar: GaugeBar, scale: Scale): Row {
  const all = bar.zones.flatMap((zone) => {
    const laid = end.knows(zone.from) && end.knows(zone.to) ? layZone(end, zone, scale) : null;
    return laid === null ? [] : [{ zone, laid }];
  });
  return {
    who: end.name, title: bar.title,
    solid: all.flatMap(({ zone, laid }) => (zone.hollow ? [] : [laid])),
    rails: all.flatMap(({ zone, laid }) => (zone.hollow ? [laid] : [])),
  };
}
function layZone(end: End, zone: GaugeZone, scale: Scale): Zone | null {
  const from = zone.from === null ? -Infinity : end.placeAt(zone.from);
  const to = zone.to === null ? Infinity : end.placeAt(zone.to);
  if (to < from || (to === from && !zone.hollow)) return null;
  const share = (v: number): number => Math.max(0, Math.min(1, (v - scale.from) / scale.span));
  const [left, right] = [share(from), share(to)];
  if (right <= left && to !== from && (to <= scale.from || from >= scale.from + scale.span)) return null;
  return { title: zone.title, role: zone.role, from, to, left, right };
}
