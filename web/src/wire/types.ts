// What the server says, as typed values: ids, stream lines, events, and the answers of the REST
// calls. Everybody may import this file; it imports nothing. Names of protocols, roles, graphs,
// tables and timers are data: they are never compared with a literal anywhere in src/.

declare const brand: unique symbol;
type Branded<T, B extends string> = T & { readonly [brand]: B };

export type EventIndex = Branded<number, 'EventIndex'>; // place in one timeline's stream, from 0
export type NodeId = Branded<number, 'NodeId'>; // from 1; 0 is the lab itself
export type LinkId = Branded<number, 'LinkId'>;
export type VirtualNs = Branded<number, 'VirtualNs'>; // whole ns of virtual time, below 2^53
export type TimelineId = Branded<string, 'TimelineId'>;
export type LabId = Branded<string, 'LabId'>;
export type GraphName = Branded<string, 'GraphName'>; // key of hello.graphs
export type TableName = Branded<string, 'TableName'>; // key of hello.tables
export type ObjectId = Branded<number, 'ObjectId'>; // unique within (node, graph)
export type SentenceKey = Branded<string, 'SentenceKey'>; // key of the server's catalogue

export type CssPx = Branded<number, 'CssPx'>;
export type DevicePx = Branded<number, 'DevicePx'>;

export const eventIndex = (n: number): EventIndex => n as EventIndex;
export const nodeId = (n: number): NodeId => n as NodeId;
export const linkId = (n: number): LinkId => n as LinkId;
export const virtualNs = (n: number): VirtualNs => n as VirtualNs;
export const timelineId = (s: string): TimelineId => s as TimelineId;
export const labId = (s: string): LabId => s as LabId;
export const cssPx = (n: number): CssPx => n as CssPx;

export const LAB_NODE: NodeId = nodeId(0);

// ---------------------------------------------------------------------------------------- hello

export interface Interface {
  readonly name: string;
  readonly address: string; // with its prefix, or ''
  readonly mac: string;
}
export interface Node {
  readonly id: NodeId;
  readonly name: string;
  readonly kind: string; // drawn by its own symbol when style knows it, else by a plain one
  readonly x: number; // 0..1000, or -1: not said
  readonly y: number;
  readonly interfaces: readonly Interface[];
}
export interface LinkLine {
  readonly id: LinkId;
  readonly a: NodeId;
  readonly b: NodeId;
  readonly aInterface: string;
  readonly bInterface: string;
  readonly delayNs: readonly [VirtualNs, VirtualNs]; // a to b, b to a
  readonly rateBps: number; // 0: serialisation takes no time
}
export interface GraphState {
  readonly name: string;
  readonly x: number; // 0..1000
  readonly y: number;
}
export interface GraphEdge {
  readonly from: number; // index into states
  readonly to: number;
  readonly label: string;
  readonly clause: string;
  readonly bend: number; // -1..1, sideways
}
export interface Graph {
  readonly name: GraphName;
  readonly title: SentenceKey;
  readonly source: string;
  readonly states: readonly GraphState[];
  readonly edges: readonly GraphEdge[];
}
export interface TableShape {
  readonly name: TableName;
  readonly title: SentenceKey;
  readonly columns: readonly SentenceKey[];
  readonly view: string; // how it may be drawn, or ''
}
export interface Named {
  readonly name: string;
  readonly title: SentenceKey;
}
export interface Fork {
  readonly timeline: TimelineId;
  readonly at: EventIndex; // the parent's events 0..at-1 are shared
}
export interface Hello {
  readonly line: 'hello';
  readonly v: number;
  readonly behaviour: number;
  readonly lab: LabId;
  readonly timeline: TimelineId;
  readonly parent: Fork | null;
  readonly from: EventIndex;
  readonly head: EventIndex; // number of events that the timeline has
  readonly detail: string;
  readonly nodes: readonly Node[];
  readonly links: readonly LinkLine[];
  readonly protocols: readonly Named[];
  readonly graphs: readonly Graph[];
  readonly tables: readonly TableShape[];
  readonly roles: readonly Named[];
  readonly gauges: unknown; // read by wire/gauges.ts when a meter is looked at
}

// --------------------------------------------------------------------------------------- events

export type Args = Readonly<Record<string, string>>;

