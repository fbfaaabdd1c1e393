import assert from 'node:assert/strict';
import { test } from 'node:test';
import { markBox, type Mark, type TextMark } from '../../../web/src/draw/list';
import { crosses, Occupied, overlaps, placeLabel } from '../../../web/src/ladder/labels';
import { fixedMeasure } from '../../../web/src/draw/measure';
import { fontsFor } from '../../../web/src/ladder/scene';
import { Lab } from '../../../web/src/model/lab';
import { eventIndex } from '../../../web/src/wire/types';
import { applyStream, chatter, random, stageOf } from './ladder_fixture';

const isText = (m: Mark): m is TextMark => m.kind === 'text';
const boxOf = (m: TextMark) => {
  const [left, top, right, bottom] = markBox(m);
  return { left, top, right, bottom, text: m.text };
};

test('no two labels overlap and none is cut at the sides, in 1,000 random windows', () => {
  const next = random(11);
  for (let k = 0; k < 1000; k++) {
    const lab = new Lab();
    const id = applyStream(lab, chatter(k + 1, 40 + Math.floor(next() * 60)));
    const length = lab.timeline(id)?.length ?? 0;
    const width = [390, 560, 900, 1440][k % 4] ?? 900;
    const window = { top: next() * 60, scale: 0.5 + next() * 2, follow: false };
    const cursor = eventIndex(Math.floor(next() * length));
    const stage = stageOf(lab, [id], { window, cursor }, width, 700);
    const list = stage.draw();
    assert.ok(list !== null);
    const boxes = list.marks.filter(isText).map(boxOf);
    boxes.forEach((a, i) => {
      for (const b of boxes.slice(i + 1)) {
        const apart = a.top >= b.bottom - 2.5 || b.top >= a.bottom - 2.5 || a.right <= b.left + 0.5 || b.right <= a.left + 0.5;
        assert.ok(apart, `window ${k}: "${a.text}" and "${b.text}" overlap`);
      }
      const edge = stage.columns?.width ?? width;
      assert.ok(a.left >= 0 && a.right <= edge, `window ${k}: "${a.text}" is cut at a side`);
    });
  }
});

test('every change of state in the window has its name', () => {
  const lab = new Lab();
  const id = applyStream(lab, chatter(5, 60));
  const stage = stageOf(lab, [id], { window: { top: -1.2, scale: 1.2, follow: false } }, 1200, 4000);
  stage.draw();
  const named = new Set(stage.current?.states.map((s) => s.i));
  const timeline = lab.timeline(id);
  let changes = 0;
  for (let i = 0; i < (timeline?.length ?? 0); i++) {
    const e = timeline?.event(i);
    const y = ((stage.log?.axis.rowOf(0, i) ?? 0) - stage.top) * stage.rowHeight;
    if (e?.k !== 'st' || y > 3980) continue;
    changes++;
    assert.ok(named.has(eventIndex(i)), `event ${i}, ${e.to} of node ${e.n}`);
  }
  assert.ok(changes > 10);
});

test('a label drops its last pieces first and stays near the sender', () => {
  const fonts = fontsFor(13);
  const style = { head: fonts.head, rest: fonts.rest, measure: fixedMeasure, most: 3, clear: 14 };
  const line = { x1: 100, y1: 100, x2: 500, y2: 130 };
  const wanted = { line, pieces: ['ONE', 'two two', 'three'], lead: 0, reach: 500, limit: 500 };
  const wide = placeLabel(wanted, new Occupied(), style);
  assert.equal(wide?.rest, 'two two three');
  assert.equal(wide?.x, 114);
  const narrow = placeLabel({ ...wanted, line: { ...line, x2: 230 }, reach: 230, limit: 230 }, new Occupied(), style);
  assert.deepEqual([narrow?.head, narrow?.rest], ['ONE', 'two two']);
  assert.equal(placeLabel({ ...wanted, line: { ...line, x2: 140 }, reach: 140, limit: 140 }, new Occupied(), style), null);
});

test('boxes and segments meet as geometry says', () => {
  const box = { left: 10, top: 10, right: 20, bottom: 20 };
  assert.ok(overlaps(box, { left: 19, top: 19, right: 30, bottom: 30 }));
  assert.ok(!overlaps(box, { left: 20, top: 10, right: 30, bottom: 20 }));
  assert.ok(crosses({ x1: 0, y1: 0, x2: 30, y2: 30 }, box));
  assert.ok(!crosses({ x1: 0, y1: 12, x2: 9, y2: 12 }, box));
  assert.ok(!crosses({ x1: 0, y1: 0, x2: 30, y2: 5 }, box));
});
