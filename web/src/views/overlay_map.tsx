// The network as one node believes it to be: a picture with vertices of its own, asked for where the
// cursor rests. What stands for a node of the lab stands where the topology has it.

import type { JSX } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { useApp } from '../act/context';
import { extras } from '../act/extras';
import { current, select, selectedNode } from '../act/moves';
import { pictureOf, wordsOf } from '../act/overlays';
import type { Wish } from '../act/overlays';
import { browserMeasure, fixedMeasure } from '../draw/measure';
import { readTokens } from '../draw/tokens';
import type { Lab } from '../model/lab';
import * as session from '../state/session';
import * as view from '../state/view';
import { say, t } from '../text/text';
import { cssPx } from '../wire/types';
import type { SentenceKey } from '../wire/types';
import type { Vertex } from '../wire/types_overlay';
import { layMap } from './map_layout';
import type { MapBox, MapLayout, MapLine } from './map_layout';
import { placeNodes } from './topology_layout';

function useBox() {
  const ref = useRef<HTMLDivElement>(null);
  const [box, setBox] = useState({ width: 0, height: 0 });
  useEffect(() => {
    const host = ref.current;
    if (host === null) return undefined;
    const observer = new ResizeObserver(() => setBox({ width: host.clientWidth, height: host.clientHeight }));
    observer.observe(host);
    return () => observer.disconnect();
  }, []);
  return { ref, ...box };
}

export function OverlayMap({ wish }: { readonly wish: Wish }): JSX.Element {
  const { lab } = useApp();
  const app = useApp();
  const { ref, width, height } = useBox();
  session.revision.value;
  const timeline = current(lab);
  const picture = timeline === null ? null : pictureOf(app, timeline.id, wish, view.cursor.value);
  const layout = useMemo(() => {
    if (picture === null || width < 60 || height < 60) return null;
    const context = document.createElement('canvas').getContext('2d');
    const tokens = readTokens(document.documentElement);
    const size = cssPx(Math.max(11, tokens.fontSize - 1));
    return layMap({
      picture, width, height, places: placeNodes(lab.nodes, lab.links, extras.settle), nameOf: (n) => lab.node(n)?.name ?? '',
      measure: context === null ? fixedMeasure : browserMeasure(context, tokens),
      font: { face: 'ui', bold: true, size }, small: { face: 'ui', bold: false, size: cssPx(Math.max(10, size - 2)) },
    });
  }, [picture, width, height, lab.nodes, document.documentElement.dataset['stage']]);
  return (
    <div class="overlay-map" ref={ref}>
      {layout === null || picture === null ? <p class="muted">{t('ui.routing.asking')}</p>
        : picture.vertices.length === 0 ? <p class="muted">{t('ui.routing.empty')}</p>
          : <MapPicture lab={lab} layout={layout} wish={wish} scale={scaleFor(layout, width, height)} />}
    </div>
  );
}
const SMALLEST = 0.55;
/** A picture that is larger than its panel shrinks as far as it can be read; then it scrolls. */
function scaleFor(layout: MapLayout, width: number, height: number): number {
  return Math.max(SMALLEST, Math.min(1, width / layout.width, height / layout.height));
}
interface MapProps {
  readonly lab: Lab;
  readonly layout: MapLayout;
  readonly wish: Wish;
  readonly scale: number;
}
function MapPicture({ lab, layout, wish, scale }: MapProps): JSX.Element {
  const name = new Map(layout.boxes.map((b) => [b.vertex.id, b.title]));
  const label = t('ui.routing.map', { node: wish.node === null ? '' : lab.node(wish.node)?.name ?? '' });
  return (
    <svg
      class="map-net" width={layout.width * scale} height={layout.height * scale} viewBox={`0 0 ${layout.width} ${layout.height}`}
      role="group" aria-label={label} data-rove="y"
    >
      {layout.lines.map((line) => <LineShape key={`${line.a} ${line.b}`} line={line} name={(id) => name.get(id) ?? ''} lab={lab} />)}
      {layout.boxes.map((box, k) => (
        <BoxShape key={box.vertex.id} box={box} first={k === 0} root={box.vertex.node !== 0 && box.vertex.node === wish.node} />
      ))}
    </svg>
  );
}
function LineShape({ line, name, lab }: { readonly line: MapLine; readonly name: (id: number) => string; readonly lab: Lab }): JSX.Element {
  const words = line.ends.map(({ from, way }) =>
    say(way.say, { ...wordsOf(lab, 0, way, ''), node: name(from), to: name(way.to) }));
  return (
    <g class={line.tree ? 'map-line tree' : 'map-line'}>
      <title>{words.join('\n')}</title>
      <line class="map-reach" x1={line.from[0]} y1={line.from[1]} x2={line.to[0]} y2={line.to[1]} />
      <line class="map-cable" x1={line.from[0]} y1={line.from[1]} x2={line.to[0]} y2={line.to[1]} />
      {line.ends.map(({ x, y, way }, k) => (way.cost === null || way.cost === 0 ? null
        : <text key={k} class="map-cost" x={x} y={y}>{way.cost}</text>))}
    </g>
  );
}
function kindText(v: Vertex): string {
  return say(`overlay.kind.${v.kind}` as SentenceKey);
}
function BoxShape({ box, first, root }: { readonly box: MapBox; readonly first: boolean; readonly root: boolean }): JSX.Element {
  const { vertex, x, y, w, h, title } = box;
  const chosen = vertex.node !== 0 && selectedNode() === vertex.node;
  const two = vertex.note !== '';
  return (
    <g
      class={`map-vertex kind-${vertex.kind}${root ? ' root' : ''}${chosen ? ' chosen' : ''}`} transform={`translate(${x} ${y})`}
      role="button" tabindex={first ? 0 : -1} data-item aria-pressed={chosen} aria-label={`${kindText(vertex)} ${title} ${vertex.note}`}
      onClick={() => { if (vertex.node !== 0) select(chosen ? { kind: 'none' } : { kind: 'node', node: vertex.node }); }}
    >
      <title>{`${kindText(vertex)} ${title}${two ? `\n${vertex.note}` : ''}`}</title>
      <rect x={-w / 2} y={-h / 2} width={w} height={h} rx={vertex.kind === 'router' ? 6 : h / 2} />
      <text class="map-name" y={two ? -h * 0.16 : 0}>{title}</text>
      {two ? <text class="map-note" y={h * 0.27}>{vertex.note}</text> : null}
    </g>
  );
}
