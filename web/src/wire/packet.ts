// The larger REST answers -> typed values: a packet's field tree, the list of lessons, a verdict.

import { WireError, array, list, object, optionalText, optionalWhole, real, text } from './values';
import type { Json } from './values';
import type { EventIndex, Field, Packet } from './types';
import type { LessonInfo, Verdict } from './types_lesson';

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
    label: optionalText(o['label']) || optionalText(o['name']),
    value: o['value'] === undefined || o['value'] === null ? '' : String(o['value']),
    offset: real(o['offset'], 0), length: real(o['length'], 0),
    meaning: optionalText(o['meaning']), bad: o['bad'] === true, generated: o['generated'] === true,
    ref: optionalText(o['clause']),
    children: list(o['fields']).map((f) => readField(f, depth + 1)),
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

// --------------------------------------------------------------------------------------- lessons

export function readLessonList(o: Json): readonly LessonInfo[] {
  return list(o['lessons']).map((v) => {
    const l = object(v, 'lessons');
    return {
      slug: text(l['slug'], 'lessons.slug'), title: optionalText(l['title']),
      question: optionalText(l['question']), minutes: real(l['minutes'], 0), steps: real(l['steps'], 0),
    };
  });
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
