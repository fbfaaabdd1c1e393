// wire/link: the four cases of resume on a socket that is not one, back-off, holes.

import assert from 'node:assert/strict';
import test from 'node:test';
import { Link } from '../../../web/src/wire/link';
import type { LinkEvents, WireSocket, Wires } from '../../../web/src/wire/link';
import { labId, timelineId } from '../../../web/src/wire/types';

interface Scene {
  readonly link: Link;
  readonly urls: string[];
  readonly sockets: WireSocket[];
  readonly waits: number[];
  readonly holes: [number, number][];
  readonly states: string[];
  readonly got: string[];
  readonly problems: string[];
  retry(): void;
}
function scene(from: number): Scene {
  const urls: string[] = [];
  const sockets: WireSocket[] = [];
  const waits: number[] = [];
  const due: (() => void)[] = [];
  const wires: Wires = {
    open(url) {
      urls.push(url);
      const socket: WireSocket = { onopen: null, onmessage: null, onclose: null, close: () => socket.onclose?.(1000) };
      sockets.push(socket);
      return socket;
    },
    after(ms, what) {
      waits.push(ms);
      due.push(what);
      return () => due.splice(due.indexOf(what), 1);
    },
    random: () => 1,
  };
  const holes: [number, number][] = [];
  const states: string[] = [];
  const got: string[] = [];
  const problems: string[] = [];
  const on: LinkEvents = {
    line: (line) => got.push(line.line),
    state: (state) => states.push(state),
    hole: (a, b) => holes.push([a, b]),
    problem: (e) => problems.push(e.message),
  };
  const link = new Link(labId('L'), timelineId('T0'), from, wires, on);
  return { link, urls, sockets, waits, holes, states, got, problems, retry: () => due.shift()?.() };
}
const hello = (from: number, head: number): string =>
  JSON.stringify({ line: 'hello', v: 1, timeline: 'T0', from, head, nodes: [], links: [] });
const event = (i: number): string =>
  JSON.stringify({ line: 'events', e: [{ i, t: i, k: 'cmd', n: 1, s: 0, cause: null, text: '' }] });

test('goes on from where it stood', () => {
  const s = scene(0);
  s.sockets[0]?.onmessage?.([hello(0, 2), event(0), event(1), ''].join('\n'));
  s.sockets[0]?.onclose?.(1006);
  s.retry();
  assert.match(s.urls[1] ?? '', /from=2/);
  s.sockets[1]?.onmessage?.(hello(2, 3) + '\n' + event(2));
  assert.deepEqual(s.holes, []);
  assert.equal(s.link.next, 3);
});
test('too old: the server begins later, and the hole is reported', () => {
  const s = scene(5);
  s.sockets[0]?.onmessage?.(hello(9, 12));
  assert.deepEqual(s.holes, [[5, 9]]);
  s.sockets[0]?.onmessage?.(event(9));
  assert.equal(s.link.next, 10);
});
test('too new: the server has less than this page, and the page asks from there', () => {
  const s = scene(50);
  s.sockets[0]?.onmessage?.(hello(0, 3));
  assert.equal(s.link.next, 3);
});
test('a jump in the stream is a hole, never joined; lag and snapshot are holes too', () => {
  const s = scene(0);
  s.sockets[0]?.onmessage?.([hello(0, 9), event(0), event(4)].join('\n'));
  assert.deepEqual(s.holes, [[1, 4]]);
  s.sockets[0]?.onmessage?.('{"line":"lag","from":5,"to":8}');
  assert.deepEqual(s.holes[1], [5, 8]);
  s.sockets[0]?.onmessage?.('{"line":"snapshot","i":11,"t":1,"tables":{}}');
  assert.deepEqual(s.holes[2], [8, 12]);
});
test('the waits double from half a second to eight, and a hello begins them anew', () => {
  const s = scene(0);
  for (let k = 0; k < 7; k++) {
    s.sockets[k]?.onclose?.(1006);
    s.retry();
  }
  assert.deepEqual(s.waits, [500, 1000, 2000, 4000, 8000, 8000, 8000]);
  s.sockets[7]?.onmessage?.(hello(0, 0));
  s.sockets[7]?.onclose?.(1006);
  assert.equal(s.waits[7], 500);
});
test('retry now connects at once, and only when there is no socket', () => {
  const s = scene(0);
  s.link.retryNow();
  assert.equal(s.urls.length, 1);
  s.sockets[0]?.onclose?.(1006);
  s.link.retryNow();
  assert.equal(s.urls.length, 2);
  s.link.end();
  s.link.retryNow();
  assert.equal(s.urls.length, 2);
});
test('a line that is no JSON is reported, and the stream goes on', () => {
  const s = scene(0);
  s.sockets[0]?.onmessage?.([hello(0, 1), '{"line":', event(0)].join('\n'));
  assert.equal(s.problems.length, 1);
  assert.deepEqual(s.got, ['hello', 'events']);
});
