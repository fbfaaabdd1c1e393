// The model of one lab: nodes, links, graphs, tables' shapes, and its timelines. `apply(line)` is
// the only way in and costs O(1) an event; reading never changes anything. Plain data, no signals.

import type {
  ClassCursor, Fork, Graph, GraphName, Hello, LabId, LinkId, LinkLine, Named, Node, NodeId,
  StreamLine, TableShape, TimelineId,
} from '../wire/types';
import { Timeline } from './timeline';

export { Timeline, lastTime, timerKey } from './timeline';
export type { Fate, ObjectState, PendingTimer } from './timeline';

const NO_NAMED: readonly Named[] = [];

export class Lab {
  id: LabId | null = null;
  nodes: readonly Node[] = [];
  links: readonly LinkLine[] = [];
  graphs: readonly Graph[] = [];
  tables: readonly TableShape[] = [];
  roles: readonly Named[] = NO_NAMED;
  protocols: readonly Named[] = NO_NAMED;
  gauges: unknown = null;
  /** In the order in which the page met them. */
  readonly timelines = new Map<TimelineId, Timeline>();
  classCursor: ClassCursor | null = null;
  /** Grows by one with each applied line: what memos of layouts compare. */
  revision = 0;
  /** Events that were skipped because their kind is unknown. */
  unknown = 0;
  private readonly nodeById = new Map<NodeId, Node>();
  private readonly linkById = new Map<LinkId, LinkLine>();

  node(id: NodeId): Node | null {
    return this.nodeById.get(id) ?? null;
  }
  link(id: LinkId): LinkLine | null {
    return this.linkById.get(id) ?? null;
  }
  graph(name: GraphName): Graph | null {
    return this.graphs.find((g) => g.name === name) ?? null;
  }
  timeline(id: TimelineId): Timeline | null {
    return this.timelines.get(id) ?? null;
  }
  /** Applies one line of the stream of `of`. The only writer. */
  apply(of: TimelineId, line: StreamLine): void {
    this.revision++;
    switch (line.line) {
      case 'hello':
        this.greet(line);
        return;
      case 'snapshot':
        this.timelines.get(of)?.putTables(line.i, line.tables);
        return;
      case 'events': {
        const timeline = this.timelines.get(of);
        if (!timeline) return;
        for (const e of line.e) {
          if (timeline.put(e) && e.k === 'other') this.unknown++;
        }
        return;
      }
      case 'lag': {
        const timeline = this.timelines.get(of);
        if (timeline) timeline.head = Math.max(timeline.head, line.to);
        return;
      }
      case 'class':
        this.classCursor = line;
        return;
    }
  }
  /** Makes a timeline known before its stream begins; its parent must be known, or is not used. */
  declare(id: TimelineId, fork: Fork | null): Timeline {
    const known = this.timelines.get(id);
    if (known) return known;
    const parent = fork ? this.timelines.get(fork.timeline) ?? null : null;
    const timeline = new Timeline(id, fork, parent);
    this.timelines.set(id, timeline);
    this.revision++;
    return timeline;
  }
  /** Forgets everything: another lab is opened. */
  clear(): void {
    this.id = null;
    this.timelines.clear();
    this.classCursor = null;
    this.unknown = 0;
    this.revision++;
  }
  private greet(hello: Hello): void {
    this.id = hello.lab;
    this.nodes = hello.nodes;
    this.links = hello.links;
    this.graphs = hello.graphs;
    this.tables = hello.tables;
    this.roles = hello.roles;
    this.protocols = hello.protocols;
    this.gauges = hello.gauges;
    this.nodeById.clear();
    for (const node of hello.nodes) this.nodeById.set(node.id, node);
    this.linkById.clear();
    for (const link of hello.links) this.linkById.set(link.id, link);
    const timeline = this.declare(hello.timeline, hello.parent);
    timeline.head = Math.max(timeline.head, hello.head);
  }
}
