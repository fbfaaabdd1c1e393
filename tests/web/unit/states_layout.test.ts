import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fixedMeasure } from '../../../web/src/draw/measure';
import { shownGraph } from '../../../web/src/model/graphs';
import { Lab, type Timeline } from '../../../web/src/model/lab';
import { labelArcs, layPlates } from '../../../web/src/views/states_labels';
import { layGraph, type Box } from '../../../web/src/views/states_layout';
import { Standings, Trail } from '../../../web/src/views/states_trail';
import type { Graph } from '../../../web/src/wire/types';
import { applyFixture } from './ladder_fixture';

const meets = (a: Box, b: Box): boolean => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

function graphOf(name: string): { graph: Graph; lab: Lab; timeline: Timeline } {
  const lab = new Lab();
  const timeline = lab.timeline(applyFixture(lab, name)) as Timeline;
  return { graph: shownGraph(lab, timeline, null) as Graph, lab, timeline };
}

for (const name of ['handshake.ndjson', 'invented.ndjson']) {
  for (const [width, height] of [[300, 280], [420, 340], [640, 560], [900, 700]] as const) {
    test(`${name} at ${width}x${height}: boxes and labels apart, all inside`, () => {
      const { graph } = graphOf(name);
      const picture = layGraph(graph, width, height, fixedMeasure, 14, []);
      assert.equal(picture.boxes.length, graph.states.length);
      assert.equal(picture.arcs.length, graph.edges.length);
      const labels = labelArcs(picture, fixedMeasure, [], true, width, height);
      const boxes: Box[] = [...picture.boxes, ...labels.map((l) => l.box)];
      boxes.forEach((a, k) => boxes.slice(k + 1).forEach((b) => assert.ok(!meets(a, b), 'two overlap')));
      for (const b of boxes) assert.ok(b.left >= 0 && b.top >= 0 && b.right <= width && b.bottom <= height, 'one is cut');
      for (const arc of picture.arcs) {
        const [x, y] = arc.middle;
        assert.ok(x >= 0 && x <= width && y >= 0 && y <= height, `arc ${arc.from}-${arc.to} leaves the panel`);
      }
    });
  }
}

test('an arc that was taken has its label even in a small panel', () => {
  const { graph } = graphOf('handshake.ndjson');
  const picture = layGraph(graph, 320, 300, fixedMeasure, 12, []);
  assert.deepEqual(labelArcs(picture, fixedMeasure, [3], false, 320, 300).map((l) => l.arc), [3]);
});

test('the plates of those who stand there cover no other state and stay inside', () => {
  const { graph, lab, timeline } = graphOf('handshake.ndjson');
  for (const [width, height] of [[320, 210], [340, 300], [640, 560]] as const) {
    const picture = layGraph(graph, width, height, fixedMeasure, 14, []);
    for (const i of [40, 90, 120, timeline.length - 1]) {
      const all = new Standings().at(timeline, graph.name, i);
      const plates = layPlates(picture, all, (n) => lab.node(n)?.name ?? '', fixedMeasure, width);
      assert.equal(plates.length, all.length);
      for (const p of plates) {
        assert.ok(p.left >= 0 && p.right <= width && p.bottom <= height, `cut at ${width}`);
        const names = picture.boxes.filter((b) => b.index !== p.state).map((b) => ({ ...b, left: b.left + 8, right: b.right - 8 }));
        for (const b of names) assert.ok(!meets(p, b), `${p.text} covers ${b.name} at ${width}x${height}`);
      }
    }
  }
});

test('a move that the graph has no arc for is drawn, too', () => {
  const { graph } = graphOf('handshake.ndjson');
  const picture = layGraph(graph, 600, 500, fixedMeasure, 14, [[4, 0]]);
  const extra = picture.arcs[picture.arcs.length - 1];
  assert.deepEqual([extra?.from, extra?.to, extra?.edge], [4, 0, null]);
});

test('the trail counts forward and back alike', () => {
  const { graph, timeline } = graphOf('handshake.ndjson');
  const trail = new Trail();
  const forward = [40, 90, timeline.length - 1].map((i) => JSON.stringify(trail.at(timeline, graph.name, i)));
  const back = [timeline.length - 1, 90, 40].map((i) => JSON.stringify(new Trail().at(timeline, graph.name, i))).reverse();
  assert.deepEqual(forward, back);
  assert.equal(JSON.stringify(trail.at(timeline, graph.name, 40)), forward[0], 'after going back');
  assert.ok(trail.at(timeline, graph.name, timeline.length - 1).length >= 8);
});

test('nodes stand in the states that the stream says', () => {
  const { graph, lab, timeline } = graphOf('handshake.ndjson');
  const all = new Standings().at(timeline, graph.name, timeline.length - 1);
  const words = all.map((s) => `${lab.node(s.node)?.name} ${s.state}`).sort();
  const last = new Map<string, string>();
  for (let i = 0; i < timeline.length; i++) {
    const e = timeline.event(i);
    if (e?.k === 'st' && e.m === graph.name) last.set(`${e.n} ${e.obj}`, `${lab.node(e.n)?.name} ${e.to}`);
  }
  assert.deepEqual(words, [...new Set(last.values())].sort());
});

test('who stands where is the same whether the cursor came from before or from behind', () => {
  const { graph, timeline } = graphOf('handshake.ndjson');
  const one = new Standings();
  const seen = (stand: Standings, i: number): string[] =>
    stand.at(timeline, graph.name, i).map((s) => `${s.node} ${s.state} ${s.count} ${[...s.names].sort().join()}`).sort();
  const roll = [40, 90, 20, timeline.length - 1, 0, 60, 59, 58, 61, timeline.length - 1, -1, 33];
  for (const i of roll) {
    const all = new Map<string, string>();
    for (const s of timeline.statesAt(i)) if (s.m === graph.name) all.set(`${s.n} ${s.obj}`, `${s.n} ${s.state}`);
    assert.deepEqual(seen(one, i), seen(new Standings(), i), `at ${i}`);
    assert.deepEqual(one.at(timeline, graph.name, i).map((s) => `${s.node} ${s.state}`).sort(), [...new Set(all.values())].sort());
  }
});
