// What is drawn over the network, without a page: ways over time, the strip and its axis, arrows
// along cables, and pictures with vertices of their own. All names are invented.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fixedMeasure } from '../../../web/src/draw/measure';
import { Beliefs, faceOf } from '../../../web/src/model/beliefs';
import { layStrip } from '../../../web/src/views/beliefs_layout';
import { layMap, type MapBox } from '../../../web/src/views/map_layout';
import { layArrow, nodesOf } from '../../../web/src/views/ways_layout';
import { cssPx, eventIndex, linkId, nodeId, virtualNs } from '../../../web/src/wire/types';
import type { LinkLine, NodeId, SentenceKey } from '../../../web/src/wire/types';
import type { Change, Picture, Way } from '../../../web/src/wire/types_overlay';
import { dice } from './support';

const way = (to: number, role = 'plain', links: number[] = []): Way =>
  ({ to, role, say: 'x' as SentenceKey, port: 'p', links: links.map(linkId), via: '', cost: null });
const change = (i: number, t: number, from: number, ...ways: Way[]): Change =>
  ({ i: eventIndex(i), t: virtualNs(t), from: nodeId(from), ways });
const told = (list: Change[], to = 100, t = 1000) => ({ dst: 'D', list, to, t: virtualNs(t) });

test('at any event the last change of the node holds; before its first that one', () => {
  const own = new Beliefs();
  own.add(told([change(0, 0, 1, way(2)), change(0, 0, 2, way(3)), change(10, 100, 1, way(3)), change(20, 200, 1, way(2, 'loop'))]));
  assert.deepEqual([-1, 0, 9, 10, 19, 20, 99].map((i) => own.at(nodeId(1), i)[0]?.to), [2, 2, 2, 3, 3, 2, 2]);
  assert.equal(own.at(nodeId(2), 50)[0]?.to, 3);
  assert.deepEqual(own.at(nodeId(7), 50), []);
  own.add(told([change(30, 300, 5, way(1))]));
  assert.deepEqual([29, 30].map((i) => own.at(nodeId(5), i).length), [0, 1], 'it had no way before');
});
test('a later answer begins with what is known, and only its news are changes', () => {
  const own = new Beliefs();
  own.add(told([change(0, 0, 1, way(2)), change(10, 100, 1, way(3))], 50, 500));
  own.add(told([change(50, 500, 1, way(3)), change(60, 600, 1, way(4))], 80, 800));
  assert.deepEqual(own.changesOf(nodeId(1)).map((c) => c.i), [0, 10, 60]);
  assert.deepEqual([own.to, own.t], [80, 800]);
});
test('of several ways a node is drawn by the worst', () => {
  assert.equal(faceOf([way(2), way(3, 'loop')]), 'loop');
  assert.equal(faceOf([way(2, 'doomed'), way(0, 'dead_end')]), 'dead_end');
  assert.equal(faceOf([way(2, 'tree')]), 'tree');
  assert.equal(faceOf([]), 'none');
});
test('the segments of a row fill it from the first change to the end, on either axis', () => {
  const roll = dice(5);
  for (let k = 0; k < 200; k++) {
    const own = new Beliefs();
    let t = 0;
    const list = Array.from({ length: 1 + roll(30) }, (_, n) => change(n, (t += roll(4) * 10 ** roll(10)), 1 + roll(3), way(n + 1)));
    own.add(told(list, 100, t + 1 + roll(1e9)));
    for (const linear of [true, false]) {
      const { rows, axis } = layStrip(own, own.nodes(), own.t, linear, 300 + roll(900));
      for (const row of rows) {
        row.segments.forEach((s, n) => {
          assert.ok(s.x1 >= s.x0 && s.x0 >= 0 && s.x1 <= 1 + 1e-9);
          assert.equal(s.x0, n === 0 ? s.x0 : row.segments[n - 1]?.x1);
        });
        assert.ok(Math.abs((row.segments.at(-1)?.x1 ?? 1) - 1) < 1e-9, 'the last lasts to the end');
      }
      for (let x = 0; x <= 1; x += 0.05) assert.ok(Math.abs(axis.at(axis.time(x)) - x) < 1e-6, `${x} there and back`);
      axis.ticks.forEach((tick, n) => assert.ok(n === 0 || tick.x > (axis.ticks[n - 1]?.x ?? 0)));
    }
  }
});
test('a burst is no hair: on the compact axis each change has its room', () => {
  const own = new Beliefs();
  own.add(told([change(0, 0, 1, way(2)), change(1, 1e11, 1, way(3)), change(2, 1e11 + 1e6, 1, way(2))], 9, 2e11));
  const narrowest = (linear: boolean): number =>
    Math.min(...(layStrip(own, own.nodes(), own.t, linear, 600).rows[0]?.segments ?? []).map((s) => s.x1 - s.x0));
  assert.ok(narrowest(true) < 0.001);
  assert.ok(narrowest(false) > 0.015);
});

