// Layout -> sentences: what a screen reader is told of the window, at most 40 rows, in the order
// of time. From the same layout as the picture, so that eye and ear cannot differ. Pure.

import type { Fate } from '../model/lab';
import type { EventIndex, TraceEvent } from '../wire/types';
import type { Words } from '../text/text';
import type { BinShape } from './bins';
import type { Flight } from './flights';
import type { Layout, Note } from './layout';
import { timeText, type Scene } from './scene';

export interface Sentence {
  readonly side: number;
  readonly i: EventIndex; // where a press on the row leads
  readonly row: number;
  readonly text: string;
}
export const MOST_ROWS = 40;

export function sentences(scene: Scene, layout: Layout): Sentence[] {
  const { log, words } = scene;
  const out: Sentence[] = [];
  const add = (side: number, i: EventIndex, past: boolean, text: string): void => {
    if (text === '') return;
    out.push({ side, i, row: log.axis.rowOf(side, i), text: past ? text : words.t('ui.ladder.row.future', { row: text }) });
  };
  for (const f of layout.flights) {
    const laterHop = f.later && f.phase !== 'lost';
    if (!laterHop) add(f.side, f.i, f.phase !== 'future', flightSentence(scene, f));
  }
  for (const s of layout.states) {
    const e = log.timelines[s.side]?.event(s.i) ?? null;
    if (e === null || s.sticky) continue;
    const node = scene.lab.node(e.n)?.name ?? '';
    add(s.side, s.i, s.past, words.t('ui.ladder.row.state', { time: timeText(e.t, log), node, state: s.text }));
  }
  for (const n of layout.notes) add(n.side, n.i, n.past, noteSentence(scene, n));
  for (const g of layout.gaps) add(g.side, g.i, g.past, g.text);
  out.push(...binSentences(scene, layout.bins));
  out.sort((a, b) => a.row - b.row || a.i - b.i);
  return around(out, scene, layout);
}

/** The rows nearest to the cursor when there are too many. */
function around(all: readonly Sentence[], scene: Scene, layout: Layout): Sentence[] {
  if (all.length <= MOST_ROWS) return [...all];
  const row = layout.view.cursor < 0 ? 0 : scene.log.axis.rowOf(layout.view.main, layout.view.cursor);
  let at = all.findIndex((s) => s.row >= row);
  if (at < 0) at = all.length;
  const from = Math.max(0, Math.min(at - MOST_ROWS / 2, all.length - MOST_ROWS));
  return all.slice(from, from + MOST_ROWS);
}

function flightSentence(scene: Scene, f: Flight): string {
  const { log, words, lab } = scene;
  const timeline = log.timelines[f.side];
  const e = timeline?.event(f.i) ?? null;
  if (timeline === undefined || e === null || e.k !== 'tx') return '';
  const row = words.t(f.again ? 'ui.ladder.row.again' : 'ui.ladder.row.sent', {
    time: timeText(e.t, log), from: lab.node(e.n)?.name ?? '', to: lab.node(e.to)?.name ?? '', label: e.lab.join(', '),
  });
  const full = f.differs ? words.t('ui.ladder.row.differs', { row }) : row;
  if (f.phase === 'future') return full;
  if (f.phase === 'flying') return words.t('ui.ladder.row.flying', { row: full });
  return fateSentence(scene, full, timeline.fate(f.i));
}

function fateSentence(scene: Scene, row: string, fate: Fate): string {
  const { words, log } = scene;
  if (fate.kind === 'lost') return words.t('ui.ladder.row.lost', { row, why: words.say(fate.why) });
  if (fate.kind === 'arrived') return words.t('ui.ladder.row.arrived', { row, time: timeText(fate.t, log) });
  return row;
}

function noteSentence(scene: Scene, n: Note): string {
  const { log, words, lab } = scene;
  const e = log.timelines[n.side]?.event(n.i) ?? null;
  if (e === null) return '';
  const [time, node] = [timeText(e.t, log), lab.node(e.n)?.name ?? ''];
  if (e.k === 'drop') return words.t('ui.ladder.row.drop', { time, node, why: words.say(e.why) });
  const text = noteText(words, e);
  return text === '' ? '' : words.t('ui.ladder.row.note', { time, node, text });
}

/** What a note says when it is pointed at. */
export function noteText(words: Words, e: TraceEvent): string {
  if (e.k === 'cmd' || e.k === 'con') return e.text;
  if (e.k === 'call') return `${e.text} = ${e.value}`;
  if (e.k === 'drop') return words.say(e.why);
  if (e.k === 'tm') return e.timer.replace(/_/g, ' ') + (e.say === null ? '' : `: ${words.say(e.say, e.a)}`);
  if (e.k === 'tx') return e.lab.join(' ');
  return '';
}

/** One row a direction where packets are only counted. */
function binSentences(scene: Scene, bins: readonly BinShape[]): Sentence[] {
  const sums = new Map<string, { side: number; i: EventIndex; from: string; to: string; count: number; lost: number }>();
  for (const b of bins) {
    const [from, to] = [scene.lab.node(b.from)?.name ?? '', scene.lab.node(b.to)?.name ?? ''];
    const sum = sums.get(`${b.side} ${b.from} ${b.to}`) ?? { side: b.side, i: b.i, from, to, count: 0, lost: 0 };
    sums.set(`${b.side} ${b.from} ${b.to}`, { ...sum, count: sum.count + b.count, lost: sum.lost + b.lost });
  }
  return [...sums.values()].map((s) => ({
    side: s.side, i: s.i, row: scene.log.axis.rowOf(s.side, s.i),
    text: scene.words.t('ui.ladder.bins', { from: s.from, to: s.to, count: String(s.count), lost: String(s.lost) }),
  }));
}
