// The strip chart under the ladder: watched variables of one object over the ladder's own time
// axis, silences collapsed like there. Its legend says the values at the cursor, or under the
// pointer; a click moves the cursor. Comes with the meters.

import { effect, signal, type Signal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useMemo } from 'preact/hooks';
import { useApp } from '../act/context';
import type { App } from '../act/context';
import { momentShown, samplesOf, shownObject } from '../act/gauges';
import type { Shown } from '../act/gauges';
import { listen } from '../act/gestures';
import { goTo } from '../act/moves';
import { ObjectPicker } from '../act/object_picker';
import { narrow } from '../act/panels';
import { figure } from '../act/figures';
import { ListBuilder, type DisplayList } from '../draw/list';
import { browserMeasure, fixedMeasure, type Measure } from '../draw/measure';
import { SurfaceBox, type Drawing, type Surface } from '../draw/surface';
import { readTokens, watchTokens, type Tokens } from '../draw/tokens';
import type { ObjectSamples } from '../model/samples';
import * as view from '../state/view';
import { moment, say, t } from '../text/text';
import { virtualNs } from '../wire/types';
import type { GaugeChart } from '../wire/types_gauges';
import type { Stage } from './stage';
import { gutter, layStrip, type Strip, type StripAxis } from './strip_layout';

/** Does it show the whole run, or what the ladder shows? */
const whole = signal(true);
/** Titles of the charts that are shown; null: the first two. */
const wanted = signal<readonly string[] | null>(null);

export interface StripProps {
  readonly stage: Stage;
  readonly drawn: Signal<number>; // grows with each picture of the ladder
}

class Mounted {
  readonly drawing: Drawing;
  readonly pointed: Signal<number | null> = signal(null); // the event under the pointer
  strip: Strip | null = null;
  private surface: Surface | null = null;
  private tokens: Tokens | null = null;
  private measure: Measure | null = null;
  private axis: StripAxis | null = null;
  private readonly end = new AbortController();

  constructor(private readonly app: App, private readonly props: StripProps) {
    this.drawing = {
      base: (size) => this.draw(size.width, size.height),
      overlay: (size) => this.over(size.width, size.height),
      tokens: () => this.look(),
      resized: () => undefined,
    };
  }
  start(surface: Surface, host: HTMLElement): void {
    this.surface = surface;
    watchTokens(document.documentElement, () => this.restyle(), this.end.signal);
    const stops = [
      effect(() => {
        this.props.drawn.value;
        whole.value;
        wanted.value;
        const shown = shownObject(this.app);
        if (shown !== null) samplesOf(this.app, shown.timeline, shown.life);
        this.surface?.invalidate('base');
        this.surface?.invalidate('overlay');
      }),
      effect(() => {
        view.cursor.value;
        view.flight.value;
        this.pointed.value;
        this.surface?.invalidate('overlay');
      }),
      listen(host, {
        tap: (x) => this.tap(x),
        hover: (at) => {
          this.pointed.value = at === null ? null : this.eventAt(at.x);
        },
        grab: () => true,
        drag: (x) => this.tap(x),
      }),
    ];
    this.end.signal.addEventListener('abort', () => stops.forEach((stop) => stop()));
  }
  stop(): void {
    this.end.abort();
  }

  private look(): Tokens {
    this.tokens ??= readTokens(document.documentElement);
    return this.tokens;
  }
  private restyle(): void {
    this.tokens = null;
    this.measure = null;
    this.surface?.invalidate('base');
    this.surface?.invalidate('overlay');
  }
  private measured(): Measure {
    const context = document.createElement('canvas').getContext('2d');
    this.measure ??= context === null ? fixedMeasure : browserMeasure(context, this.look());
    return this.measure;
  }
  private side(): number {
    return Math.max(0, this.props.stage.log?.timelines.findIndex((x) => x.id === view.timeline.value) ?? 0);
  }
  private draw(width: number, height: number): DisplayList {
    const shown = shownObject(this.app);
    const { log, top, rows } = this.props.stage;
    if (shown === null || log === null) return new ListBuilder(width, height).done();
    const samples = samplesOf(this.app, shown.timeline, shown.life);
    const charts = shownCharts(shown.set.charts, samples);
    const size = Math.max(11, Math.round(this.look().fontSize * 0.86));
    const left = gutter(charts, this.measured(), size);
    const [first, span] = whole.value ? [0, Math.max(1, log.axis.height)] : [top, rows];
    const right = width - 6;
    const atRow = (row: number): number => left + ((row - first) / span) * (right - left);
    const side = this.side();
    const from = Math.max(0, log.axis.firstFrom(side, first) - 1);
    const to = Math.min(log.axis.count(side), log.axis.firstFrom(side, first + span + 1e-9));
    this.axis = { from, to, x: (i) => atRow(log.axis.rowOf(side, i)) };
    this.strip = layStrip({
      width, height, charts, series: (field) => samples.series(field), begin: shown.life.begin, end: shown.life.end,
      axis: this.axis, ticks: this.ticks(left, right), measure: this.measured(), size, stroke: this.look().stroke, figure,
      gaps: log.axis.gaps.map((g) => [Math.max(left, atRow(g.top)), Math.min(right, atRow(g.bottom))] as const)
        .filter(([a, b]) => b > a),
      window: whole.value && rows < span ? [atRow(top), atRow(top + rows)] : null,
    });
    return this.strip.list;
  }
  private ticks(left: number, right: number): { x: number; text: string }[] {
    const timeline = this.props.stage.log?.timelines[this.side()];
    if (timeline === undefined || this.axis === null) return [];
    const out: { x: number; text: string }[] = [];
    for (let k = 0; k <= TICKS; k++) {
      const i = this.eventAt(left + ((right - left) * k) / TICKS);
      if (i !== null) out.push({ x: this.axis.x(i), text: `${(timeline.time(i) / 1e9).toFixed(3)} s` });
    }
    return out;
  }
  /** What is to come is paler, as on the ladder; a line at the cursor, and one under the pointer. */
  private over(width: number, height: number): DisplayList {
    const list = new ListBuilder(width, height);
    const { axis, strip } = this;
    if (axis === null || strip === null || view.cursor.value < 0) return list.done();
    const x = Math.max(strip.left, Math.min(width, axis.x(view.cursor.value)));
    const foot = strip.boxes[strip.boxes.length - 1]?.bottom ?? height;
    list.rect(x, 0, Math.max(0, width - x), foot + 2, 0, { fill: 'ground', fade: 0.62 });
    if (view.cursor.value >= axis.from && view.cursor.value < axis.to) list.line(x, 0, x, foot + 4, 'cursor', 1.6);
    const pointed = this.pointed.value;
    if (pointed !== null) list.line(axis.x(pointed), 0, axis.x(pointed), foot + 4, 'muted', 1, { dash: 'dotted' });
    return list.done();
  }
  /** The last event at or left of a pixel. */
  private eventAt(x: number): number | null {
    const { axis } = this;
    if (axis === null || axis.to <= axis.from) return null;
    let [low, high] = [axis.from, axis.to];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (axis.x(middle) <= x + 0.5) low = middle + 1;
      else high = middle;
    }
    return Math.max(axis.from, low - 1);
  }
  private tap(x: number): void {
    const i = this.eventAt(x);
    const timeline = this.props.stage.log?.timelines[this.side()];
    if (i === null || timeline === undefined) return;
    goTo(this.app.lab, timeline.isStop(i) ? i : timeline.seek(i, -1, (k) => timeline.isStop(k)) ?? i);
  }
}
const TICKS = 5;

