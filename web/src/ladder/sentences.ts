// Layout -> sentences: what a screen reader is told of the window, at most 40 rows, in the order
// of time. From the same layout as the picture, so that eye and ear cannot differ. Pure.

import type { EventIndex } from '../wire/types';
import type { Words } from '../text/text';
import type { Flight } from './flights';
import type { Layout } from './layout';
import type { LadderLog } from './log';
import { timeText, type Scene } from './scene';

export interface Sentence {
  readonly side: number;
  readonly i: EventIndex;
  readonly row: number;
  readonly text: string;
}
export const MOST_ROWS = 40;

export function sentences(scene: Scene, layout: Layout): Sentence[] {
  const { log, words } = scene;
  const out: Sentence[] = [];
  for (const f of layout.flights) {
    if (f.label === null && f.phase !== 'future' && f.phase !== 'lost') continue; // a later hop
    out.push({ side: f.side, i: f.i, row: log.axis.rowOf(f.side, f.i), text: flightSentence(scene, f) });
  }
  for (const s of layout.states) {
    const timeline = log.timelines[s.side];
    const e = timeline?.event(s.i) ?? null;
    if (timeline === undefined || e === null || s.sticky) continue;
    const node = scene.lab.node(e.n)?.name ?? '';
    const text = words.t('ui.ladder.row.state', { time: timeText(e.t, log), node, state: s.text });
    out.push({ side: s.side, i: s.i, row: log.axis.rowOf(s.side, s.i), text: s.past ? text : words.t('ui.ladder.row.future', { row: text }) });
  }
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
  const fate = timeline.fate(f.i);
  if (f.phase === 'future') return words.t('ui.ladder.row.future', { row: full });
  if (f.phase === 'flying') return words.t('ui.ladder.row.flying', { row: full });
  return fateSentence(words, log, full, fate);
}

function fateSentence(words: Words, log: LadderLog, row: string, fate: ReturnType<LadderLog['timelines'][number]['fate']>): string {
  if (fate.kind === 'lost') return words.t('ui.ladder.row.lost', { row, why: words.say(fate.why) });
  if (fate.kind === 'arrived') return words.t('ui.ladder.row.arrived', { row, time: timeText(fate.t, log) });
  return row;
}
