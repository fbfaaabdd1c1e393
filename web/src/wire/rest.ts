// Every call to the server that is not the stream, with typed answers. A command carries an id
// made by its asker, so that a repeat after a lost answer changes nothing.

import { askJson, askLesson, askText } from './ask';
import type { Answer, Reader } from './ask';
import { Decoder, readTables } from './decode';
import { WireError, array, list, object, optionalText, optionalWhole, text, whole } from './values';
import { readLessonList, readPacket, readVerdict } from './packet';
import { readSamples } from './gauges';
import type { Lesson, LessonInfo, Verdict } from './types_lesson';
import type { Samples } from './types_gauges';

export type { Answer } from './ask';
import type {
  CommandAnswer, EventIndex, LabId, Packet, TableImage, TimelineId, TimelineInfo, TraceEvent, VirtualNs,
} from './types';

export interface NewLab {
  readonly lab: LabId;
  readonly key: string;
  readonly join: string;
  readonly timeline: TimelineId;
}
export interface LabInfo {
  readonly lab: LabId;
  readonly join: string;
  readonly timelines: readonly TimelineInfo[];
  readonly viewers: number | null;
  /** Of a capture: how many packets it has. */
  readonly capture: number | null;
}
export interface HeadAnswer {
  readonly timeline: TimelineId | null;
  readonly head: EventIndex;
}
/** What a lab may be joined to, and what it is joined to. */
export interface Devices {
  readonly devices: readonly { readonly name: string; readonly free: boolean }[];
  readonly places: readonly string[]; // NODE:INTERFACE
  readonly joined: readonly Joined[];
}
export interface Joined {
  readonly name: string;
  readonly timeline: TimelineId;
  readonly place: string;
  readonly came: number;
  readonly left: number;
  readonly missed: number;
}
export interface Completion {
  readonly word: string;
  readonly help: string;
}

export class Rest {
  /** Control keys by lab, and by "lab/timeline" for a fork that a viewer made. */
  private readonly keys = new Map<string, string>();

  setKey(lab: LabId, timeline: TimelineId | null, key: string): void {
    this.keys.set(timeline === null ? lab : `${lab}/${timeline}`, key);
  }
  key(lab: LabId, timeline: TimelineId | null): string | null {
    const own = timeline === null ? undefined : this.keys.get(`${lab}/${timeline}`);
    return own ?? this.keys.get(lab) ?? null;
  }

