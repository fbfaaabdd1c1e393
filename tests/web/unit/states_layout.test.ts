import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fixedMeasure } from '../../../web/src/draw/measure';
import { movedGraphs, shownGraph } from '../../../web/src/model/graphs';
import { Lab, type Timeline } from '../../../web/src/model/lab';
import { labelArcs, layPlates } from '../../../web/src/views/states_labels';
import { layGraph, type Box } from '../../../web/src/views/states_layout';
import { Standings, Trail } from '../../../web/src/views/states_trail';
import { nodeId, type Graph } from '../../../web/src/wire/types';
import { applyFixture } from './ladder_fixture';
import { labOf } from './support';

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

test('told of one node, or of one object alone', () => {
  const { graph, timeline } = graphOf('handshake.ndjson');
  const end = timeline.length - 1;
  const all = new Standings().at(timeline, graph.name, end);
  const [node] = all.map((s) => s.node);
  assert.ok(node !== undefined && new Set(all.map((s) => s.node)).size > 1);
  const own = new Standings().at(timeline, graph.name, end, { node, obj: null });
  assert.deepEqual(own, all.filter((s) => s.node === node));
  const objects = timeline.statesAt(end).filter((s) => s.m === graph.name && s.n === node);
  for (const o of objects) {
    const one = new Standings().at(timeline, graph.name, end, { node, obj: o.obj });
    assert.deepEqual(one.map((s) => [s.state, s.count, s.names[0]]), [[o.state, 1, o.name]]);
  }
  const trail = new Trail();
  const sum = (obj: number | null): number => trail.at(timeline, graph.name, end, { node, obj }).reduce((n, x) => n + x.count, 0);
  assert.equal(objects.reduce((n, o) => n + sum(o.obj), 0), sum(null));
  assert.ok(sum(null) < new Trail().at(timeline, graph.name, end).reduce((n, x) => n + x.count, 0));
});
test('a crowd in one state is some plates and one that counts the rest, none beyond the edge', () => {
  const { graph } = graphOf('handshake.ndjson');
  const state = graph.states[4]?.name ?? '';
  const crowd = Array.from({ length: 40 }, (_, k) => ({ node: nodeId(k + 1), state, count: 3, names: ['x'] }));
  for (const [width, height] of [[300, 280], [420, 340], [900, 700]] as const) {
    const picture = layGraph(graph, width, height, fixedMeasure, 14, []);
    const plates = layPlates(picture, crowd, (n) => `node${n}`, fixedMeasure, width);
    assert.ok(plates.length < 40 && plates.length > 0);
    for (const p of plates) assert.ok(p.left >= 0 && p.right <= width, `cut at ${width}`);
    const last = plates[plates.length - 1];
    const counted = plates.length === 1 ? last?.text === '×120' : last?.text === `+${40 - plates.length + 1}`;
    assert.ok(counted, `${plates.length} plates, the last says ${last?.text}`);
    assert.equal(last?.standing.names.at(-1), 'node40 ×3');
  }
});
test('a far bend that finds no room beside the boxes stays in the panel', () => {
  const graph = {
    name: 'g', title: 't', source: '', states: [{ name: 'FIRST', x: 80, y: 100 }, { name: 'SOMETHING-LONG', x: 900, y: 900 }],
    edges: [{ from: 0, to: 1, label: '', clause: '', bend: -260 }, { from: 1, to: 0, label: '', clause: '', bend: -700 }],
  } as unknown as Graph;
  for (const width of [260, 320, 420, 700]) {
    for (const arc of layGraph(graph, width, 320, fixedMeasure, 14, []).arcs) {
      assert.ok(arc.middle[0] >= 0 && arc.middle[0] <= width, `the middle at ${width}`);
      assert.ok(arc.tip[0] >= 0 && arc.tip[0] <= width - 4, `the head at ${width}: ${arc.tip[0]}`);
    }
  }
});
test('the graph to show is one that has moved; where nothing moved, none is made up', () => {
  const { lab, timeline, graph } = graphOf('invented.ndjson');
  assert.deepEqual([...movedGraphs(timeline)].includes(graph.name), true);
  const { lab: empty, timeline: still } = labOf(JSON.stringify({
    line: 'hello', v: 1, behaviour: 1, lab: 'L', timeline: 'T0', parent: null, from: 0, head: 0, detail: 'story', nodes: [], links: [],
    protocols: [], roles: [], tables: {}, graphs: Object.fromEntries(['one', 'two'].map((m) => [m, { title: m, source: '', states: [], edges: [] }])),
  }));
  assert.equal(shownGraph(empty, still, null), null);
  assert.equal(shownGraph(empty, still, 'two' as never)?.name, 'two', 'who chose one sees it');
  assert.ok(lab.graphs.length > 0);
});
