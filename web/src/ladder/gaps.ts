// The collapsed silences of a window, each with how long it was and what was waited for: the timer
// that ended it. Pure.

import { KIND, type EventIndex, type VirtualNs } from '../wire/types';
import type { Timeline } from '../model/lab';
import type { Columns } from './columns';
import type { Occupied } from './labels';
import type { Fonts, Scene } from './scene';
import { GAP_ROWS, type Gap } from './time';

export interface GapShape {
  readonly side: number;
  readonly i: EventIndex; // the event that ended it
  readonly to: VirtualNs; // when that was
  readonly top: number; // CSS px of the band
  readonly bottom: number;
  readonly text: string;
  readonly x: number; // of the text's middle
  readonly width: number;
  readonly past: boolean;
}

const LEAST_BAND = 14; // CSS px: a gap that is lower has no room for words

/** The first gap that reaches below a row. */
function firstBelow(gaps: readonly Gap[], row: number): number {
  let [low, high] = [0, gaps.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((gaps[middle]?.bottom ?? 0) > row) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The band lies in the middle of its gap and leaves the events around it their labels' room. */
function band(top: number, bottom: number, fonts: Fonts): readonly [number, number] {
  const middle = (top + bottom) / 2;
  const half = Math.max(4, Math.min((bottom - top) / 2 - fonts.words.size * 0.6, Math.max(fonts.words.size * 0.75, (bottom - top) * 0.2)));
  return [middle - half, middle + half];
}

/** How long, which timer, and what it waits for; less of it where there is no room. */
function gapText(scene: Scene, gap: Gap, fonts: Fonts): string {
  const { words, metrics, log, view } = scene;
  const timeline = log.timelines[gap.side];
  const span = words.span(gap.to - gap.from);
  const waited = timeline === undefined ? null : whatEnded(timeline, gap.i);
  const idle = words.t('ui.ladder.idle', { span });
  const texts: string[] = [];
  if (waited?.k === 'tm') {
    const what = words.say(waited.say, waited.a);
    const timer = waited.timer.replace(/_/g, ' ');
    if (what !== '') texts.push(words.t('ui.ladder.idle_for', { span, timer, what }), words.t('ui.ladder.idle_what', { span, what }));
  } else if (waited !== null) {
    const node = scene.lab.node(waited.n)?.name; // none: a command to the network itself
    texts.push(node === undefined ? words.t('ui.ladder.idle_what', { span, what: waited.text })
      : words.t('ui.ladder.idle_line', { span, node, line: waited.text }));
  }
  return texts.find((text) => metrics.measure(text, fonts.words) < view.width - 24) ?? idle;
}

export function layGaps(scene: Scene, columns: Columns, fonts: Fonts, y: (row: number) => number, taken: Occupied): GapShape[] {
  const { gaps } = scene.log.axis;
  const { view, log } = scene;
  const out: GapShape[] = [];
  if (view.rowHeight * GAP_ROWS < LEAST_BAND) return out;
  for (let k = firstBelow(gaps, view.top); k < gaps.length; k++) {
    const gap = gaps[k];
    if (gap === undefined || y(gap.top) > view.height) break;
    const text = gapText(scene, gap, fonts);
    const width = scene.metrics.measure(text, fonts.words);
    const [top, bottom] = band(y(gap.top), y(gap.bottom), fonts);
    const x = middle(columns, width, view.width);
    taken.add({ left: 0, right: columns.width, top, bottom });
    const main = log.timelines[view.main];
    const past = main !== undefined && view.cursor >= 0 && gap.from <= (view.now ?? main.time(view.cursor));
    out.push({ side: gap.side, i: gap.i, to: gap.to, top, bottom, text, x, width, past });
  }
  return out;
}

function middle(columns: Columns, width: number, view: number): number {
  const first = columns.all[0]?.x ?? 0;
  const last = columns.all[columns.all.length - 1]?.x ?? view;
  return Math.min(Math.max((first + last) / 2, width / 2 + 6), Math.max(view - width / 2 - 6, width / 2 + 6));
}

/** What began at the instant of event i: the timer that fired, or the line that a node was given. */
function whatEnded(timeline: Timeline, i: number) {
  const t = timeline.time(i);
  for (let k = i; k < timeline.length && timeline.time(k) === t; k++) {
    if (timeline.kind(k) !== KIND.tm && timeline.kind(k) !== KIND.cmd) continue;
    const e = timeline.event(k);
    if (e !== null && (e.k === 'cmd' || (e.k === 'tm' && e.op === 'fire'))) return e;
  }
  return null;
}