/** The chosen charts; without a choice the first two (on a phone one) that have something to show of this object. */
function shownCharts(all: readonly GaugeChart[], samples: ObjectSamples): readonly GaugeChart[] {
  const names = wanted.value;
  const told = all.filter((c) => c.lines.some((l) => samples.series(l.field) !== null));
  const some = names === null ? told.slice(0, narrow.value ? 1 : 2) : all.filter((c) => names.includes(c.title));
  return some.length > 0 ? some : all.slice(0, 1);
}
function toggle(shown: Shown, samples: ObjectSamples, chart: GaugeChart): void {
  const now = shownCharts(shown.set.charts, samples).map((c) => c.title as string);
  wanted.value = now.includes(chart.title) ? now.filter((x) => x !== chart.title) : [...now, chart.title];
}

export function StripChart(props: StripProps): JSX.Element {
  const app = useApp();
  const mounted = useMemo(() => new Mounted(app, props), [props.stage]);
  useEffect(() => () => mounted.stop(), [mounted]);
  const shown = shownObject(app);
  const samples = shown === null ? null : samplesOf(app, shown.timeline, shown.life);
  const charts = shown === null || samples === null ? [] : shownCharts(shown.set.charts, samples);
  return (
    <section class="strip" aria-label={t('ui.strip.title')}>
      <div class="strip-bar">
        <ObjectPicker />
        <div class="strip-chips" role="group" aria-label={t('ui.strip.charts')}>
          {(shown?.set.charts ?? []).map((c) => (
            <button
              key={c.title} type="button" class="pill" aria-pressed={charts.includes(c)}
              onClick={() => shown && samples && toggle(shown, samples, c)}
            >{say(c.title)}</button>
          ))}
          <button
            type="button" class="pill" aria-pressed={!whole.value} title={t('ui.strip.window_help')}
            onClick={() => { whole.value = !whole.value; }}
          >{t('ui.strip.window')}</button>
        </div>
      </div>
      <div class="strip-picture" style={{ '--charts': charts.length }}>
        <SurfaceBox drawing={mounted.drawing} ready={(surface, host) => mounted.start(surface, host)} />
        {shown === null ? <p class="ladder-empty">{t('ui.strip.empty')}</p> : (
          <Legends shown={shown} charts={charts} at={mounted.pointed.value ?? momentShown()} />
        )}
      </div>
    </section>
  );
}

/** The values of each chart's variables at an event: the legend, and what a screen reader reads. */
function Legends({ shown, charts, at }: { shown: Shown; charts: readonly GaugeChart[]; at: number }): JSX.Element {
  const app = useApp();
  const samples = samplesOf(app, shown.timeline, shown.life);
  const when = at < 0 ? '' : moment(virtualNs(shown.timeline.time(at)));
  return (
    <div class="strip-legends">
      {charts.map((chart, k) => (
        <dl key={chart.title} class="strip-legend" style={{ '--k': k }} aria-label={`${say(chart.title)}, ${when}`}>
          {chart.lines.filter((l) => samples.knows(l.field) || samples.to === 0).map((line) => (
            <div
              key={line.field} class={`strip-key look-${line.look}`} title={meaning(line.field)}
              style={{ '--ink': `var(--role-${line.role}, var(--role-other))` }}
            >
              <dt>{line.field}</dt>
              <dd>{valueText(samples, line.field, at, shown, chart)}</dd>
            </div>
          ))}
        </dl>
      ))}
    </div>
  );
}
const meaning = (field: string): string => {
  const key = `field.${field}`;
  const text = say(key as never);
  return text === key ? field : text;
};
function valueText(samples: ObjectSamples, field: string, at: number, shown: Shown, chart: GaugeChart): string {
  const value = shown.life.end !== null && at > shown.life.end ? null : samples.valueAt(field, at, shown.life.begin);
  return value === null ? '–' : figure(value, chart.unit);
}
