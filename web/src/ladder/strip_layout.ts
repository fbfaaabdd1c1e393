// A strip chart of watched variables: pixels from series, at most a few marks a pixel whatever the
// series hold. A variable keeps its value from one change to the next, so its line is a stair.
// Several charts stand below each other over one time axis. Pure.

import { cssPx } from '../wire/types';
import type { GaugeChart, GaugeUnit } from '../wire/types_gauges';
import { ListBuilder, type DisplayList, type Font } from '../draw/list';
import type { Measure } from '../draw/measure';
import { lastAt, type Series } from '../model/samples';

/** From events to pixels: monotonic, and null where there is nothing to see. */
export interface StripAxis {
  readonly from: number; // first event in sight
  readonly to: number; // one past the last
  readonly x: (i: number) => number;
}
export interface StripScene {
  readonly width: number;
  readonly height: number;
  readonly charts: readonly GaugeChart[];
  readonly series: (field: string) => Series | null;
  readonly begin: number; // the object's life, in events
  readonly end: number | null;
  readonly axis: StripAxis;
  /** Spans that are collapsed or outside of the ladder's window, in pixels. */
  readonly gaps: ReadonlyArray<readonly [number, number]>;
  readonly window: readonly [number, number] | null;
  readonly ticks: ReadonlyArray<{ readonly x: number; readonly text: string }>;
  readonly measure: Measure;
  readonly size: number; // of the figures, CSS px
  readonly stroke: number;
  readonly figure: (value: number, unit: GaugeUnit) => string;
}
export interface StripBox {
  readonly chart: GaugeChart;
  readonly top: number; // of the plot
  readonly bottom: number;
  readonly most: number; // value at its top
}
export interface Strip {
  readonly list: DisplayList;
  readonly boxes: readonly StripBox[];
  readonly left: number; // where the plots begin
}

const HEAD = 2.15; // rows of text above a plot, for its legend
const LEFT_PAD = 8;

export const stripFont = (size: number): Font => ({ face: 'mono', bold: false, size: cssPx(size) });

/** Px left of the plots: the widest figure of any scale. */
export function gutter(charts: readonly GaugeChart[], measure: Measure, size: number): number {
  const widest = charts.length === 0 ? 0 : Math.max(...['00.00 MB', '000 ms'].map((s) => measure(s, stripFont(size))));
  return Math.round(widest + LEFT_PAD + 6);
}

export function layStrip(scene: StripScene): Strip {
  const { width, height, charts, size } = scene;
  const list = new ListBuilder(width, height);
  const left = gutter(charts, scene.measure, size);
  const foot = size * 1.7;
  const each = (height - foot) / Math.max(1, charts.length);
  const boxes = charts.map((chart, k): StripBox => ({
    chart, top: k * each + size * HEAD, bottom: (k + 1) * each - size * 0.5, most: niceTop(highest(scene, chart), chart.unit),
  }));
  const bottom = height - foot;
  for (const [a, b] of scene.gaps) list.rect(a, 0, b - a, bottom, 0, { fill: 'lane', fade: 0.55 });
  if (scene.window !== null) drawWindow(list, scene.window, left, width, bottom);
  for (const box of boxes) drawScale(list, scene, box, left);
  for (const box of boxes) drawChart(list, scene, box, left);
  drawTicks(list, scene, bottom, left);
  return { list: list.done(), boxes, left };
}

/** What the ladder shows of it, as a bracket under the plots. */
function drawWindow(list: ListBuilder, [a, b]: readonly [number, number], left: number, width: number, bottom: number): void {
  const [from, to] = [Math.max(left, a), Math.min(width, Math.max(b, a + 3))];
  if (to > from) list.rect(from, bottom - 1, to - from, 3, 1, { fill: 'accent' });
}

function drawScale(list: ListBuilder, scene: StripScene, box: StripBox, left: number): void {
  const font = stripFont(scene.size);
  const low = box.bottom - box.top < scene.size * 3.2;
  for (const part of low ? [0, 1] : [0, 0.5, 1]) {
    const y = box.bottom - (box.bottom - box.top) * part;
    list.line(left, y, scene.width, y, 'hairline', 1);
    const text = scene.figure(box.most * part, box.chart.unit);
    list.text(text, left - 6, y, scene.measure(text, font), font, 'muted', { anchor: 'end' });
  }
}

