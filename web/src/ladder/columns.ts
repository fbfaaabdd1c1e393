// Where the nodes stand on the ladder: an order in which neighbours are beside each other, and x
// in pixels between gutters that the longest state name fits into. Pure.

import type { LinkLine, Node, NodeId } from '../wire/types';

export interface Column {
  readonly side: number; // which of two timelines
  readonly node: Node;
  readonly x: number; // CSS px, of the lane's middle
  readonly edge: 'left' | 'right' | 'inner'; // where its state names go
}
export interface Columns {
  readonly all: readonly Column[];
  readonly spacing: number; // between two lanes
  readonly width: number; // of the whole picture: more than the view's when there are many nodes
  readonly divider: number | null; // x between two timelines
  readonly of: (side: number, node: NodeId) => Column | null;
}

/** Left to right as the scenario drew them, or along the links from an end of the network. */
export function orderNodes(nodes: readonly Node[], links: readonly LinkLine[]): Node[] {
  if (nodes.length > 0 && nodes.every((n) => n.x >= 0)) {
    return [...nodes].sort((a, b) => a.x - b.x || a.y - b.y || a.id - b.id);
  }
  const near = neighbours(nodes, links);
  const ends = [...nodes].sort((a, b) => (near.get(a.id)?.length ?? 0) - (near.get(b.id)?.length ?? 0) || a.id - b.id);
  const seen = new Set<NodeId>();
  const out: Node[] = [];
  const byId = new Map(nodes.map((n) => [n.id, n]));
  const visit = (id: NodeId): void => {
    const node = byId.get(id);
    if (node === undefined || seen.has(id)) return;
    seen.add(id);
    out.push(node);
    for (const next of near.get(id) ?? []) visit(next);
  };
  for (const node of ends) visit(node.id);
  return out;
}

function neighbours(nodes: readonly Node[], links: readonly LinkLine[]): Map<NodeId, NodeId[]> {
  const near = new Map<NodeId, NodeId[]>(nodes.map((n) => [n.id, []]));
  for (const link of links) {
    near.get(link.a)?.push(link.b);
    near.get(link.b)?.push(link.a);
  }
  return near;
}

export interface Room {
  readonly width: number; // of the view
  readonly times: number; // left of everything, for the times
  readonly before: number; // left of a side's first lane, for the longest state name
  readonly after: number; // right of its last
  readonly least: number; // between two lanes
  readonly left: number; // px that the picture is scrolled to the right
}

export function placeColumns(nodes: readonly Node[], sides: number, room: Room): Columns {
  const inner = Math.max(1, nodes.length - 1);
  const gutters = room.times + sides * (room.before + room.after);
  const spacing = Math.max(room.least, (room.width - gutters) / (sides * inner));
  const part = room.before + room.after + inner * spacing;
  const all: Column[] = [];
  for (let side = 0; side < sides; side++) {
    const left = room.times + side * part + room.before - room.left;
    nodes.forEach((node, k) => {
      const x = nodes.length === 1 ? left + spacing / 2 : left + k * spacing;
      const edge = k === 0 ? 'left' : k === nodes.length - 1 ? 'right' : 'inner';
      all.push({ side, node, x: Math.round(x), edge });
    });
  }
  const index = new Map(all.map((c) => [`${c.side}:${c.node.id}`, c]));
  return {
    all,
    spacing,
    width: Math.max(room.width, room.times + sides * part),
    divider: sides === 2 ? Math.round(room.times + part - room.left) : null,
    of: (side, node) => index.get(`${side}:${node}`) ?? null,
  };
}

export function sameColumns(a: Columns, b: Columns | null): boolean {
  return b !== null && a.width === b.width && a.spacing === b.spacing && a.all.length === b.all.length &&
    a.all.every((c, k) => c.x === b.all[k]?.x && c.node === b.all[k]?.node);
}
