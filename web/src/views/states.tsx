// A state graph as it came with the stream: boxes, arcs, who stands where at the cursor, and the
// arcs taken so far with their counts. SVG, because its parts are few and can be focused. `children` choose the graph.

import type { ComponentChildren } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { useApp } from '../act/context';
import { select } from '../act/moves';
import { current } from '../act/moves';
import { browserMeasure, fixedMeasure, type Measure } from '../draw/measure';
import { readTokens } from '../draw/tokens';
import { shownGraph } from '../model/graphs';
import type { Lab, Timeline } from '../model/lab';
import * as session from '../state/session';
import * as view from '../state/view';
import { say, t } from '../text/text';
import type { Graph, NodeId } from '../wire/types';
import { labelArcs, layPlates, type ArcLabel, type Plate } from './states_labels';
import { layGraph, type Arc, type GraphPicture, type StateBox } from './states_layout';
import { Standings, Trail, type Standing, type Taken } from './states_trail';

const ROOM_FOR_ALL = 560; // px of width from which arcs show their labels unasked

function useBox() {
  const ref = useRef<HTMLDivElement>(null);
  const [box, setBox] = useState({ width: 0, height: 0 });
  useEffect(() => {
    const host = ref.current;
    if (host === null) return;
    const observer = new ResizeObserver(() => setBox({ width: host.clientWidth, height: host.clientHeight }));
    observer.observe(host);
    return () => observer.disconnect();
  }, []);
  return { ref, ...box };
}

function pageMeasure(): Measure {
  const context = document.createElement('canvas').getContext('2d');
  return context === null ? fixedMeasure : browserMeasure(context, readTokens(document.documentElement));
}

/** What stands and was taken at the cursor; while a step is on its way, what was before it. */
function momentOf(lab: Lab): { timeline: Timeline; i: number } | null {
  session.revision.value;
  const timeline = current(lab);
  if (timeline === null) return null;
  const i = view.cursor.value;
  return { timeline, i: view.flight.value === null ? i : i - 1 };
}

export function States({ children }: { readonly children?: ComponentChildren }) {
  const { lab } = useApp();
  const { ref, width, height } = useBox();
  const [trail, stand] = useMemo(() => [new Trail(), new Standings()] as const, []);
  const measure = useMemo(pageMeasure, [document.documentElement.dataset['stage']]);
  const [pointed, setPointed] = useState<{ state: number | null; arc: number | null }>({ state: null, arc: null });
  const moment = momentOf(lab);
  const graph = shownGraph(lab, moment?.timeline ?? null, view.graph.value);
  const taken = moment === null || graph === null ? [] : trail.at(moment.timeline, graph.name, moment.i, view.only.value);
  return (
    <div class="states">
      {lab.graphs.length > 1 && <div class="states-choose">{children}</div>}
      <div class="states-picture" ref={ref}>
        {graph === null ? <p class="ladder-empty">{t('ui.states.empty')}</p> : width > 40 && height > 40 && (
          <Picture
            lab={lab} graph={graph} width={width} height={height} measure={measure} taken={taken}
            now={moment?.i ?? -1} pointed={pointed} point={setPointed}
            standing={moment === null ? [] : stand.at(moment.timeline, graph.name, moment.i, view.only.value)}
          />
        )}
      </div>
    </div>
  );
}

interface Pointed {
  readonly state: number | null;
  readonly arc: number | null;
}
interface PictureProps {
  readonly lab: Lab;
  readonly graph: Graph;
  readonly width: number;
  readonly height: number;
  readonly measure: Measure;
  readonly taken: readonly Taken[];
  readonly standing: readonly Standing[];
  readonly now: number;
  readonly pointed: Pointed;
  readonly point: (p: Pointed) => void;
}

function Picture(props: PictureProps) {
  const { graph, width, height, measure, taken, pointed, now } = props;
  const index = (name: string): number => graph.states.findIndex((s) => s.name === name);
  const extra = taken
    .map((x) => [index(x.from), index(x.to)] as const)
    .filter(([a, b]) => a >= 0 && b >= 0 && !graph.edges.some((e) => e.from === a && e.to === b));
  const size = height < 320 ? 12 : Math.max(14, readTokens(document.documentElement).fontSize);
  const picture = layGraph(graph, width, height, measure, size, extra);
  const takenArc = (arc: Arc): Taken | null =>
    taken.find((x) => index(x.from) === arc.from && index(x.to) === arc.to) ?? null;
  const last = taken.reduce((most, x) => Math.max(most, x.last), -1);
  const asked = picture.arcs.flatMap((arc, k) => {
    const near = pointed.arc === k || (pointed.state !== null && (arc.from === pointed.state || arc.to === pointed.state));
    return near || takenArc(arc)?.last === last ? [k] : [];
  });
  const plates = layPlates(picture, props.standing, (n) => props.lab.node(n)?.name ?? '', measure, width);
  const labels = labelArcs(picture, measure, asked, width >= ROOM_FOR_ALL, width, height, plates);
  const first = Math.min(...props.standing.map((s) => s.node));
  return (
    <svg
      class="states-graph" width={width} height={height} role="group" data-rove="y"
      aria-label={`${t('ui.states.title')}: ${say(graph.title)} (${graph.source})`}
    >
      {picture.arcs.map((arc, k) => (
        <ArcShape
          key={`${arc.from}-${arc.to}-${k}`} arc={arc} taken={takenArc(arc)} fresh={takenArc(arc)?.last === now}
          isLast={takenArc(arc)?.last === last && last >= 0}
          hover={(on) => props.point({ state: null, arc: on ? k : null })}
        />
      ))}
      {picture.boxes.map((box) => <StateShape key={box.name} box={box} picture={picture} {...props} />)}
      {plates.map((p) => (
        <PlateShape
          key={`${p.state}:${p.standing.node}`} plate={p} first={p.standing.node === first} size={picture.small.size}
        />
      ))}
      {labels.map((label) => (
        <LabelShape key={label.arc} label={label} picture={picture} strong={asked.includes(label.arc)} />
      ))}
    </svg>
  );
}