interface EventBase {
  readonly i: EventIndex;
  readonly t: VirtualNs;
  readonly n: NodeId;
  readonly s: number; // the engine's step
  readonly cause: EventIndex | null;
}
/** A command from outside or the script. */
export interface CommandEvent extends EventBase {
  readonly k: 'cmd';
  readonly text: string;
}
/** A frame was handed to a link: n is the sender. */
export interface SentEvent extends EventBase {
  readonly k: 'tx';
  readonly to: NodeId;
  readonly l: LinkId;
  readonly p: string; // "ORIGIN.NUMBER"; the same on every hop of a packet
  readonly rx: VirtualNs; // planned arrival
  readonly proto: string;
  readonly role: number; // index into hello.roles
  readonly lab: readonly string[]; // label pieces, the most important first
  readonly len: number; // payload octets
  readonly size: number; // octets of the frame
  readonly rtx: number; // 0, or which repetition this is
  readonly conn: number; // 0, or the sender's connection
  readonly say: SentenceKey | null;
  readonly a: Args;
}
/** It arrived: n is the receiver, cause its `tx`. */
export interface ArrivedEvent extends EventBase {
  readonly k: 'rx';
  readonly from: NodeId;
  readonly l: LinkId;
  readonly p: string;
}
/** It died on the way: n is the sender, cause its `tx`. */
export interface LostEvent extends EventBase {
  readonly k: 'lost';
  readonly to: NodeId;
  readonly l: LinkId;
  readonly p: string;
  readonly why: SentenceKey;
  readonly where: number; // 0..1 of the way
}
/** A node threw it away. */
export interface DroppedEvent extends EventBase {
  readonly k: 'drop';
  readonly p: string;
  readonly why: SentenceKey;
  readonly ref: string;
}
/** A state machine moved. */
export interface StateEvent extends EventBase {
  readonly k: 'st';
  readonly m: GraphName;
  readonly obj: ObjectId;
  readonly name: string; // what people call the object
  readonly from: string; // names of states; equal in a snapshot
  readonly to: string;
  readonly ref: string;
  readonly say: SentenceKey | null;
  readonly a: Args;
}
export interface TableEvent extends EventBase {
  readonly k: 'tab';
  readonly tab: TableName;
  readonly op: 'set' | 'del';
  readonly key: string;
  readonly row: readonly string[];
}
export interface TimerEvent extends EventBase {
  readonly k: 'tm';
  readonly timer: string;
  readonly op: 'set' | 'fire' | 'stop';
  readonly obj: number;
  readonly at: VirtualNs; // when it expires
  readonly ref: string;
  readonly say: SentenceKey | null; // what is waited for
  readonly a: Args;
}
export interface ConsoleEvent extends EventBase {
  readonly k: 'con';
  readonly proc: number;
  readonly text: string;
}
export interface CallEvent extends EventBase {
  readonly k: 'call';
  readonly proc: number;
  readonly text: string;
  readonly value: number;
}
export interface VariableEvent extends EventBase {
  readonly k: 'var';
  readonly obj: number;
  readonly name: string;
  readonly from: string;
  readonly to: string;
}
export interface RuleEvent extends EventBase {
  readonly k: 'rule';
  readonly obj: number;
  readonly ref: string;
  readonly text: string;
  readonly went: string;
}
/** A kind that this page does not know: it takes its place and is skipped by every view. */
export interface UnknownEvent extends EventBase {
  readonly k: 'other';
}
export type TraceEvent =
  | CommandEvent | SentEvent | ArrivedEvent | LostEvent | DroppedEvent | StateEvent | TableEvent
  | TimerEvent | ConsoleEvent | CallEvent | VariableEvent | RuleEvent | UnknownEvent;

/** Kinds as octets, for the ring. 0: the slot is not loaded. */
export const KINDS = [
  'hole', 'cmd', 'tx', 'rx', 'lost', 'drop', 'st', 'tab', 'tm', 'con', 'call', 'var', 'rule',
  'other',
] as const;
export type KindName = (typeof KINDS)[number];
export const KIND: Readonly<Record<KindName, number>> = Object.freeze(
  Object.fromEntries(KINDS.map((name, code) => [name, code])) as Record<KindName, number>,
);

// ---------------------------------------------------------------------------------- other lines

export type TableRows = ReadonlyMap<string, readonly string[]>; // key -> cells
/** All tables at one event: table -> node -> rows. */
export type TableImage = ReadonlyMap<TableName, ReadonlyMap<NodeId, TableRows>>;

export interface Snapshot {
  readonly line: 'snapshot';
  readonly i: EventIndex;
  readonly t: VirtualNs;
  readonly tables: TableImage;
}
export interface Events {
  readonly line: 'events';
  readonly e: readonly TraceEvent[];
}
export interface Lag {
  readonly line: 'lag';
  readonly from: EventIndex;
  readonly to: EventIndex;
}
export interface ClassCursor {
  readonly line: 'class';
  readonly timeline: TimelineId;
  readonly i: EventIndex;
  readonly question: string | null;
}
export type StreamLine = Hello | Snapshot | Events | Lag | ClassCursor;

// --------------------------------------------------------------------------------- REST answers

export interface TimelineInfo {
  readonly id: TimelineId;
  readonly parent: TimelineId | null;
  readonly at: EventIndex | null;
  readonly head: EventIndex;
  readonly headT: VirtualNs;
  readonly running: boolean;
  readonly title: string;
}
export interface Field {
  readonly name: string; // the dotted name of the field
  readonly label: string;
  readonly value: string;
  readonly offset: number; // octets from the frame's first
  readonly length: number;
  readonly meaning: string; // what the value is called, or ''
  readonly bad: boolean; // wrong, or cut off
  readonly generated: boolean; // another view of octets that a field owns already
  readonly ref: string;
  readonly children: readonly Field[];
}
export interface Packet {
  readonly i: EventIndex;
  readonly packet: string;
  readonly octets: Uint8Array;
  readonly tree: readonly Field[];
}
export interface CommandAnswer {
  readonly id: string;
  readonly timeline: TimelineId;
  readonly step: number;
  readonly i: EventIndex; // the effect is on the page when the stream has reached it
  readonly key: string | null;
}