  /** A capture is sent as it is. */
  createLab(what: { lesson: string } | { scenario: unknown } | Blob): Promise<Answer<NewLab>> {
    const read: Reader<NewLab> = (o) => ({
      lab: text(o['lab'], 'lab') as LabId, key: optionalText(o['key']),
      join: optionalText(o['join']), timeline: text(o['timeline'], 'timeline') as TimelineId,
    });
    if (!(what instanceof Blob)) return this.post('/api/labs', null, what, read);
    const headers = { 'Content-Type': 'application/octet-stream' };
    return askJson('/api/captures', { method: 'POST', headers, body: what }, null, read);
  }
  lab(lab: LabId): Promise<Answer<LabInfo>> {
    return this.get(`/api/labs/${encodeURIComponent(lab)}`, (o) => ({
      lab, join: optionalText(o['join']),
      timelines: list(o['timelines']).map(readTimeline),
      viewers: typeof o['viewers'] === 'number' ? o['viewers'] : null,
      capture: o['capture'] === undefined ? null : whole(object(o['capture'], 'capture')['packets'], 'packets'),
    }));
  }
  join(code: string): Promise<Answer<{ lab: LabId; timeline: TimelineId }>> {
    return this.get(`/api/join/${encodeURIComponent(code)}`, (o) => ({
      lab: text(o['lab'], 'lab') as LabId, timeline: text(o['timeline'], 'timeline') as TimelineId,
    }));
  }
  command(
    lab: LabId, timeline: TimelineId, id: string, line: string,
    at: EventIndex | null, node: string | null, time: number,
  ): Promise<Answer<CommandAnswer>> {
    const body = {
      id, line, ...(at === null ? {} : { at }), ...(node === null ? {} : { node }), ...(time > 0 ? { time } : {}),
    };
    return this.post(`${this.path(lab, timeline)}/commands`, this.key(lab, timeline), body, (o) => ({
      id, timeline: text(o['timeline'], 'timeline') as TimelineId,
      step: optionalWhole(o['step'], 'step'), i: whole(o['i'], 'i') as EventIndex,
      key: typeof o['key'] === 'string' ? o['key'] : null,
    }));
  }
  /** Moves the head: by story events, or to a time, or until all is quiet. */
  step(lab: LabId, timeline: TimelineId, count: number): Promise<Answer<HeadAnswer>> {
    return this.head(lab, timeline, 'step', { count });
  }
  run(lab: LabId, timeline: TimelineId, until: VirtualNs | null): Promise<Answer<HeadAnswer>> {
    return this.head(lab, timeline, 'run', until === null ? {} : { until: `${until}ns` });
  }
  pause(lab: LabId, timeline: TimelineId): Promise<Answer<HeadAnswer>> {
    return this.head(lab, timeline, 'pause', {});
  }
  /** Null devices: the server has none. */
  async devices(lab: LabId): Promise<Answer<Devices | null>> {
    const info = await this.get(`/api/labs/${encodeURIComponent(lab)}`, (o) => (o['devices'] === null ? null : {
      places: list(o['outside']).map((v) => text(v, 'outside')), joined: readJoined(o),
    }));
    if (!info.ok || info.value === null) return info.ok ? { ok: true, value: null } : info;
    const { places, joined } = info.value;
    return this.get('/api/devices', (o) => ({
      places, joined, devices: list(o['devices']).map((v) => {
        const d = object(v, 'devices');
        return { name: text(d['name'], 'devices.name'), free: d['free'] === true };
      }),
    }));
  }
  attach(lab: LabId, timeline: TimelineId, device: string, place: string): Promise<Answer<readonly Joined[]>> {
    return this.post(`${this.path(lab, timeline)}/attach`, this.key(lab, null), { device, interface: place }, readJoined);
  }
  detach(lab: LabId, timeline: TimelineId, device: string): Promise<Answer<readonly Joined[]>> {
    return this.post(`${this.path(lab, timeline)}/detach`, this.key(lab, null), { device }, readJoined);
  }
  setClass(lab: LabId, timeline: TimelineId, i: EventIndex, question: string | null): Promise<Answer<null>> {
    return this.post(`/api/labs/${encodeURIComponent(lab)}/class`, this.key(lab, null),
      { timeline, i: i + 1, ...(question === null ? {} : { question }) }, () => null);
  }
  packet(lab: LabId, timeline: TimelineId, i: EventIndex, end: AbortSignal): Promise<Answer<Packet>> {
    return this.get(`${this.path(lab, timeline)}/packets/${i}`, readPacket, end);
  }
  complete(lab: LabId, timeline: TimelineId, node: string, line: string, end: AbortSignal):
    Promise<Answer<readonly Completion[]>> {
    const query = `node=${encodeURIComponent(node)}&line=${encodeURIComponent(line)}`;
    return this.get(`${this.path(lab, timeline)}/complete?${query}`, (o) =>
      list(o['words']).map((w) => {
        const word = object(w, 'words');
        return { word: text(word['word'], 'word'), help: optionalText(word['help']) };
      }), end);
  }
  /** Events [from, to), as far as the server has them. */
  async events(lab: LabId, timeline: TimelineId, from: number, to: number): Promise<Answer<TraceEvent[]>> {
    const path = `${this.path(lab, timeline)}/events?from=${from}&to=${to}&detail=story`;
    const answer = await askText(path);
    if (!answer.ok) return answer;
    return readLines(answer.value);
  }
  /** The tables before the first event: what the stream does not say, for nothing has changed yet. */
  tables(lab: LabId, timeline: TimelineId): Promise<Answer<TableImage>> {
    return this.get(`${this.path(lab, timeline)}/keyframes/0`, (o) => readTables(o['tables']));
  }
  /** The watched variables of one object, as far as they have changed from event `from` on. */
  variables(lab: LabId, timeline: TimelineId, machine: string, node: string, obj: number, from: number):
    Promise<Answer<Samples>> {
    const query = `m=${encodeURIComponent(machine)}&node=${encodeURIComponent(node)}&obj=${obj}&from=${from}`;
    return this.get(`${this.path(lab, timeline)}/variables?${query}`, readSamples);
  }
  lessons(language: string): Promise<Answer<readonly LessonInfo[]>> {
    return this.get(`/api/lessons?lang=${language}`, readLessonList);
  }
  lesson(slug: string, language: string): Promise<Answer<Lesson>> {
    return askLesson(slug, language);
  }
  judge(lab: LabId, timeline: TimelineId, lesson: string, step: string, language: string):
    Promise<Answer<Verdict>> {
    const query = `lesson=${encodeURIComponent(lesson)}&step=${encodeURIComponent(step)}&lang=${language}`;
    return this.get(`${this.path(lab, timeline)}/judge?${query}`, readVerdict);
  }
  catalogue(language: string): Promise<Answer<Readonly<Record<string, string>>>> {
    return this.get(`/api/text/${language}`, readCatalogue);
  }
  pcapPath(lab: LabId, timeline: TimelineId): string {
    return `${this.path(lab, timeline)}/pcap`;
  }

