// Streams and scenes for the tests of the drawn views: recorded lines from fixtures/, or a network
// that talks at random from a seed. Words are their keys, widths are fixed.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fixedMeasure } from '../../../web/src/draw/measure';
import { TEST_TOKENS } from '../../../web/src/draw/tokens';
import * as crowd from '../../../web/src/ladder/crowd';
import { setCrowd } from '../../../web/src/ladder/later';
import { Stage, type Shown } from '../../../web/src/ladder/stage';
import { Lab, type Timeline } from '../../../web/src/model/lab';
import type { Words } from '../../../web/src/text/text';
import { Decoder } from '../../../web/src/wire/decode';
import { eventIndex, type TimelineId } from '../../../web/src/wire/types';

setCrowd(crowd); // in the page it comes with the first crowd

export const FIXTURES = join(process.env['WEB'] ?? '', '../tests/web/fixtures');

/** Applies a stream to a lab; the id of its timeline. */
export function applyStream(lab: Lab, text: string): TimelineId {
  const decoder = new Decoder();
  let id: TimelineId | null = null;
  for (const line of text.split('\n')) {
    const value = line.trim() === '' ? null : decoder.line(line);
    if (value?.line === 'hello') id = value.timeline;
    if (value !== null && id !== null) lab.apply(id, value);
  }
  if (id === null) throw new Error('no hello');
  return id;
}
export function applyFixture(lab: Lab, name: string): TimelineId {
  return applyStream(lab, readFileSync(join(FIXTURES, name), 'utf8'));
}

export const KEYS: Words = {
  language: 'en',
  t: (key, args) => `${key.replace(/^ui\.ladder\./, '')}${args === undefined ? '' : `(${Object.values(args).join('; ')})`}`,
  say: (key) => key ?? '',
  span: (ns) => `${ns / 1e6} ms`,
  moment: (t) => `${t / 1e9} s`,
};

export function stageOf(lab: Lab, ids: readonly TimelineId[], more: Partial<Shown> = {}, width = 900, height = 700): Stage {
  const sides = ids.map((id) => lab.timeline(id)).filter((t): t is Timeline => t !== null);
  const main = more.main ?? 0;
  const stage = new Stage(lab, {
    shown: () => ({
      sides, main, scale: 'compact', graph: null, cursor: eventIndex((sides[main]?.length ?? 0) - 1), now: null,
      window: null, words: KEYS, ...more,
    }),
    measure: () => fixedMeasure,
    tokens: () => TEST_TOKENS,
  });
  stage.resize(width, height);
  return stage;
}

/** The same numbers from the same seed. */
export function random(seed: number): () => number {
  let x = seed >>> 0 || 1;
  return () => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return (x >>> 0) / 2 ** 32;
  };
}

/** A line of nodes that send each other packets of many lengths of label, lose some, and change
 * state, all at random. */
export function chatter(seed: number, packets: number): string {
  const next = random(seed);
  const pick = (n: number): number => Math.floor(next() * n);
  const nodes = Array.from({ length: 2 + pick(4) }, (_, k) => ({
    id: k + 1, name: `node${k + 1}`, kind: 'thing', x: -1, y: -1, interfaces: [],
  }));
  const links = nodes.slice(1).map((n, k) => ({
    id: k + 1, a: k + 1, b: n.id, a_interface: '', b_interface: '', rate_bps: 0,
    delay_ns: [1e6 * (1 + pick(30)), 1e6 * (1 + pick(30))],
  }));
  const states = ['QUIET', 'WAITING-LONG', 'BUSY'];
  const hello = {
    line: 'hello', v: 1, behaviour: 1, lab: 'L', timeline: 'T0', parent: null, from: 0, head: 0, detail: 'story',
    nodes, links, protocols: [], tables: {}, roles: [{ name: 'open', title: 'o' }, { name: 'data', title: 'd' }],
    graphs: { m: { title: 'm', source: '', edges: [], states: states.map((name, k) => ({ name, x: k * 400, y: 0 })) } },
  };
  const events: { t: number; e: Record<string, unknown>; cause: Record<string, unknown> | null }[] = [];
  let t = 0;
  for (let k = 0; k < packets; k++) {
    t += next() < 0.05 ? 9e8 : Math.floor(next() * 8e6);
    const link = links[pick(links.length)];
    if (link === undefined) continue;
    const [n, to] = next() < 0.5 ? [link.a, link.b] : [link.b, link.a];
    const rx = t + (link.delay_ns[n === link.a ? 0 : 1] ?? 0);
    const lab = ['PUSH', 'seq 12345 ack 67890', 'len 1460'].slice(0, 1 + pick(3));
    const origin = next() < 0.8 ? n : to;
    const tx = { k: 'tx', n, to, l: link.id, p: `${origin}.${k}`, rx, proto: 'x', role: next() < 0.5 ? 'open' : 'data', lab, len: 0, size: 60, rtx: pick(8) === 0 ? 1 : 0, conn: 0, say: null, a: {} };
    events.push({ t, e: tx, cause: null });
    const lost = next() < 0.15;
    const where = next();
    events.push(lost
      ? { t: t + Math.floor((rx - t) * where), e: { k: 'lost', n, to, l: link.id, p: tx.p, why: 'reason.some_longer_words', where }, cause: tx }
      : { t: rx, e: { k: 'rx', n: to, from: n, l: link.id, p: tx.p }, cause: tx });
    if (next() < 0.3) events.push({ t: rx, e: { k: 'st', n: to, m: 'm', obj: 1 + pick(2), name: 'o', from: states[pick(3)], to: states[pick(3)], ref: '', say: null, a: {} }, cause: null });
    if (next() < 0.1) events.push({ t: rx, e: { k: 'tm', n: to, timer: 'again', op: 'fire', obj: 1, at: rx, say: 'timer.again', a: {} }, cause: null });
  }
  events.sort((a, b) => a.t - b.t);
  const index = new Map(events.map((x, i) => [x.e, i]));
  const lines = events.map((x, i) => JSON.stringify({
    line: 'events', e: [{ i, t: x.t, s: i, cause: x.cause === null ? null : index.get(x.cause) ?? null, ...x.e }],
  }));
  return [JSON.stringify({ ...hello, head: events.length }), ...lines].join('\n');
}