function drawTicks(list: ListBuilder, scene: StripScene, bottom: number, left: number): void {
  const font = stripFont(scene.size);
  let free = left - 4;
  for (const { x, text } of scene.ticks) {
    const wide = scene.measure(text, font);
    const from = Math.min(Math.max(left, x - wide / 2), scene.width - wide - 2);
    if (from < free || x < left) continue;
    list.line(x, bottom, x, bottom + 4, 'rule', 1);
    list.text(text, from, bottom + scene.size * 0.95, wide, font, 'muted');
    free = from + wide + 10;
  }
}

/** Highest value in sight. */
function highest(scene: StripScene, chart: GaugeChart): number {
  let most = 0;
  for (const { field } of chart.lines) {
    const series = scene.series(field);
    if (series === null) continue;
    for (let k = firstOf(scene, series); k < series.at.length && (series.at[k] ?? 0) < scene.axis.to; k++) {
      const value = series.value[k] ?? 0;
      if (value > most && value < ENDLESS) most = value;
    }
  }
  return most;
}
/** Not a size, but a word for "no limit": it is drawn at the upper edge and stretches no scale. */
export const ENDLESS = 0x7fffffff;

/** The first change that counts in sight: the last one before the axis begins, in this life, of a size. */
function firstOf(scene: StripScene, series: Series): number {
  let k = Math.max(0, lastAt(series.at, scene.axis.from));
  if ((series.at[k] ?? 0) < scene.begin) k = lastAt(series.at, scene.begin - 1) + 1;
  while (k < series.at.length && (series.value[k] ?? 0) >= ENDLESS) k++;
  return k;
}

/** The least round figure that is not below the value; in time and octets, by their own units. */
export function niceTop(value: number, unit: GaugeUnit): number {
  if (value <= 0) return unit === 'ns' ? 1e6 : unit === 'octets' ? 1000 : 4;
  if (unit === 'count' && value <= 4) return 4;
  const power = 10 ** Math.floor(Math.log10(value));
  const step = [1, 1.2, 1.6, 2, 2.4, 3, 4, 5, 6, 8, 10].find((s) => s * power >= value) ?? 10;
  return step * power;
}

function drawChart(list: ListBuilder, scene: StripScene, box: StripBox, left: number): void {
  const areas = box.chart.lines.filter((l) => l.look === 'area');
  for (const line of [...areas, ...box.chart.lines.filter((l) => l.look !== 'area')]) {
    const series = scene.series(line.field);
    const stairs = series === null ? [] : layStairs(scene, series, box, left);
    if (stairs.length < 4) continue;
    const ink = `role-${line.role}`;
    if (line.look === 'area') {
      const [x0, x1] = [stairs[0] ?? 0, stairs[stairs.length - 2] ?? 0];
      list.poly([...stairs, x1, box.bottom, x0, box.bottom], true, { fill: ink, fade: 0.22 });
    }
    const weight = scene.stroke * (line.look === 'line' ? 0.9 : 0.65);
    list.poly(stairs, false, { stroke: ink, weight, dash: line.look === 'limit' ? 'dashed' : 'solid' });
  }
}

/** x, y, x, y, ...: of all changes within one pixel the lowest, the highest and the last. */
export function layStairs(scene: StripScene, series: Series, box: StripBox, left: number): number[] {
  const { axis } = scene;
  const out: number[] = [];
  const last = axis.x(Math.min(axis.to - 1, scene.end ?? Infinity));
  const yOf = (value: number): number => box.bottom - (box.bottom - box.top) * Math.min(1.04, value / box.most);
  let y = Number.NaN;
  for (let k = firstOf(scene, series); k < series.at.length; ) {
    const at = series.at[k] ?? 0;
    if (at >= axis.to || (scene.end !== null && at > scene.end)) break;
    const x = Math.max(left, axis.x(at));
    let [low, high, value] = [series.value[k] ?? 0, series.value[k] ?? 0, series.value[k] ?? 0];
    for (k++; k < series.at.length && axis.x(series.at[k] ?? 0) < x + 1; k++) {
      if ((series.at[k] ?? 0) >= axis.to) break;
      value = series.value[k] ?? 0;
      [low, high] = [Math.min(low, value), Math.max(high, value)];
    }
    if (!Number.isNaN(y)) out.push(x, y);
    if (high !== low) out.push(x, yOf(high), x, yOf(low));
    y = yOf(value);
    out.push(x, y);
  }
  if (!Number.isNaN(y) && last > (out[out.length - 2] ?? 0)) out.push(last, y);
  return out;
}
