import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LadderLog } from '../../../web/src/ladder/log';
import { GAP_ROWS, rowTime, TimeAxis, type Clocked } from '../../../web/src/ladder/time';
import { Lab, type Timeline } from '../../../web/src/model/lab';
import { KIND } from '../../../web/src/wire/types';
import { applyFixture, applyStream, chatter } from './ladder_fixture';

const clock = (events: ReadonlyArray<readonly [t: number, kind: keyof typeof KIND, node: number]>): Clocked => ({
  length: events.length,
  time: (i) => events[i]?.[0] ?? 0,
  kind: (i) => KIND[events[i]?.[1] ?? 'other'],
  node: (i) => events[i]?.[2] ?? 0,
  to: () => 2,
  forwarded: () => false,
  named: () => true,
});
const axisOf = (log: Clocked, perRow = 10): TimeAxis => {
  const axis = new TimeAxis(perRow);
  for (let i = 0; i < log.length; i++) axis.push(0, log, i);
  return axis;
};

test('within a busy stretch rows are proportional to time', () => {
  const axis = axisOf(clock([[0, 'tx', 1], [20, 'rx', 2], [50, 'rx', 2]]));
  assert.deepEqual([0, 1, 2].map((i) => axis.rowOf(0, i)), [0, 2, 5]);
  assert.equal(axis.rowAt(30), 3);
  assert.equal(axis.rowAt(60), 6, 'after the last event time goes on at the same pace');
});

test('a silence is a gap of fixed height that knows what ended it', () => {
  const axis = axisOf(clock([[0, 'tx', 1], [10, 'rx', 2], [1010, 'tm', 1], [1020, 'rx', 1]]));
  assert.deepEqual(axis.gaps.map((g) => [g.i, g.from, g.to, g.top, g.bottom]), [[2, 10, 1010, 1, 1 + GAP_ROWS]]);
  assert.equal(axis.rowOf(0, 3), 2 + GAP_ROWS);
  assert.equal(axis.rowAt(510), 1 + GAP_ROWS / 2);
});

test('labels of one sender get rows of their own, arrivals need none', () => {
  const axis = axisOf(clock([[0, 'tx', 1], [0, 'tx', 1], [0, 'rx', 2], [0, 'st', 1], [0, 'st', 1]]));
  const rows = [0, 1, 2, 3, 4].map((i) => axis.rowOf(0, i));
  assert.ok((rows[1] ?? 0) >= 1 && rows[2] === rows[1] && (rows[4] ?? 0) > (rows[3] ?? 0));
});

test('rows never go back, and growing bit by bit gives the same rows as at once', () => {
  const text = chatter(3, 300).split('\n');
  const whole = new Lab();
  const id = applyStream(whole, text.join('\n'));
  const all = new LadderLog(whole, [whole.timeline(id) as Timeline], 'compact', null);
  const grown = new Lab();
  applyStream(grown, text.slice(0, 20).join('\n'));
  const log = new LadderLog(grown, [grown.timeline(id) as Timeline], 'compact', null);
  for (let k = 20; k < text.length; k++) {
    applyStream(grown, [text[0], text[k]].join('\n'));
    log.extend();
  }
  assert.equal(log.axis.count(0), all.axis.count(0));
  for (let i = 0; i < all.axis.count(0); i++) {
    assert.equal(log.axis.rowOf(0, i), all.axis.rowOf(0, i));
    if (i > 0) assert.ok(all.axis.rowOf(0, i) >= all.axis.rowOf(0, i - 1));
  }
});

test('a slope is a delay: the longest link takes at most five rows, the shortest one and a half', () => {
  const link = (a: number, b: number) => ({ delayNs: [a, b] }) as never;
  assert.equal(15e6 / rowTime([link(15e6, 15e6)]), 1.5);
  assert.equal(100e6 / rowTime([link(1e3, 100e6)]), 5);
  assert.ok(rowTime([]) > 0);
});

test('two timelines share their rows up to the fork, and what differs after it is known', () => {
  const lab = new Lab();
  const story = applyFixture(lab, 'handshake.ndjson');
  const fork = applyFixture(lab, 'fork.ndjson');
  const [a, b] = [lab.timeline(story) as Timeline, lab.timeline(fork) as Timeline];
  const log = new LadderLog(lab, [a, b], 'compact', null);
  assert.equal(log.shared, b.fork?.at);
  for (let i = 0; i < log.shared; i++) assert.equal(log.axis.rowOf(0, i), log.axis.rowOf(1, i));
  const [onlyA, onlyB] = log.differences ?? [new Set(), new Set()];
  const of = (t: Timeline, set: ReadonlySet<number>): string[] => [...set].flatMap((i) => {
    const e = t.event(i);
    return e?.k === 'tx' ? [`${e.n}>${e.to} ${e.lab[0]} ${t.fate(i).kind}`] : [];
  });
  assert.ok(of(a, onlyA).includes('1>2 ACK arrived'), `what the story alone has: ${of(a, onlyA).join(', ')}`);
  assert.ok(of(b, onlyB).includes('1>2 ACK lost'), `what the branch alone has: ${of(b, onlyB).join(', ')}`);
  assert.ok(onlyA.size < 10 && onlyB.size < 10, 'most of what comes later is the same');
});
