// The larger REST answers -> typed values: a packet's field tree, a lesson's blocks, a verdict.

import { WireError, array, list, object, optionalText, optionalWhole, real, text, whole } from './decode';
import type { Json } from './decode';
import type { EventIndex, Field, Packet } from './types';
import type { Block, Lesson, LessonInfo, LessonStep, Match, Plain, Verdict } from './types_lesson';

// ---------------------------------------------------------------------------------------- packet

export function readPacket(o: Json): Packet {
  return {
    i: optionalWhole(o['i'], 'packet.i') as EventIndex,
    packet: optionalText(o['packet']),
    octets: readHex(text(o['octets'], 'packet.octets')),
    tree: array(o['tree'], 'packet.tree').map((f) => readField(f, 0)),
  };
}
const MAX_DEPTH = 24;

function readField(v: unknown, depth: number): Field {
  if (depth > MAX_DEPTH) throw new WireError('packet.tree', 'too deep');
  const o = object(v, 'packet.tree');
  return {
    name: optionalText(o['name']),
    label: optionalText(o['label']) || optionalText(o['text']) || optionalText(o['name']),
    value: o['value'] === undefined || o['value'] === null ? '' : String(o['value']),
    offset: real(o['offset'], 0), length: real(o['length'], 0),
    flag: optionalText(o['flag']), ref: optionalText(o['ref']) || optionalText(o['clause']),
    children: list(o['children']).map((f) => readField(f, depth + 1)),
  };
}
function readHex(hex: string): Uint8Array {
  const clean = hex.replace(/\s+/g, '');
  if (clean.length % 2 !== 0 || /[^0-9a-fA-F]/.test(clean)) {
    throw new WireError('packet.octets', 'pairs of hexadecimal figures were expected');
  }
  const out = new Uint8Array(clean.length / 2);
  for (let k = 0; k < out.length; k++) out[k] = parseInt(clean.slice(2 * k, 2 * k + 2), 16);
  return out;
}

// ---------------------------------------------------------------------------------------- lesson

const PLAIN: ReadonlySet<string> = new Set<Plain>(
  ['p', 'ul', 'ol', 'li', 'quote', 'table', 'tr', 'th', 'td', 'em', 'strong'],
);

export function readLesson(o: Json): Lesson {
  return {
    slug: text(o['slug'], 'lesson.slug'), title: optionalText(o['title']),
    steps: array(o['steps'], 'lesson.steps').map(readStep),
  };
}
export function readLessonList(o: Json): readonly LessonInfo[] {
  return list(o['lessons']).map((v) => {
    const l = object(v, 'lessons');
    return {
      slug: text(l['slug'], 'lessons.slug'), title: optionalText(l['title']),
      question: optionalText(l['question']), minutes: real(l['minutes'], 0), steps: real(l['steps'], 0),
    };
  });
}
function readStep(v: unknown, k: number): LessonStep {
  const place = `lesson.steps[${k}]`;
  const o = object(v, place);
  const kind = o['kind'];
  return {
    id: text(o['id'], `${place}.id`),
    kind: kind === 'predict' || kind === 'watch' || kind === 'break' ? kind : 'read',
    title: optionalText(o['title']),
    blocks: readBlocks(o['blocks'], 0),
    options: list(o['options']).map((w) => {
      const option = object(w, `${place}.options`);
      return { id: text(option['id'], `${place}.options.id`), blocks: readBlocks(option['blocks'], 0) };
    }),
    command: typeof o['command'] === 'string' ? o['command'] : null,
    node: typeof o['node'] === 'string' ? o['node'] : null,
    until: readTime(o['until']), then: readTime(o['then']), checks: real(o['checks'], 0),
  };
}
function readTime(v: unknown): number | null {
  if (typeof v !== 'object' || v === null) return null;
  const ns = object(v, 'until')['t'];
  return typeof ns === 'number' ? whole(ns, 'until.t') : null;
}
function readBlocks(v: unknown, depth: number): Block[] {
  if (depth > MAX_DEPTH) throw new WireError('lesson', 'blocks are too deep');
  return list(v).map((b) => readBlock(object(b, 'block'), depth));
}
function readBlock(o: Json, depth: number): Block {
  const kind = optionalText(o['kind']);
  const words = optionalText(o['text']);
  if (kind === 'text') return { kind: 'text', text: words };
  // A run of code in a line and a block of code share their name; the block says its language.
  if (kind === 'code') return 'lang' in o || words.includes('\n') ? { kind: 'program', text: words } : { kind: 'code', text: words };
  if (kind === 'br') return { kind: 'break' };
  if (kind === 'hr') return { kind: 'rule' };
  const children = readBlocks(o['children'], depth + 1);
  if (kind === 'h') return { kind: 'heading', level: real(o['level'], 3), children };
  if (kind === 'a') return { kind: 'link', href: safeLink(optionalText(o['href'])), children };
  if (kind === 'event') return { kind: 'event', match: readMatch(o['match']), children };
  return { kind: PLAIN.has(kind) ? (kind as Plain) : 'p', children };
}
function readMatch(v: unknown): Match {
  const out: Record<string, string | number> = {};
  for (const [key, value] of Object.entries(object(v ?? {}, 'match'))) {
    if (typeof value === 'string' || typeof value === 'number') out[key] = value;
  }
  return out;
}
/** Only a page of the web or a place in this page may be linked to. */
function safeLink(href: string): string {
  return /^(https?:\/\/|\/|#|\?)/.test(href) ? href : '#';
}

// --------------------------------------------------------------------------------------- verdict

export function readVerdict(o: Json): Verdict {
  return {
    step: optionalText(o['step']),
    answer: typeof o['answer'] === 'string' ? o['answer'] : null,
    events: list(o['events']).filter((i): i is EventIndex => typeof i === 'number'),
    checks: list(o['checks']).map((v) => {
      const c = object(v, 'checks');
      return {
        say: optionalText(c['say']), passed: c['passed'] === true,
        event: typeof c['event'] === 'number' ? (c['event'] as EventIndex) : null,
      };
    }),
  };
}
