// A text line of the stream, or a REST body -> typed values, or a WireError that names the place.
// Total: any text gives a value or an error. Kinds and keys that it does not know are skipped.

import {
  WireError, args, array, list, object, optionalText, optionalWhole, real, sentence, text, texts, whole,
} from './values';
import type { Json } from './values';
import type {
  ClassCursor, EventIndex, Events, Fork, Graph, GraphName, Hello, Interface, Lag, LabId,
  LinkId, LinkLine, Named, Node, NodeId, ObjectId, SentenceKey, Snapshot, StreamLine, TableImage,
  TableName, TableShape, TimelineId, TraceEvent, VirtualNs,
} from './types';

const sure = (key: SentenceKey | null): SentenceKey => key ?? ('' as SentenceKey);

// ----------------------------------------------------------------------------------------- lines

/** What the events of a stream need to be read: set by its hello. */
export class Decoder {
  private roles: readonly string[] = [];

  /** One line of the stream. Null: a kind of line that this page does not know. */
  line(line: string): StreamLine | null {
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      throw new WireError('line', `no JSON: ${line.slice(0, 60)}`);
    }
    const o = object(value, 'line');
    switch (o['line']) {
      case 'hello': {
        const hello = readHello(o);
        this.roles = hello.roles.map((r) => r.name);
        return hello;
      }
      case 'snapshot': return readSnapshot(o);
      case 'events': return this.events(o);
      case 'lag': return readLag(o);
      case 'class': return readClass(o);
      default: return null;
    }
  }
  private events(o: Json): Events {
    return { line: 'events', e: array(o['e'], 'events.e').map((e) => this.event(e)) };
  }
  event(v: unknown): TraceEvent {
    const o = object(v, 'event');
    const i = whole(o['i'], 'event.i');
    const place = `event ${i}`;
    const base = {
      i: i as EventIndex,
      t: whole(o['t'], `${place}.t`) as VirtualNs,
      n: optionalWhole(o['n'], `${place}.n`) as NodeId,
      s: optionalWhole(o['s'], `${place}.s`),
      cause: (typeof o['cause'] === 'number' ? whole(o['cause'], `${place}.cause`) : null) as
        EventIndex | null,
    };
    return readKind(base, o, place, this.roles);
  }
}

type Base = Pick<TraceEvent, 'i' | 't' | 'n' | 's' | 'cause'>;

