// What the topology of a live lab needs beside that of the story: places for nodes that the scenario
// did not place, and which links are down. Comes with the engine's calls. Pure, deterministic.

import type { LinkId, LinkLine, Node, NodeId } from '../wire/types';
import type { Lab, Timeline } from './lab';

interface Place {
  readonly x: number; // 0..1000
  readonly y: number;
}
type Places = ReadonlyMap<NodeId, Place>;

const ROUNDS = 240;

/** Springs along the links and a push between all, from a circle: the same start, the same end. */
export function settle(nodes: readonly Node[], links: readonly LinkLine[]): Places {
  const at = nodes.map((_, k) => {
    const angle = (2 * Math.PI * k) / nodes.length - Math.PI / 2;
    return { x: Math.cos(angle), y: Math.sin(angle) };
  });
  const index = new Map(nodes.map((n, k) => [n.id, k]));
  const pairs = links.map((l) => [index.get(l.a) ?? 0, index.get(l.b) ?? 0] as const);
  const ideal = 1.4 / Math.sqrt(Math.max(1, nodes.length));
  for (let round = 0; round < ROUNDS; round++) {
    const heat = 0.12 * (1 - round / ROUNDS);
    const push = at.map((a) => pushOf(a, at, ideal));
    for (const [i, k] of pairs) pull(at, push, i, k, ideal);
    at.forEach((a, k) => {
      const p = push[k] ?? { x: 0, y: 0 };
      const size = Math.hypot(p.x, p.y) || 1;
      a.x += (p.x / size) * Math.min(size, heat);
      a.y += (p.y / size) * Math.min(size, heat);
    });
  }
  return stretched(nodes, at);
}

interface Vector {
  x: number;
  y: number;
}

function pushOf(a: Vector, all: readonly Vector[], ideal: number): Vector {
  const sum = { x: 0, y: 0 };
  for (const b of all) {
    const [dx, dy] = [a.x - b.x, a.y - b.y];
    const d2 = dx * dx + dy * dy;
    if (d2 === 0) continue;
    sum.x += (dx / d2) * ideal * ideal;
    sum.y += (dy / d2) * ideal * ideal;
  }
  return sum;
}

function pull(at: readonly Vector[], push: readonly Vector[], i: number, k: number, ideal: number): void {
  const [a, b, pa, pb] = [at[i], at[k], push[i], push[k]];
  if (a === undefined || b === undefined || pa === undefined || pb === undefined) return;
  const d = Math.hypot(a.x - b.x, a.y - b.y) || 1e-6;
  const [fx, fy] = [((b.x - a.x) * d) / ideal, ((b.y - a.y) * d) / ideal];
  pa.x += fx;
  pa.y += fy;
  pb.x -= fx;
  pb.y -= fy;
}

/** To 0..1000 each way, keeping what is in line in line. */
function stretched(nodes: readonly Node[], at: readonly Vector[]): Places {
  const [xs, ys] = [at.map((a) => a.x), at.map((a) => a.y)];
  const fit = (v: number, all: readonly number[]): number => {
    const [low, high] = [Math.min(...all), Math.max(...all)];
    return high - low < 0.05 ? 500 : ((v - low) / (high - low)) * 1000;
  };
  return new Map(nodes.map((n, k) => [n.id, { x: Math.round(fit(xs[k] ?? 0, xs)), y: Math.round(fit(ys[k] ?? 0, ys)) }]));
}

/** The word by which a row about an interface says that nothing passes. */
const DOWN = 'down';
const MOST_ROWS = 64;

/** Links that are down after event i: some table of an end's node has a row whose first cell is the
 * interface and of which another cell says so. */
export function downLinks(lab: Lab, timeline: Timeline, i: number): ReadonlySet<LinkId> {
  const down = new Map<NodeId, Set<string>>();
  for (const node of lab.nodes) {
    const names = new Set<string>();
    for (const table of lab.tables) {
      if (timeline.tableSize(table.name, node.id) > MOST_ROWS) continue; // it is not one of interfaces
      for (const [name, ...cells] of timeline.tableAt(i, table.name, node.id).values()) {
        if (name !== undefined && cells.some((cell) => cell.toLowerCase() === DOWN)) names.add(name);
      }
    }
    down.set(node.id, names);
  }
  const ended = (node: NodeId, name: string): boolean => down.get(node)?.has(name) ?? false;
  return new Set(lab.links.filter((l) => ended(l.a, l.aInterface) || ended(l.b, l.bInterface)).map((l) => l.id));
}
