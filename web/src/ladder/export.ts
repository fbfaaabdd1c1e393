// The ladder as an SVG file: the same layout and the same marks as on the screen, with the nodes'
// names above. Runs without a DOM, so that the build can draw the recorded opening into the page.

import type { DisplayList, Font, ListBuilder } from '../draw/list';
import { ListBuilder as Builder } from '../draw/list';
import { fixedMeasure, type Measure } from '../draw/measure';
import { paintSvg } from '../draw/svg';
import { TEST_TOKENS, type Tokens } from '../draw/tokens';
import { shownGraph } from '../model/graphs';
import { Lab, type Timeline } from '../model/lab';
import type { Words } from '../text/text';
import { Decoder } from '../wire/decode';
import { cssPx, eventIndex, type TimelineId } from '../wire/types';
import * as crowd from './crowd';
import { setCrowd } from './later';
import { layColumns, layout, type Layout } from './layout';
import { LadderLog } from './log';
import { marks } from './marks';
import { edgeRows, rowPixels, type Scene } from './scene';
import { sentences } from './sentences';

const WIDTH = 900;
const MOST_HEIGHT = 40000; // CSS px: some 1,700 rows; a longer story is cut there
const HEADER_ROWS = 2.2;

/** The whole story of a timeline, or as much as an SVG can hold. */
export function ladderSvg(lab: Lab, id: TimelineId, words: Words, tokens: Tokens, measure: Measure = fixedMeasure): string {
  const timeline = lab.timeline(id);
  if (timeline === null) return '';
  const { list, said } = draw(lab, timeline, words, tokens, measure, WIDTH);
  return paintSvg(list, tokens, words.t('ui.ladder.title'), said);
}

function draw(lab: Lab, timeline: Timeline, words: Words, tokens: Tokens, measure: Measure, width: number) {
  setCrowd(crowd);
  const size = tokens.fontSize;
  const log = new LadderLog(lab, [timeline], 'compact', shownGraph(lab, timeline, null)?.name ?? null);
  const row = rowPixels(size);
  const height = Math.min(MOST_HEIGHT, (log.axis.height + 2 * edgeRows(row) + HEADER_ROWS) * row);
  const scene: Scene = {
    lab, log, words, metrics: { measure, size },
    view: {
      width, height, top: -edgeRows(row) - HEADER_ROWS, rowHeight: row, left: 0, main: 0,
      cursor: eventIndex(timeline.length - 1), now: null,
    },
  };
  const laid = { ...layout(scene, layColumns(scene)), cursorY: null };
  const list = marks(laid, tokens);
  const said = sentences(scene, laid).map((s) => s.text).join('\n');
  return { list: withHeaders(list, laid, measure, row * HEADER_ROWS), said };
}

function withHeaders(list: DisplayList, laid: Layout, measure: Measure, high: number): DisplayList {
  const head = new Builder(list.width, list.height);
  head.rect(0, 0, list.width, high, 0, { fill: 'ground' });
  for (const column of laid.columns.all) {
    const address = column.node.interfaces.map((i) => i.address.replace(/\/.*/, '')).find((a) => a !== '') ?? '';
    const name: Font = { face: 'ui', bold: true, size: cssPx(laid.fonts.words.size + 1) };
    text(head, column.node.name, column.x, high * 0.34, name, 'text', measure);
    text(head, address, column.x, high * 0.72, laid.fonts.time, 'muted', measure);
  }
  return { ...list, marks: [...list.marks, ...head.done().marks] };
}

function text(list: ListBuilder, words: string, x: number, y: number, font: Font, ink: string, measure: Measure): void {
  if (words !== '') list.text(words, x, y, measure(words, font), font, ink, { anchor: 'middle' });
}

// -------------------------------------------------------------------- the first picture of the page

const STORY_WIDTH = 760;

/** The recorded opening as a picture that the page's own style colours. */
export function storySvg(ndjson: string, catalogue: Readonly<Record<string, string>>): string {
  const lab = new Lab();
  const decoder = new Decoder();
  let id: TimelineId | null = null;
  for (const line of ndjson.split('\n')) {
    const value = line.trim() === '' ? null : decoder.line(line);
    if (value?.line === 'hello') id = value.timeline;
    if (value !== null && id !== null) lab.apply(id, value);
  }
  const timeline = id === null ? null : lab.timeline(id);
  if (timeline === null) return '';
  const tokens: Tokens = {
    ...TEST_TOKENS, color: (ink) => `var(--${ink})`, ui: 'var(--font-ui)', mono: 'var(--font-mono)',
  };
  const words = wordsOf(catalogue);
  const { list, said } = draw(lab, timeline, words, tokens, fixedMeasure, STORY_WIDTH);
  const svg = paintSvg(list, tokens, words.t('ui.ladder.title'), said);
  return compact(svg, list.width, Math.round(list.height));
}

/** Attributes that the root has, or that say what is so anyway. */
const SAID_ONCE = [
  'data-mark="\\w+"', 'dominant-baseline="central"', 'text-anchor="start"', 'font-family="var\\(--font-mono\\)"',
  'font-size="13"', 'font-weight="400"', 'stroke="none"', 'rx="0"', 'paint-order="stroke"', 'stroke-linejoin="round"',
];

/** The same picture in fewer octets: what is usual is said once, at the root, and inherited. */
function compact(svg: string, width: number, height: number): string {
  const root = `<svg viewBox="0 0 ${width} ${height}" width="100%" role="img" font-family="var(--font-mono)" font-size="13" ` +
    'dominant-baseline="central" stroke-linejoin="round" paint-order="stroke">';
  const body = svg
    .replace(/^<svg [^>]*>\n/, '')
    .replace(/<rect width="100%"[^>]*>\n/, '')
    .replace(/ (?:d|x|y|r|width|height)="[^"]*"/g, (place) => place.replace(/-?\d+\.\d+/g, (v) => String(Math.round(Number(v)))))
    .replace(new RegExp(` (?:${SAID_ONCE.join('|')})(?=[^<]*>)`, 'g'), '')
    .replace(/(<rect[^>]*) stroke-width="\d+"/g, '$1')
    .replace(/>\n/g, '>');
  return root + body;
}

function wordsOf(catalogue: Readonly<Record<string, string>>): Words {
  const fill = (key: string | null, args: Readonly<Record<string, string>> = {}): string =>
    key === null ? '' : (catalogue[key] ?? key).replace(/\{(\w+)\}/g, (whole, name: string) => args[name] ?? whole);
  const short = (v: number): string => String(Number(v.toPrecision(4)));
  return {
    language: 'en', t: fill, say: fill,
    span: (ns) => (ns >= 1e9 ? `${short(ns / 1e9)} s` : ns >= 1e6 ? `${short(ns / 1e6)} ms` : `${short(ns / 1e3)} µs`),
    moment: (t) => `${(t / 1e9).toFixed(3)} s`,
  };
}
