// Which of the stream's state graphs is shown when nobody chose one. Reads the model only.

import type { Graph, GraphName } from '../wire/types';
import type { Lab, Timeline } from './lab';

/** The graph to show: the chosen one, else the first that has moved, else the first. */
export function shownGraph(lab: Lab, timeline: Timeline | null, chosen: GraphName | null): Graph | null {
  const wanted = chosen === null ? null : lab.graph(chosen);
  if (wanted !== null || timeline === null) return wanted ?? lab.graphs[0] ?? null;
  const moved = new Set<string>();
  for (const i of timeline.stateChanges().slice(0, MOST_LOOKED_AT)) {
    const e = timeline.event(i);
    if (e !== null && e.k === 'st') moved.add(e.m);
  }
  return lab.graphs.find((g) => moved.has(g.name)) ?? lab.graphs[0] ?? null;
}
const MOST_LOOKED_AT = 500;
