// How much of a state graph has been seen: "18 of 20 arcs", in the timeline that is shown or in all
// that are open, and the arcs that nobody has taken yet.

import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import { useApp } from '../act/context';
import { current } from '../act/moves';
import { shownGraph } from '../model/graphs';
import type { Lab, Timeline } from '../model/lab';
import * as session from '../state/session';
import * as view from '../state/view';
import { say, t } from '../text/text';
import type { Graph, GraphEdge } from '../wire/types';
import { Trail } from './states_trail';

const open = signal(false);
const all = signal(false);
const trails = new WeakMap<Timeline, Map<string, Trail>>();

function takenIn(timeline: Timeline, graph: Graph): ReadonlySet<string> {
  const own = trails.get(timeline) ?? new Map<string, Trail>();
  trails.set(timeline, own);
  const trail = own.get(graph.name) ?? new Trail();
  own.set(graph.name, trail);
  return new Set(trail.at(timeline, graph.name, timeline.length).map((x) => `${x.from}\n${x.to}`));
}
function timelinesOf(lab: Lab, shown: Timeline): readonly Timeline[] {
  return all.value ? [...lab.timelines.values()] : [shown];
}

export function Coverage(): JSX.Element | null {
  const { lab } = useApp();
  session.revision.value;
  const timeline = current(lab);
  const graph = shownGraph(lab, timeline, view.graph.value);
  if (timeline === null || graph === null) return null;
  const taken = timelinesOf(lab, timeline).map((x) => takenIn(x, graph));
  const name = (k: number): string => graph.states[k]?.name ?? '';
  const seen = (e: GraphEdge): boolean => taken.some((set) => set.has(`${name(e.from)}\n${name(e.to)}`));
  const missing = graph.edges.filter((e) => !seen(e));
  const count = { seen: String(graph.edges.length - missing.length), all: String(graph.edges.length) };
  return (
    <div class="coverage">
      <button type="button" class="pill" aria-expanded={open.value} onClick={() => { open.value = !open.value; }}>
        {t('ui.states.seen', count)}
      </button>
      {open.value ? (
        <div class="coverage-list">
          {session.timelines.value.length > 1 ? (
            <label class="switch">
              <input type="checkbox" checked={all.value} onChange={(e) => { all.value = e.currentTarget.checked; }} />
              {t('ui.states.all_timelines')}
            </label>
          ) : null}
          <p class="muted">{missing.length === 0 ? t('ui.states.all_seen', { title: say(graph.title) }) : t('ui.states.never')}</p>
          <ul>
            {missing.map((e, k) => (
              <li key={k}><b>{`${name(e.from)} → ${name(e.to)}`}</b> <span class="muted">{e.label}</span></li>
            ))}
          </ul>
        </div>
      ) : null}
    </div>
  );
}
