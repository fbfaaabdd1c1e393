// The pictures of recorded and invented streams as text, one mark a line. A wanted change of the
// picture is written anew with UPDATE_GOLDEN=1, and its difference is read before it is committed.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { describeList } from '../../../web/src/draw/list';
import { storySvg } from '../../../web/src/ladder/export';
import { sentences } from '../../../web/src/ladder/sentences';
import { Lab } from '../../../web/src/model/lab';
import { eventIndex, virtualNs } from '../../../web/src/wire/types';
import { applyFixture, FIXTURES, KEYS, stageOf } from './ladder_fixture';

function golden(name: string, text: string): void {
  const file = join(FIXTURES, 'golden', name);
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(file, text);
  assert.equal(text, readFileSync(file, 'utf8'));
}

test('the handshake as it ended', () => {
  const lab = new Lab();
  const id = applyFixture(lab, 'handshake.ndjson');
  const stage = stageOf(lab, [id], { window: { top: -1.2, scale: 1, follow: false }, graph: lab.graphs[0]?.name ?? null }, 900, 2400);
  golden('handshake.txt', describeList(stage.draw() ?? { width: 0, height: 0, marks: [] } as never));
});

test('a protocol that does not exist is drawn, in the middle of its first flight', () => {
  const lab = new Lab();
  const id = applyFixture(lab, 'invented.ndjson');
  const timeline = lab.timeline(id);
  let tx = 0;
  while (timeline?.event(tx)?.k !== 'tx') tx++;
  const now = virtualNs((timeline.time(tx) + timeline.arrival(tx)) / 2);
  const stage = stageOf(lab, [id], { cursor: timeline.fateIndex(tx) ?? eventIndex(tx), now }, 640, 500);
  golden('invented.txt', describeList(stage.draw() ?? { width: 0, height: 0, marks: [] } as never));
  const flight = stage.current?.flights.find((f) => f.i === tx);
  assert.equal(flight?.phase, 'flying');
  assert.ok(flight !== undefined && Math.abs(flight.at[0] - (flight.line.x1 + flight.line.x2) / 2) < 2);
});

test('a phone shows first pieces only', () => {
  const lab = new Lab();
  const id = applyFixture(lab, 'handshake.ndjson');
  const stage = stageOf(lab, [id], {}, 390, 1400);
  stage.draw();
  const labels = stage.current?.flights.flatMap((f) => (f.label === null ? [] : [f.label])) ?? [];
  assert.ok(labels.length > 5 && labels.every((l) => l.rest === ''));
});

test('the rows say what the picture shows, at most forty', () => {
  const lab = new Lab();
  const id = applyFixture(lab, 'handshake.ndjson');
  const shown = { window: { top: -1.2, scale: 1, follow: false } } as const;
  const stage = stageOf(lab, [id], shown, 900, 2400);
  stage.draw();
  const timeline = lab.timeline(id);
  assert.ok(timeline !== null && stage.current !== null);
  const scene = stage.prepare({
    sides: [timeline], main: 0, scale: 'compact', graph: null, cursor: eventIndex(timeline.length - 1), now: null, words: KEYS, ...shown,
  });
  assert.ok(scene !== null);
  const said = sentences(scene, stage.current);
  assert.ok(said.length > 20 && said.length <= 40);
  assert.ok(said.some((s) => s.text.includes('row.lost') && s.text.includes('reason.')));
  assert.ok(said.some((s) => s.text.includes('row.again')));
  said.forEach((s, k) => assert.ok(k === 0 || s.row >= (said[k - 1]?.row ?? 0)));
});

test('the first picture of the page is drawn without a DOM', () => {
  const svg = storySvg(readFileSync(join(FIXTURES, 'opening.ndjson'), 'utf8'), { 'ui.ladder.idle': 'idle {span}' });
  assert.ok(svg.startsWith('<svg') && svg.includes('var(--role-open)') && !svg.includes('hotpink'));
  assert.ok(svg.length < 20000, `${svg.length} octets`);
});