function readKind(base: Base, o: Json, place: string, roles: readonly string[]): TraceEvent {
  const say = sentence(o['say']);
  const obj = real(o['obj'], 0);
  switch (o['k']) {
    case 'cmd': return { ...base, k: 'cmd', text: optionalText(o['text']) };
    case 'tx': return readSent(base, o, place, roles);
    case 'rx': return {
      ...base, k: 'rx', from: optionalWhole(o['from'], `${place}.from`) as NodeId,
      l: optionalWhole(o['l'], `${place}.l`) as LinkId, p: optionalText(o['p']),
    };
    case 'lost': return {
      ...base, k: 'lost', to: optionalWhole(o['to'], `${place}.to`) as NodeId,
      l: optionalWhole(o['l'], `${place}.l`) as LinkId, p: optionalText(o['p']),
      why: sure(sentence(o['why'])), where: Math.max(0, Math.min(1, real(o['where'], 0.5))),
    };
    case 'drop': return {
      ...base, k: 'drop', p: optionalText(o['p']), why: sure(sentence(o['why'])),
      ref: optionalText(o['ref']),
    };
    case 'st': return {
      ...base, k: 'st', m: text(o['m'], `${place}.m`) as GraphName, obj: obj as ObjectId,
      name: optionalText(o['name']), from: optionalText(o['from']), to: text(o['to'], `${place}.to`),
      ref: optionalText(o['ref']), say, a: args(o['a']),
    };
    case 'tab': return {
      ...base, k: 'tab', tab: text(o['tab'], `${place}.tab`) as TableName,
      op: o['op'] === 'del' ? 'del' : 'set', key: String(o['key'] ?? ''), row: texts(o['row']),
    };
    case 'tm': return {
      ...base, k: 'tm', timer: text(o['timer'], `${place}.timer`),
      op: o['op'] === 'fire' || o['op'] === 'stop' ? o['op'] : 'set', obj,
      at: optionalWhole(o['at'], `${place}.at`) as VirtualNs, ref: optionalText(o['ref']), say, a: args(o['a']),
    };
    case 'con': return { ...base, k: 'con', proc: real(o['proc'], 0), text: optionalText(o['text']) };
    case 'call': return {
      ...base, k: 'call', proc: real(o['proc'], 0), text: optionalText(o['text']),
      value: real(o['value'], 0),
    };
    case 'var': return {
      ...base, k: 'var', obj, name: optionalText(o['name']), from: String(o['from'] ?? ''),
      to: String(o['to'] ?? ''),
    };
    case 'rule': return {
      ...base, k: 'rule', obj, ref: optionalText(o['ref']), text: optionalText(o['text']),
      went: optionalText(o['went']),
    };
    default: return { ...base, k: 'other' };
  }
}
function readSent(base: Base, o: Json, place: string, roles: readonly string[]): TraceEvent {
  const named = typeof o['role'] === 'string' ? roles.indexOf(o['role']) : real(o['role'], 0);
  return {
    ...base, k: 'tx',
    to: optionalWhole(o['to'], `${place}.to`) as NodeId,
    l: optionalWhole(o['l'], `${place}.l`) as LinkId,
    p: optionalText(o['p']),
    rx: (typeof o['rx'] === 'number' ? whole(o['rx'], `${place}.rx`) : base.t) as VirtualNs,
    proto: optionalText(o['proto']),
    role: named < 0 || named > 255 ? 0 : named,
    lab: texts(o['lab']), len: optionalWhole(o['len'], `${place}.len`),
    size: optionalWhole(o['size'], `${place}.size`), rtx: optionalWhole(o['rtx'], `${place}.rtx`),
    conn: real(o['conn'], 0), say: sentence(o['say']), a: args(o['a']),
  };
}

// ----------------------------------------------------------------------------------------- hello

