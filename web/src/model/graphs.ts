// Which of the stream's state graphs is shown when nobody chose one. Reads the model only.

import type { Graph, GraphName } from '../wire/types';
import type { Lab, Timeline } from './lab';

const seen = new WeakMap<Timeline, { readonly moved: Set<string>; count: number; last: number }>();

/** The graphs whose machines have moved in a timeline so far. */
export function movedGraphs(timeline: Timeline): ReadonlySet<string> {
  const changes = timeline.stateChanges();
  const before = seen.get(timeline);
  const own = before !== undefined && changes[before.count - 1] === before.last ? before : { moved: new Set<string>(), count: 0, last: -1 };
  for (; own.count < changes.length; own.count++) {
    own.last = changes[own.count] ?? -1;
    const e = timeline.event(own.last);
    if (e !== null && e.k === 'st') own.moved.add(e.m);
  }
  seen.set(timeline, own);
  return own.moved;
}
/** The graph to show: the chosen one, else the first that has moved; a lab's only one in any case. */
export function shownGraph(lab: Lab, timeline: Timeline | null, chosen: GraphName | null): Graph | null {
  const wanted = chosen === null ? null : lab.graph(chosen);
  if (wanted !== null || timeline === null || lab.graphs.length < 2) return wanted ?? lab.graphs[0] ?? null;
  const moved = movedGraphs(timeline);
  return lab.graphs.find((g) => moved.has(g.name)) ?? null;
}
