// What is drawn over the topology at the cursor: the ways of all nodes as arrows along the cables,
// with a sign at a node where packets end, and above them what the picture is.

import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { useApp } from '../act/context';
import { openPanel } from '../act/panels';
import { current } from '../act/moves';
import { beliefsOf, kindOf, offered, readWish, setWish, wordsOf } from '../act/overlays';
import { Icon } from '../act/icon';
import type { Lab } from '../model/lab';
import type { OverProps } from '../act/extras';
import * as session from '../state/session';
import * as view from '../state/view';
import { say, t } from '../text/text';
import { nodeId } from '../wire/types';
import type { LinkLine, NodeId } from '../wire/types';
import type { Way } from '../wire/types_overlay';
import { layArrow, nodesOf } from './ways_layout';

const END_ROLES = ['here', 'dead_end'];

interface Drawn {
  readonly from: NodeId;
  readonly way: Way;
}
/** Every way of every node at the cursor, worst last, so that it lies on top. */
function useDrawn(): { readonly ways: readonly Drawn[]; readonly dst: string } {
  const app = useApp();
  session.revision.value;
  const timeline = current(app.lab);
  const wish = readWish(view.overlay.value);
  const kind = timeline === null ? null : kindOf(offered(timeline), wish);
  if (timeline === null || wish === null || kind === null || kind.ownVertices) return { ways: [], dst: '' };
  const beliefs = beliefsOf(app, timeline, wish);
  const i = view.flight.value === null ? view.cursor.value : view.cursor.value - 1;
  const ways = beliefs.nodes().flatMap((from) => beliefs.at(from, i).map((way) => ({ from, way })));
  const rank = (role: string): number => (role === 'loop' ? 2 : role === 'doomed' || role === 'dead_end' ? 1 : 0);
  return { ways: ways.sort((a, b) => rank(a.way.role) - rank(b.way.role)), dst: beliefs.dst };
}

export function Ways({ at, plates }: OverProps): JSX.Element | null {
  const { lab } = useApp();
  const { ways, dst } = useDrawn();
  const links = useMemo(() => new Map<number, LinkLine>(lab.links.map((l) => [l.id, l])), [lab.links]);
  if (ways.length === 0) return null;
  return (
    <g class="hops">
      {ways.map(({ from, way }, k) => (
        <ArrowShape key={`${from}:${way.to}:${k}`} lab={lab} from={from} way={way} links={links} at={at} rim={plates ? 18 : 31} dst={dst} />
      ))}
      {ways.filter(({ way }) => END_ROLES.includes(way.role) && way.to === 0).map(({ from, way }) => (
        <EndSign key={from} lab={lab} from={from} way={way} at={at} plates={plates} dst={dst} />
      ))}
    </g>
  );
}
interface ShapeProps {
  readonly lab: Lab;
  readonly from: NodeId;
  readonly way: Way;
  readonly dst: string;
  readonly at: OverProps['at'];
}
function ArrowShape(props: ShapeProps & { readonly links: ReadonlyMap<number, LinkLine>; readonly rim: number }): JSX.Element | null {
  const { lab, from, way, links, at, rim, dst } = props;
  if (way.to === 0) return null;
  const arrow = layArrow(nodesOf(from, way, links), at, rim);
  if (arrow === null) return null;
  const [x, y, angle] = arrow.tip;
  return (
    <g class={`hop hop-${way.role}`}>
      <title>{say(way.say, wordsOf(lab, from, way, dst))}</title>
      <path class="hop-reach" d={arrow.path} />
      <path class="hop-line" d={arrow.path} />
      <path class="hop-tip" d="M1 0L-9 -5L-9 5Z" transform={`translate(${x} ${y}) rotate(${angle})`} />
      {way.cost === null ? null : <text class="hop-cost" x={x - 22 * cos(angle)} y={y - 22 * sin(angle)}>{way.cost}</text>}
    </g>
  );
}
const cos = (degrees: number): number => Math.cos((degrees * Math.PI) / 180);
const sin = (degrees: number): number => Math.sin((degrees * Math.PI) / 180);

/** At the node's shoulder: packets end here, as they should or not. */
function EndSign({ lab, from, way, at, plates, dst }: ShapeProps & { readonly plates: boolean }): JSX.Element {
  const spot = at(from);
  const [dx, dy] = plates ? [22, -9] : [24, -18];
  return (
    <g class={`hop-end hop-${way.role}`} transform={`translate(${spot.x + dx} ${spot.y + dy})`}>
      <title>{say(way.say, wordsOf(lab, from, way, dst))}</title>
      <circle r={9} />
      <path d={way.role === 'here' ? 'M-4 0L-1 3.5L4.5 -3.5' : 'M-3.5 -3.5L3.5 3.5M-3.5 3.5L3.5 -3.5'} />
    </g>
  );
}

/** What is drawn, in words, on the picture itself; leads to where it is chosen. */
export function WaysBar(): JSX.Element | null {
  const app = useApp();
  const timeline = current(app.lab);
  const wish = readWish(view.overlay.value);
  const kind = timeline === null ? null : kindOf(offered(timeline), wish);
  if (wish === null || kind === null || kind.ownVertices) return null;
  const owner = app.lab.nodes.find((n) => n.interfaces.some((i) => i.address.replace(/\/.*/, '') === wish.to))?.name;
  const about = wish.node === null ? [wish.to, owner].filter(Boolean).join(' · ') : app.lab.node(nodeId(wish.node))?.name ?? '';
  return (
    <div class="hops-bar">
      <button type="button" class="hops-what" title={t('ui.help.panel.routing')} onClick={() => openPanel('routing')}>
        {say(kind.title)} <b>{about}</b>
      </button>
      <button type="button" class="do small" aria-label={t('ui.routing.none')} title={t('ui.routing.none')} onClick={() => setWish(null)}>
        <Icon name="close" />
      </button>
    </div>
  );
}
