// Which state graph is shown, of which node and of which of its objects: where there are several.

import type { JSX } from 'preact';
import { useApp } from '../act/context';
import { current } from '../act/moves';
import { movedGraphs, shownGraph } from '../model/graphs';
import * as session from '../state/session';
import * as view from '../state/view';
import { say, t } from '../text/text';
import { nodeId } from '../wire/types';
import type { Graph } from '../wire/types';

const MOST = 200; // objects that are offered

/** The machines that have moved come first; the others can be looked at, too. */
export function GraphPicker(): JSX.Element {
  const { lab } = useApp();
  session.revision.value;
  const timeline = current(lab);
  const graph = shownGraph(lab, timeline, view.graph.value);
  const moved = timeline === null ? null : movedGraphs(timeline);
  const list = (on: boolean): readonly Graph[] => lab.graphs.filter((g) => (moved?.has(g.name) ?? true) === on);
  const options = (on: boolean) => list(on).map((g) => <option key={g.name} value={g.name}>{say(g.title)}</option>);
  return (
    <label>
      <span class="hidden">{t('ui.states.choose')}</span>
      <select
        value={graph?.name ?? ''}
        onChange={(e) => {
          view.only.value = null;
          view.graph.value = lab.graphs.find((g) => g.name === e.currentTarget.value)?.name ?? null;
        }}
      >
        {graph === null ? <option value="">{t('ui.states.none')}</option> : null}
        {options(true)}
        {list(false).length === 0 ? null : <optgroup label={t('ui.states.unmoved')}>{options(false)}</optgroup>}
      </select>
    </label>
  );
}

export function StatesPicker(): JSX.Element | null {
  const { lab } = useApp();
  session.revision.value;
  const timeline = current(lab);
  const graph = shownGraph(lab, timeline, view.graph.value);
  if (timeline === null || graph === null) return null;
  const all = timeline.statesAt(timeline.length).filter((s) => s.m === graph.name);
  const nodes = lab.nodes.filter((n) => all.some((s) => s.n === n.id));
  const only = view.only.value;
  const objects = only === null ? [] : all.filter((s) => s.n === only.node).slice(0, MOST);
  if (nodes.length < 2 && all.length < 2) return null;
  return (
    <>
      <label>
        <span class="hidden">{t('ui.node')}</span>
        <select
          value={String(only?.node ?? '')}
          onChange={(e) => {
            const id = Number(e.currentTarget.value);
            view.only.value = id === 0 ? null : { node: nodeId(id), obj: null };
          }}
        >
          <option value="">{t('ui.states.all_nodes')}</option>
          {nodes.map((n) => <option key={n.id} value={String(n.id)}>{n.name}</option>)}
        </select>
      </label>
      {only !== null && objects.length > 1 ? (
        <label>
          <span class="hidden">{t('ui.gauges.object')}</span>
          <select
            value={String(only.obj ?? '')}
            onChange={(e) => {
              const obj = e.currentTarget.value === '' ? null : Number(e.currentTarget.value);
              view.only.value = { node: only.node, obj };
            }}
          >
            <option value="">{t('ui.states.all_objects')}</option>
            {objects.map((s) => <option key={s.obj} value={String(s.obj)}>{s.name}</option>)}
          </select>
        </label>
      ) : null}
    </>
  );
}