  // ------------------------------------------------------------------------------ one wrapper

  private path(lab: LabId, timeline: TimelineId): string {
    return `/api/labs/${encodeURIComponent(lab)}/timelines/${encodeURIComponent(timeline)}`;
  }
  private head(lab: LabId, timeline: TimelineId, verb: string, body: unknown): Promise<Answer<HeadAnswer>> {
    return this.post(`${this.path(lab, timeline)}/${verb}`, this.key(lab, timeline), body, (o) => ({
      timeline: typeof o['timeline'] === 'string' ? (o['timeline'] as TimelineId) : null,
      head: optionalWhole(o['head'], 'head') as EventIndex,
    }));
  }
  private post<T>(path: string, key: string | null, body: unknown, read: Reader<T>): Promise<Answer<T>> {
    const headers: Record<string, string> = { 'Content-Type': 'application/json' };
    if (key !== null) headers['Authorization'] = `Bearer ${key}`;
    return askJson(path, { method: 'POST', headers, body: JSON.stringify(body) }, null, read);
  }
  private get<T>(path: string, read: Reader<T>, end: AbortSignal | null = null): Promise<Answer<T>> {
    return askJson(path, {}, end, read);
  }
}

function readJoined(o: Readonly<Record<string, unknown>>): readonly Joined[] {
  return list(o['devices']).map((v) => {
    const d = object(v, 'devices');
    return {
      name: text(d['name'], 'devices.name'), timeline: text(d['timeline'], 'devices.timeline') as TimelineId,
      place: text(d['interface'], 'devices.interface'), came: whole(d['in'], 'devices.in'),
      left: whole(d['out'], 'devices.out'), missed: whole(d['missed'], 'devices.missed'),
    };
  });
}
function readTimeline(v: unknown): TimelineInfo {
  const o = object(v, 'timelines');
  return {
    id: text(o['id'], 'timelines.id') as TimelineId,
    parent: typeof o['parent'] === 'string' ? (o['parent'] as TimelineId) : null,
    at: typeof o['at'] === 'number' ? (o['at'] as EventIndex) : null,
    head: optionalWhole(o['head'], 'timelines.head') as EventIndex,
    headT: optionalWhole(o['head_t'], 'timelines.head_t') as VirtualNs,
    running: o['running'] === true, title: optionalText(o['title']),
  };
}
function readCatalogue(o: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  const out: Record<string, string> = {};
  for (const [key, value] of Object.entries(o)) if (typeof value === 'string') out[key] = value;
  return out;
}
/** The events of an NDJSON body; its hello, when there is one, names the roles. */
export function readLines(body: string): Answer<TraceEvent[]> {
  const decoder = new Decoder();
  const out: TraceEvent[] = [];
  try {
    for (const line of body.split('\n')) {
      if (line.trim() === '') continue;
      const o = object(JSON.parse(line), 'line');
      if (o['line'] === undefined) out.push(decoder.event(o));
      else if (o['line'] === 'events') array(o['e'], 'events.e').forEach((e) => out.push(decoder.event(e)));
      else decoder.line(line);
    }
    return { ok: true, value: out };
  } catch (error) {
    const say = error instanceof WireError ? error.message : String(error);
    return { ok: false, status: 0, say, place: 'events' };
  }
}