function ArcShape(props: { arc: Arc; taken: Taken | null; isLast: boolean; fresh: boolean; hover: (on: boolean) => void }) {
  const { arc, taken, isLast, fresh } = props;
  const [x, y, angle] = arc.tip;
  const look = ['states-arc', taken !== null ? 'taken' : '', isLast ? 'last' : '', arc.edge === null ? 'extra' : ''].join(' ').trim();
  return (
    <g class={look} onMouseEnter={() => props.hover(true)} onMouseLeave={() => props.hover(false)}>
      {taken !== null && (
        <title>{t('ui.states.taken', { from: taken.from, to: taken.to, count: String(taken.count) })}</title>
      )}
      <path class="states-reach" d={arc.path} />
      <path class="states-line" d={arc.path} />
      {fresh && <path key={taken?.last} class="states-fresh" d={arc.path} pathLength={1} />}
      <path class="states-tip" d="M0 0L-8 -3.6L-8 3.6Z" transform={`translate(${x} ${y}) rotate(${(angle * 180) / Math.PI})`} />
      {taken !== null && taken.count > 1 && <Count x={arc.middle[0]} y={arc.middle[1]} count={taken.count} />}
    </g>
  );
}

function Count(props: { x: number; y: number; count: number }) {
  const wide = 11 + 7 * String(props.count).length;
  return (
    <g class="states-count" transform={`translate(${props.x} ${props.y})`}>
      <rect x={-wide / 2} y={-9} width={wide} height={18} rx={9} />
      <text>{props.count}</text>
    </g>
  );
}

function StateShape(props: PictureProps & { box: StateBox; picture: GraphPicture }) {
  const { box, picture, standing, lab, pointed } = props;
  const here = standing.filter((s) => s.state === box.name);
  const names = here.map((s) => lab.node(s.node)?.name ?? '');
  const who = names.length === 0 ? t('ui.states.nobody') : names.join(', ');
  return (
    <g
      class={here.length > 0 ? 'states-state lit' : 'states-state'}
      tabindex={box.index === 0 ? 0 : -1} data-item role="img"
      aria-label={t('ui.states.state', { state: box.name, who })}
      style={{ '--tone': `var(--lane-${(box.index % 8) + 1})` }}
      onMouseEnter={() => props.point({ state: box.index, arc: null })}
      onMouseLeave={() => props.point({ state: null, arc: null })}
      onFocus={() => props.point({ state: box.index, arc: null })}
      onBlur={() => props.point({ state: null, arc: null })}
    >
      <rect
        class={pointed.state === box.index ? 'pointed' : ''} rx={7}
        x={box.left} y={box.top} width={box.right - box.left} height={box.bottom - box.top}
      />
      <text x={box.x} y={box.y} font-size={picture.font.size}>{box.name}</text>
    </g>
  );
}

/** Who stands in a state: one name plate a node, the first node's solid and the others' dashed. */
function PlateShape(props: { plate: Plate; first: boolean; size: number }) {
  const { plate, first, size } = props;
  const [wide, high] = [plate.right - plate.left, plate.bottom - plate.top];
  return (
    <g class={first ? 'states-pill' : 'states-pill other'} onClick={() => choose(plate.standing.node)}>
      <title>{plate.standing.names.join('\n')}</title>
      <rect x={plate.left} y={plate.top} width={wide} height={high} rx={high / 2} />
      <text x={plate.left + wide / 2} y={plate.top + high / 2} font-size={size}>{plate.text}</text>
    </g>
  );
}
const choose = (node: NodeId): void => select({ kind: 'node', node });

function LabelShape(props: { label: ArcLabel; picture: GraphPicture; strong: boolean }) {
  const { label, picture } = props;
  const size = picture.small.size;
  const top = label.y - ((label.lines.length - 1) * size * 1.2) / 2;
  return (
    <g class={props.strong ? 'states-label strong' : 'states-label'}>
      <rect
        x={label.box.left} y={label.box.top} rx={3}
        width={label.box.right - label.box.left} height={label.box.bottom - label.box.top}
      />
      {label.lines.map((line, k) => <text key={k} x={label.x} y={top + k * size * 1.2} font-size={size}>{line}</text>)}
    </g>
  );
}