function readHello(o: Json): Hello {
  const parent = o['parent'];
  return {
    line: 'hello',
    v: whole(o['v'], 'hello.v'),
    behaviour: optionalWhole(o['behaviour'], 'hello.behaviour'),
    lab: optionalText(o['lab']) as LabId,
    timeline: (optionalText(o['timeline']) || 'T0') as TimelineId,
    parent: parent === null || parent === undefined ? null : readFork(object(parent, 'hello.parent')),
    from: optionalWhole(o['from'], 'hello.from') as EventIndex,
    head: optionalWhole(o['head'], 'hello.head') as EventIndex,
    detail: optionalText(o['detail']),
    nodes: array(o['nodes'], 'hello.nodes').map(readNode),
    links: array(o['links'], 'hello.links').map(readLink),
    protocols: list(o['protocols']).map(readNamed),
    graphs: Object.entries(object(o['graphs'] ?? {}, 'hello.graphs')).map(readGraph),
    tables: Object.entries(object(o['tables'] ?? {}, 'hello.tables')).map(readShape),
    roles: list(o['roles']).map(readNamed),
    gauges: o['gauges'] ?? null,
  };
}
function readFork(o: Json): Fork {
  return {
    timeline: text(o['timeline'], 'hello.parent.timeline') as TimelineId,
    at: whole(o['at'], 'hello.parent.at') as EventIndex,
  };
}
function readNode(v: unknown, k: number): Node {
  const o = object(v, `hello.nodes[${k}]`);
  return {
    id: whole(o['id'], `hello.nodes[${k}].id`) as NodeId,
    name: text(o['name'], `hello.nodes[${k}].name`),
    kind: optionalText(o['kind']), x: real(o['x'], -1), y: real(o['y'], -1),
    interfaces: list(o['interfaces']).map((w): Interface => {
      const f = object(w, `hello.nodes[${k}].interfaces`);
      return {
        name: optionalText(f['name']), address: optionalText(f['address']), mac: optionalText(f['mac']),
      };
    }),
  };
}
function readLink(v: unknown, k: number): LinkLine {
  const place = `hello.links[${k}]`;
  const o = object(v, place);
  const delay = list(o['delay_ns']);
  return {
    id: whole(o['id'], `${place}.id`) as LinkId,
    a: whole(o['a'], `${place}.a`) as NodeId, b: whole(o['b'], `${place}.b`) as NodeId,
    aInterface: optionalText(o['a_interface']), bInterface: optionalText(o['b_interface']),
    delayNs: [real(delay[0], 0) as VirtualNs, real(delay[1], real(delay[0], 0)) as VirtualNs],
    rateBps: real(o['rate_bps'], 0),
  };
}
function readNamed(v: unknown): Named {
  const o = object(v, 'hello name');
  return { name: optionalText(o['name']), title: sure(sentence(o['title'])) };
}
function readGraph([name, v]: [string, unknown]): Graph {
  const place = `hello.graphs.${name}`;
  const o = object(v, place);
  return {
    name: name as GraphName, title: sure(sentence(o['title'])), source: optionalText(o['source']),
    states: list(o['states']).map((w) => {
      const s = object(w, `${place}.states`);
      return { name: text(s['name'], `${place}.states.name`), x: real(s['x'], 0), y: real(s['y'], 0) };
    }),
    edges: list(o['edges']).map((w) => {
      const e = object(w, `${place}.edges`);
      return {
        from: whole(e['from'], `${place}.edges.from`), to: whole(e['to'], `${place}.edges.to`),
        label: optionalText(e['label']), clause: optionalText(e['clause']), bend: real(e['bend'], 0),
      };
    }),
  };
}
function readShape([name, v]: [string, unknown]): TableShape {
  const o = object(v, `hello.tables.${name}`);
  const title = sure(sentence(o['title']));
  // A column's word stands under its table's: "table.x" and "address" give "table.x.address".
  const columns = texts(o['columns']).map((c) => (c.includes('.') ? c : `${title}.${c}`) as SentenceKey);
  return { name: name as TableName, title, columns, view: optionalText(o['view']) };
}

// ----------------------------------------------------------------------------------- other lines

function readSnapshot(o: Json): Snapshot {
  return {
    line: 'snapshot', i: whole(o['i'], 'snapshot.i') as EventIndex,
    t: optionalWhole(o['t'], 'snapshot.t') as VirtualNs, tables: readTables(o['tables']),
  };
}
/** {TABLE: {NODE: {KEY: row}}}; NODE is an id as text. */
export function readTables(v: unknown): TableImage {
  const out = new Map<TableName, Map<NodeId, Map<string, readonly string[]>>>();
  for (const [table, nodes] of Object.entries(object(v ?? {}, 'tables'))) {
    const byNode = new Map<NodeId, Map<string, readonly string[]>>();
    for (const [node, rows] of Object.entries(object(nodes, `tables.${table}`))) {
      const byKey = new Map<string, readonly string[]>();
      for (const [key, row] of Object.entries(object(rows, `tables.${table}.${node}`))) {
        byKey.set(key, texts(row));
      }
      byNode.set(whole(Number(node), `tables.${table}`) as NodeId, byKey);
    }
    out.set(table as TableName, byNode);
  }
  return out;
}
function readLag(o: Json): Lag {
  return {
    line: 'lag', from: whole(o['from'], 'lag.from') as EventIndex,
    to: whole(o['to'], 'lag.to') as EventIndex,
  };
}
function readClass(o: Json): ClassCursor {
  const question = o['question'];
  return {
    line: 'class', timeline: text(o['timeline'], 'class.timeline') as TimelineId,
    // The server counts the events that have happened; the cursor stands on the last of them.
    i: (whole(o['i'], 'class.i') - 1) as EventIndex,
    question: typeof question === 'string' ? question : null,
  };
}
