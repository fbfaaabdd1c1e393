import assert from 'node:assert/strict';
import { test } from 'node:test';
import { paint, type Context } from '../../../web/src/draw/canvas';
import { glyphStrokes } from '../../../web/src/draw/glyphs';
import { describeList, distanceTo, hit, ListBuilder, MOST_MARKS, type Mark } from '../../../web/src/draw/list';
import { fixedMeasure } from '../../../web/src/draw/measure';
import { paintSvg } from '../../../web/src/draw/svg';
import { TEST_TOKENS } from '../../../web/src/draw/tokens';
import { Lab } from '../../../web/src/model/lab';
import { cssPx, eventIndex } from '../../../web/src/wire/types';
import { applyFixture, applyStream, chatter, stageOf } from './ladder_fixture';

/** A context that keeps a log of what a painter called on it. */
function recorder(): { context: Context; log: string[] } {
  const log: string[] = [];
  const target: Record<string, unknown> = {};
  const context = new Proxy(target, {
    get: (own, name) => (typeof name === 'string' && name in own ? own[name] : (...args: unknown[]) => log.push(`${String(name)} ${args.join(' ')}`)),
    set: (own, name, value) => {
      own[String(name)] = value;
      return true;
    },
  }) as unknown as Context;
  return { context, log };
}

/** The marks that a log of canvas calls shows, by what each must end with. */
function paintedOnCanvas(marks: readonly Mark[], log: readonly string[]): string[] {
  const words = log.filter((l) => l.startsWith('fillText ')).map((l) => l.slice(9));
  const strokes = log.filter((l) => l === 'stroke ').length;
  const expected = marks.reduce((sum, m) => sum + strokesOf(m), 0);
  assert.equal(strokes, expected, 'strokes');
  return words;
}
function strokesOf(m: Mark): number {
  switch (m.kind) {
    case 'line': return m.double ? 2 : 1;
    case 'rect':
    case 'poly': return m.stroke === null ? 0 : 1;
    case 'glyph': return glyphStrokes(m).filter((s) => !s.filled).length;
    case 'text': return 0;
  }
}

test('both painters show the same marks in the same order', () => {
  const lab = new Lab();
  const id = applyFixture(lab, 'handshake.ndjson');
  const list = stageOf(lab, [id], {}, 900, 1600).draw();
  assert.ok(list !== null && list.marks.length > 100);
  const { context, log } = recorder();
  paint(context, list, TEST_TOKENS);
  const svg = paintSvg(list, TEST_TOKENS, 'title', 'words');
  const kinds = [...svg.matchAll(/ data-mark="(\w+)"/g)].map((m) => m[1]);
  assert.deepEqual(kinds, list.marks.map((m) => m.kind));
  const texts = list.marks.flatMap((m) => (m.kind === 'text' ? [m.text] : []));
  assert.deepEqual([...svg.matchAll(/data-mark="text">([^<]*)</g)].map((m) => m[1]), texts);
  assert.deepEqual(paintedOnCanvas(list.marks, log).map((l) => l.replace(/( -?[\d.]+){2}$/, '')), texts);
});

test('colours come from the tokens alone', () => {
  const lab = new Lab();
  const list = stageOf(lab, [applyFixture(lab, 'handshake.ndjson')]).draw();
  assert.ok(list !== null);
  const svg = paintSvg(list, TEST_TOKENS, 't', 'd');
  const colours = new Set([...svg.matchAll(/(?:fill|stroke)="([^"]*)"/g)].map((m) => m[1]));
  assert.deepEqual([...colours].sort(), ['hotpink', 'none']);
});

test('the SVG text is well-formed whatever a label holds', () => {
  const list = new ListBuilder(100, 50);
  const font = { face: 'mono' as const, bold: false, size: cssPx(12) };
  list.text('<&">\u0007 \'', 10, 10, 40, font, 'text');
  const svg = paintSvg(list.done(), TEST_TOKENS, '</title>', '&');
  assert.ok(!/<\/title>\s*<\/title>/.test(svg) && !svg.includes('\u0007') && svg.includes('&#60;&#38;&#34;&#62;'));
  assert.equal((svg.match(/</g) ?? []).length, (svg.match(/>/g) ?? []).length);
});

test('a hit takes the nearest owned mark within the slop, and of two the later one', () => {
  const list = new ListBuilder(200, 100);
  const of = (i: number) => ({ of: { kind: 'event' as const, side: 0, i: eventIndex(i) } });
  list.rect(0, 0, 200, 100, 0, { fill: 'ground' });
  list.line(10, 20, 190, 20, 'text', 2, of(1));
  list.line(10, 40, 190, 60, 'text', 2, of(2));
  list.line(10, 40, 190, 60, 'text', 2, of(3));
  const done = list.done();
  const at = (x: number, y: number, slop: number) => {
    const owner = hit(done, x, y, slop);
    return owner?.kind === 'event' ? owner.i : null;
  };
  assert.equal(at(100, 23, 8), 1);
  assert.equal(at(100, 52, 8), 3);
  assert.equal(at(100, 95, 8), null);
  assert.equal(at(100, 72, 24), 3, 'a finger is wider');
  const line = done.marks[1];
  assert.ok(line !== undefined && distanceTo(line, 0, 20) === 10);
});

test('every flight in a window can be hit at its middle', () => {
  const lab = new Lab();
  const id = applyFixture(lab, 'handshake.ndjson');
  const stage = stageOf(lab, [id], { window: { top: -1.2, scale: 1, follow: false } }, 900, 2600);
  stage.draw();
  let hits = 0;
  for (const f of stage.current?.flights ?? []) {
    const owner = stage.hit((f.line.x1 + f.line.x2) / 2, (f.line.y1 + f.line.y2) / 2, false);
    assert.ok(owner !== null && owner.kind === 'event');
    if (owner.i === f.i) hits++;
  }
  const flights = stage.current?.flights.length ?? 0;
  assert.ok(flights > 20 && hits >= flights - 4, `${hits} of ${flights}: a few lie on each other`);
});

test('however many events a window holds, the list stays small', () => {
  const lab = new Lab();
  const id = applyStream(lab, chatter(2, 20000));
  for (const scale of [1, 0.3, 0.1, 0.02, 0.003]) {
    const stage = stageOf(lab, [id], { window: { top: 200, scale, follow: false } }, 1280, 800);
    const marks = stage.draw()?.marks.length ?? 0;
    assert.ok(marks > 0 && marks <= MOST_MARKS, `${marks} marks at ${scale}`);
  }
});

test('widths from the fixed table do not depend on the machine', () => {
  const font = { face: 'mono' as const, bold: false, size: cssPx(10) };
  assert.equal(fixedMeasure('abc', font), 18);
  assert.equal(fixedMeasure('重传', font), 20);
});

test('a golden list can be read', () => {
  const list = new ListBuilder(10, 10);
  list.line(0, 0, 9.9, 5, 'role-data', 2, { dash: 'dashed', of: { kind: 'event', side: 1, i: eventIndex(4) } });
  assert.equal(describeList(list.done()), 'line 0,0 10,5 role-data 2 dashed #1:e4\n');
});
