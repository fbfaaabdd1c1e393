// views/scrubber_layout: a fork leaves its parent where it did, marks are bounded, x is invertible.

import assert from 'node:assert/strict';
import test from 'node:test';
import { EDGE, indexToX, layoutScrubber, xToIndex } from '../../../web/src/views/scrubber_layout';
import { timelineId } from '../../../web/src/wire/types';
import type { TimelineInfo } from '../../../web/src/wire/types';
import { fixture, labOf } from './support';

const info = (id: string, parent: string | null, at: number | null, head: number): TimelineInfo => ({
  id: timelineId(id), parent: parent === null ? null : timelineId(parent), at: at as never, head: head as never, headT: 0 as never,
  running: false, title: '',
});
test('x and index are each other\'s inverse', () => {
  for (const end of [2, 17, 400]) {
    for (let i = 0; i < end; i++) assert.equal(xToIndex(indexToX(i, end, 900), end, 900), i);
  }
  assert.equal(xToIndex(-50, 10, 900), 0);
  assert.equal(xToIndex(5000, 10, 900), 9);
});
test('lanes of a root, its fork, and a fork of that', () => {
  const { lab, timeline } = labOf(fixture('opening.ndjson'));
  const layout = layoutScrubber({
    infos: [info('T0', null, null, timeline.length), info('T1', 'T0', 8, 40), info('T2', 'T1', 20, 30)],
    shown: timelineId('T1'), beside: timelineId('T0'), width: 800, timeline: (id) => lab.timeline(id),
  });
  assert.equal(layout.end, 40);
  assert.deepEqual(layout.lanes.map((l) => l.row), [0, 1, 2]);
  assert.deepEqual(layout.lanes.map((l) => l.parentRow), [null, 0, 1]);
  assert.equal(layout.lanes[1]?.x0, indexToX(7, 40, 800));
  assert.equal(layout.lanes[0]?.x0, EDGE);
  assert.equal(layout.lanes[1]?.x1, 800 - EDGE);
  assert.ok(layout.lanes[1]?.shown && layout.lanes[0]?.beside);
  assert.ok(layout.marks.some((m) => m.what === 'lost' && m.row === 0));
});
test('of many timelines the root, the shown ones and the newest stay', () => {
  const { lab } = labOf(fixture('opening.ndjson'));
  const infos = Array.from({ length: 20 }, (_, k) => info(`T${k}`, k === 0 ? null : 'T0', k === 0 ? null : 5, 20));
  const layout = layoutScrubber({
    infos, shown: timelineId('T7'), beside: timelineId('T3'), width: 500, timeline: (id) => lab.timeline(id),
  });
  assert.deepEqual(layout.lanes.map((l) => l.id as string), ['T0', 'T3', 'T7', 'T19']);
});