const cable = (id: number, a: number, b: number): LinkLine =>
  ({ id: linkId(id), a: nodeId(a), b: nodeId(b) } as LinkLine);
const cables = new Map([[1, cable(1, 1, 9)], [2, cable(2, 3, 9)], [4, cable(4, 1, 2)]]);

test('an arrow follows the cables through what lies between; without them it goes straight', () => {
  assert.deepEqual(nodesOf(nodeId(1), way(3, 'plain', [1, 2]), cables), [1, 9, 3]);
  assert.deepEqual(nodesOf(nodeId(1), way(3), cables), [1, 3]);
  assert.deepEqual(nodesOf(nodeId(1), way(3, 'plain', [2, 1]), cables), [1, 3], 'cables that do not fit');
  const at = (id: NodeId) => ({ x: id * 100, y: id === 9 ? 300 : 100 });
  const there = layArrow([nodeId(1), nodeId(2)], at, 30);
  const back = layArrow([nodeId(2), nodeId(1)], at, 30);
  assert.ok(there !== null && back !== null);
  assert.deepEqual([there.tip[2], back.tip[2]], [0, 180]);
  assert.ok(there.tip[1] > 100 && back.tip[1] < 100, 'there and back lie on two sides of the cable');
  assert.equal((layArrow([nodeId(1), nodeId(9), nodeId(3)], at, 30)?.path.match(/L/g) ?? []).length, 2);
  assert.equal(layArrow([nodeId(1), nodeId(1)], at, 30), null);
});

const apart = (a: MapBox, b: MapBox): boolean =>
  Math.abs(a.x - b.x) >= (a.w + b.w) / 2 - 0.5 || Math.abs(a.y - b.y) >= (a.h + b.h) / 2 - 0.5;

function star(routers: number): Picture {
  const vertices = Array.from({ length: routers }, (_, k) => ({ id: k + 1, node: nodeId(k + 1), kind: 'router', name: `id${k}`, note: k ? '' : 'N' }));
  const nets = vertices.map((v, k) => ({ id: 1000 + k, node: nodeId(0), kind: 'network', name: `net${k}`, note: '' }));
  const leaves = vertices.map((v, k) => ({ id: 2000 + k, node: nodeId(0), kind: 'stub', name: `leaf${k}`, note: 'x' }));
  const arrows = vertices.map((v, k) => ({ from: v.id, ways: [way(1000 + k), way(1000 + ((k + 1) % routers)), way(2000 + k)] }));
  return { i: eventIndex(0), vertices: [...vertices, ...nets, ...leaves], arrows };
}
const font = (size: number, bold: boolean) => ({ face: 'ui' as const, bold, size: cssPx(size) });
const mapOf = (routers: number, width: number, height: number) => layMap({
  picture: star(routers), width, height, nameOf: (n) => `r${n}`, measure: fixedMeasure, font: font(13, true), small: font(11, false),
  places: new Map(Array.from({ length: routers }, (_, k) => {
    const angle = (2 * Math.PI * k) / routers;
    return [nodeId(k + 1), { x: 500 + 500 * Math.cos(angle), y: 500 + 500 * Math.sin(angle) }];
  })),
});
test('on a map nothing covers anything, a few or a crowd, and all lies inside', () => {
  for (const [routers, width, height] of [[1, 300, 200], [4, 700, 400], [8, 360, 300], [30, 800, 500], [100, 900, 600]] as const) {
    const map = mapOf(routers, width, height);
    assert.equal(map.boxes.length, routers * 3);
    for (const [k, a] of map.boxes.entries()) {
      assert.ok(a.x - a.w / 2 >= 0 && a.x + a.w / 2 <= map.width && a.y - a.h / 2 >= 0 && a.y + a.h / 2 <= map.height);
      for (const b of map.boxes.slice(k + 1)) assert.ok(apart(a, b), `${routers}: ${a.title} on ${b.title}`);
    }
  }
  assert.deepEqual(mapOf(8, 700, 400), mapOf(8, 700, 400));
});
test('a line joins two vertices once, and each end says its own cost', () => {
  const picture: Picture = {
    i: eventIndex(0), vertices: star(2).vertices.slice(0, 2),
    arrows: [{ from: 1, ways: [{ ...way(2), cost: 10 }] }, { from: 2, ways: [{ ...way(1, 'tree'), cost: 20 }] }],
  };
  const map = layMap({
    picture, width: 600, height: 300, nameOf: (n) => `r${n}`, measure: fixedMeasure, font: font(13, true), small: font(11, false),
    places: new Map([[nodeId(1), { x: 0, y: 500 }], [nodeId(2), { x: 1000, y: 500 }]]),
  });
  assert.equal(map.lines.length, 1);
  const [line] = map.lines;
  assert.equal(line?.tree, true);
  const [near, far] = line?.ends ?? [];
  assert.ok(near !== undefined && far !== undefined && near.way.cost === 10 && near.x < 300 && far.way.cost === 20 && far.x > 300);
});
