// A lesson's text -> typed values: its steps and the blocks of its prose.

import { WireError, array, list, object, optionalText, real, text, whole } from './values';
import type { Json } from './values';
import type { Block, Lesson, LessonCommand, LessonStep, Match, Plain } from './types_lesson';

const MAX_DEPTH = 24;


const PLAIN: ReadonlySet<string> = new Set<Plain>(
  ['p', 'ul', 'ol', 'li', 'quote', 'table', 'tr', 'th', 'td', 'em', 'strong'],
);

export function readLesson(o: Json): Lesson {
  return {
    slug: text(o['slug'], 'lesson.slug'), title: optionalText(o['title']),
    steps: array(o['steps'], 'lesson.steps').map(readStep),
  };
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
    after: readBlocks(o['after'], 0),
    commands: list(o['commands']).map((w) => readCommand(object(w, `${place}.commands`), place)),
    look: readLook(o['look']),
    until: readTime(o['until']), then: readTime(o['then']), checks: real(o['checks'], 0),
  };
}
function readCommand(o: Json, place: string): LessonCommand {
  const node = o['node'];
  return {
    line: text(o['line'], `${place}.commands.line`), node: typeof node === 'string' ? node : null,
    at: real(o['at'], 0),
  };
}
function readLook(v: unknown): LessonStep['look'] {
  if (typeof v !== 'object' || v === null) return null;
  const o = object(v, 'look');
  return { panel: optionalText(o['panel']), node: optionalText(o['node']) };
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

