import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Lab, type Timeline } from '../../../web/src/model/lab';
import { downLinks, settle } from '../../../web/src/model/network';
import { drawnAt, gather, MOST_PACKETS, movingAt, placeNodes, plateWidth, toPixels, toPlace, type Moving } from '../../../web/src/views/topology_layout';
import { linkId, nodeId, virtualNs, type LinkLine, type Node } from '../../../web/src/wire/types';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { applyFixture, applyStream, FIXTURES } from './ladder_fixture';

const nodesOf = (count: number, x = -1): Node[] =>
  Array.from({ length: count }, (_, k) => ({ id: nodeId(k + 1), name: `n${k + 1}`, kind: 'host', x, y: x, interfaces: [] }));
const link = (id: number, a: number, b: number): LinkLine => ({
  id: linkId(id), a: nodeId(a), b: nodeId(b), aInterface: '', bInterface: '', rateBps: 0, delayNs: [virtualNs(1), virtualNs(1)],
});

test('a chain is a line from end to end, whatever the order of its nodes', () => {
  const places = placeNodes(nodesOf(4), [link(1, 3, 1), link(2, 1, 4), link(3, 4, 2)], settle);
  const order = [...places].sort(([, a], [, b]) => a.x - b.x).map(([id]) => id);
  assert.ok(order.join() === '3,1,4,2' || order.join() === '2,4,1,3');
  assert.ok([...places.values()].every((p) => p.y === 500));
});

test('any other network is laid out the same way each time, its nodes apart', () => {
  for (const count of [3, 5, 9, 20]) {
    const links = Array.from({ length: count - 1 }, (_, k) => link(k + 1, 1, k + 2)).concat(link(count, 2, 3));
    const places = placeNodes(nodesOf(count), links, settle);
    assert.deepEqual([...places], [...placeNodes(nodesOf(count), links, settle)]);
    const all = [...places.values()];
    all.forEach((a, k) => {
      assert.ok(a.x >= 0 && a.x <= 1000 && a.y >= 0 && a.y <= 1000);
      all.slice(k + 1).forEach((b) => assert.ok(Math.hypot(a.x - b.x, a.y - b.y) > 60, `${count} nodes: two are too near`));
    });
  }
});

test('places that the scenario gives are kept, and pixels go there and back', () => {
  const nodes = nodesOf(2).map((n, k) => ({ ...n, x: 100 + k, y: 900 }));
  assert.deepEqual(placeNodes(nodes, [], settle).get(nodeId(2)), { x: 101, y: 900 });
  const px = toPixels({ x: 250, y: 750 }, 640, 300);
  assert.deepEqual(toPlace(px.x, px.y, 640, 300), { x: 250, y: 750 });
});

test('a packet is as far as the time since it was sent, and no further than where it dies', () => {
  const lab = new Lab();
  const timeline = lab.timeline(applyFixture(lab, 'handshake.ndjson')) as Timeline;
  let lost = 0;
  for (let i = 0; i < timeline.length; i++) {
    const e = timeline.event(i);
    const fate = timeline.fate(i);
    if (e?.k !== 'tx' || fate.kind === 'flying') continue;
    const half = (e.t + fate.t) / 2;
    const moving = movingAt(timeline, fate.at, half).find((m) => m.i === i);
    const way = fate.kind === 'lost' ? fate.where : 1;
    assert.ok(moving !== undefined && Math.abs(moving.part - way / 2) < 0.01, `event ${i}`);
    const after = movingAt(timeline, fate.at, fate.t).find((m) => m.i === i);
    if (fate.kind !== 'lost') continue;
    lost++;
    assert.deepEqual([after?.lost, after?.part], [true, fate.where]);
  }
  assert.equal(lost, 2);
  assert.deepEqual(movingAt(timeline, timeline.length - 1, timeline.time(timeline.length - 1) + 1e12), []);
});

test('a crowd on one direction of a link becomes a strand', () => {
  const one = (k: number): Moving => ({ i: k as never, e: { l: linkId(1), n: nodeId(1), to: nodeId(2) } as never, part: 0.5, lost: false });
  const few = gather(Array.from({ length: MOST_PACKETS }, (_, k) => one(k)));
  assert.deepEqual([few.packets.length, few.strands.length], [MOST_PACKETS, 0]);
  const many = gather(Array.from({ length: MOST_PACKETS + 1 }, (_, k) => one(k)));
  assert.deepEqual([many.packets.length, many.strands[0]?.count], [0, MOST_PACKETS + 1]);
});

test('a link is down while a row of either end says so', () => {
  const lab = new Lab();
  const id = applyFixture(lab, 'handshake.ndjson');
  const timeline = lab.timeline(id) as Timeline;
  const length = timeline.length;
  const row = (i: number, state: string): string => JSON.stringify({
    line: 'events', e: [{ i, t: 1e10 + i, k: 'tab', n: 2, s: i, cause: null, tab: lab.tables[0]?.name, op: 'set', key: 'x', row: ['eth1', state] }],
  });
  const hello = readFileSync(join(FIXTURES, 'handshake.ndjson'), 'utf8').split('\n')[0] ?? '';
  applyStream(lab, [hello, row(length, 'DOWN'), row(length + 1, 'up')].join('\n'));
  assert.deepEqual([length - 1, length, length + 1].map((i) => [...downLinks(lab, timeline, i)]), [[], [2], []]);
});

test('nodes that would cover each other become plates, and no plate covers another', () => {
  for (let count = 2; count <= 12; count++) {
    const columns = Math.max(1, Math.ceil(count / 2) - 1);
    const nodes = nodesOf(count).map((n, k) => ({ ...n, name: `node-${10 + k}`, x: (Math.floor(k / 2) * 1000) / columns, y: k % 2 === 0 ? 0 : 1000 }));
    for (const [width, height] of [[360, 116], [520, 200], [900, 500]] as const) {
      const { at, plates, size } = drawnAt(nodes, placeNodes(nodes, [], settle), width, height, 13);
      const wide = plates ? plateWidth('node-10', size) : 80;
      const high = plates ? size * 1.7 : 80;
      const all = [...at.values()];
      assert.ok(all.every((p) => p.y > 8 && p.y < height - 8), 'inside');
      all.forEach((a, k) => all.slice(k + 1).forEach((b) => {
        assert.ok(Math.abs(a.x - b.x) >= wide || Math.abs(a.y - b.y) >= high, `${count} nodes at ${width}x${height}`);
      }));
    }
  }
});
