// The ladder's standing: the log, the columns and the layout of what is shown, each made anew only
// when what it depends on has changed; and the window's moves. Knows no signals and no elements.

import { hit, type DisplayList, type Owner } from '../draw/list';
import type { Measure } from '../draw/measure';
import type { Tokens } from '../draw/tokens';
import type { Lab, Timeline } from '../model/lab';
import type { Words } from '../text/text';
import type { EventIndex, GraphName, VirtualNs } from '../wire/types';
import type { Columns } from './columns';
import { crowd, needCrowd } from './later';
import { layColumns, layout, type Layout } from './layout';
import { LadderLog } from './log';
import { marks, overlayMarks, type Pen, type Tip } from './marks';
import { edgeRows, rowPixels, timeText, type Scene } from './scene';
import { noteText } from './sentences';
import type { Scale } from './time';

export interface Shown {
  readonly sides: readonly Timeline[];
  readonly main: number;
  readonly scale: Scale;
  readonly graph: GraphName | null; // whose states the lanes show
  readonly cursor: EventIndex;
  readonly now: VirtualNs | null;
  readonly window: { readonly top: number; readonly scale: number; readonly follow: boolean } | null;
  readonly words: Words;
}
/** The pointer and what it is on. */
export interface Pointer {
  readonly owner: Owner;
  readonly x: number;
  readonly y: number;
}
const NEAREST = 4; // zoom
const MOUSE_SLOP = 8; // CSS px
const TOUCH_SLOP = 24;

export class Stage {
  log: LadderLog | null = null;
  columns: Columns | null = null;
  current: Layout | null = null;
  list: DisplayList | null = null;
  /** Where the window stands: row at the upper edge, zoom, px to the right. */
  top = -1.2;
  zoom = 1;
  left = 0;
  private key = '';
  private lastCursor = -2;
  private lastWindow: Shown['window'] = null;
  private width = 0;
  private height = 0;

  constructor(
    private readonly lab: Lab,
    private readonly ask: { shown(): Shown; measure(): Measure; tokens(): Tokens; again?(): void },
  ) {}

  get rowHeight(): number {
    return rowPixels(this.ask.tokens().fontSize) * this.zoom;
  }
  private get edge(): number {
    return edgeRows(this.rowHeight);
  }
  /** The window that shows the whole log. */
  get whole(): { readonly top: number; readonly scale: number } {
    const scale = this.boundedZoom(0);
    return { scale, top: -edgeRows(rowPixels(this.ask.tokens().fontSize) * scale) };
  }
  /** Rows that the view holds. */
  get rows(): number {
    return this.height / this.rowHeight;
  }

  resize(width: number, height: number): void {
    this.width = width;
    this.height = height;
  }

  /** The base list of this frame. */
  draw(): DisplayList | null {
    const shown = this.ask.shown();
    const scene = this.prepare(shown);
    if (scene === null) return null;
    this.columns = layColumns(scene);
    const left = Math.min(this.left, Math.max(0, this.columns.width - this.width));
    if (left !== this.left) {
      this.left = left;
      this.columns = layColumns({ ...scene, view: { ...scene.view, left } });
    }
    this.current = layout(scene, this.columns);
    if (crowd() === null && (this.current.crowded || shown.sides.length > 1)) needCrowd(() => this.ask.again?.());
    this.list = marks(this.current, this.pen());
    return this.list;
  }

  drawOverlay(selected: readonly Owner[], pointer: Pointer | null): DisplayList | null {
    const shown = this.ask.shown();
    if (this.current === null || this.list === null || this.log === null) return null;
    const main = shown.sides[shown.main];
    const t = shown.now ?? (main === undefined || shown.cursor < 0 ? (0 as VirtualNs) : main.time(shown.cursor));
    const label = timeText(t, this.log);
    const labelWidth = this.ask.measure()(label, this.current.fonts.time);
    return overlayMarks(this.current, this.list, { cursor: true, label, labelWidth, tip: this.tip(pointer, shown), events: selected });
  }

  /** What the thing under the pointer stands for, where it does not say so itself. */
  private tip(pointer: Pointer | null, shown: Shown): Tip | null {
    if (pointer === null || pointer.owner.kind !== 'event' || this.current === null) return null;
    const { side, i } = pointer.owner;
    const e = shown.sides[side]?.event(i) ?? null;
    const label = this.current.flights.find((f) => f.side === side && f.i === i)?.label ?? null;
    const text = e === null ? '' : noteText(shown.words, e);
    if (text === '' || (label !== null && text === `${label.head} ${label.rest}`.trim())) return null;
    return { text, width: this.ask.measure()(text, this.current.fonts.rest), x: pointer.x, y: pointer.y };
  }

  /** The scene that draw() would lay out; null: no timeline. */
  prepare(shown: Shown): Scene | null {
    if (shown.sides.length === 0 || this.width <= 1) return null;
    const log = this.follow(shown);
    this.place(shown, log);
    const size = this.ask.tokens().fontSize;
    return {
      lab: this.lab, log, words: shown.words, metrics: { measure: this.ask.measure(), size },
      view: {
        width: this.width, height: this.height, top: this.top, rowHeight: this.rowHeight, left: this.left,
        main: shown.main, cursor: shown.cursor, now: shown.now,
      },
    };
  }

  private follow(shown: Shown): LadderLog {
    const key = [crowd() === null, shown.scale, String(shown.main), shown.graph ?? '', ...shown.sides.map((t) => t.id)].join(' ');
    if (this.log === null || key !== this.key || this.log.timelines.some((t, k) => t !== shown.sides[k])) {
      this.left = shown.main === 0 ? 0 : Infinity; // the side that the cursor moves in comes into sight
      this.log = new LadderLog(this.lab, shown.sides, shown.scale, shown.graph);
      this.key = key;
    } else {
      this.log.extend();
    }
    return this.log;
  }

  private place(shown: Shown, log: LadderLog): void {
    const { window } = shown;
    this.zoom = window?.scale ?? 1;
    const moved = shown.cursor !== this.lastCursor;
    if (window !== null && !window.follow && window !== this.lastWindow) this.top = window.top;
    else if (moved || window === null || window.follow) {
      this.keepInSight(shown.cursor < 0 ? 0 : log.axis.rowOf(shown.main, shown.cursor), log);
    }
    this.lastCursor = shown.cursor;
    this.lastWindow = window;
    this.top = this.bounded(this.top);
  }

  /** Scrolls as little as brings the cursor between a sixth and three quarters of the view. */
  private keepInSight(row: number, log: LadderLog): void {
    const high = row - this.rows / 6;
    const low = row - this.rows * 0.75;
    this.top = Math.min(Math.max(this.top, low), Math.max(high, low));
    if (log.axis.height + 2 * this.edge <= this.rows) this.top = -this.edge;
  }

  /** A window's top between the first event and the last. */
  bounded(top: number): number {
    const height = this.log?.axis.height ?? 0;
    return Math.max(-this.edge, Math.min(top, height + this.edge - this.rows));
  }
  /** How far out one may zoom: until the whole log is in sight. */
  boundedZoom(zoom: number): number {
    const row = rowPixels(this.ask.tokens().fontSize);
    const rows = (this.log?.axis.height ?? 0) + 2.4;
    const all = Math.min(this.height / (rows * row), (this.height - 40) / ((rows - 2.4) * row));
    return Math.max(Math.min(all, 1), Math.min(zoom, NEAREST));
  }
  hit(x: number, y: number, touch: boolean): Owner | null {
    return this.list === null ? null : hit(this.list, x, y, touch ? TOUCH_SLOP : MOUSE_SLOP);
  }
  /** A point of the picture that hits the mark of an event; null: it has none in sight. */
  pointOf(side: number, i: EventIndex): readonly [number, number] | null {
    const of = (x: { readonly side: number; readonly i: EventIndex }): boolean => x.side === side && x.i === i;
    const f = this.current?.flights.find(of);
    const s = this.current?.states.find(of);
    const n = this.current?.notes.find(of);
    const points: (readonly [number, number])[] = [];
    for (const part of [0.5, 0.35, 0.65, 0.2, 0.8]) {
      if (f !== undefined) points.push([f.line.x1 + (f.line.x2 - f.line.x1) * part, f.line.y1 + (f.line.y2 - f.line.y1) * part]);
    }
    if (s !== undefined) points.push([s.anchor === 'start' ? s.x + s.width / 2 : s.x - s.width / 2, s.y]);
    if (n !== undefined) points.push([n.x, n.y]);
    return points.find(([x, y]) => {
      const owner = y < 0 || y > this.height ? null : this.hit(x, y, false);
      return owner?.kind === 'event' && owner.side === side && owner.i === i;
    }) ?? null;
  }
  /** The last event of a side at or above the height y; null: none. */
  eventAt(side: number, y: number): EventIndex | null {
    if (this.log === null) return null;
    const i = this.log.axis.firstFrom(side, this.top + y / this.rowHeight + 1e-9) - 1;
    return i < 0 ? null : (i as EventIndex);
  }

  private pen(): Pen {
    const tokens = this.ask.tokens();
    return { stroke: tokens.stroke, thin: tokens.thin, isThin: tokens.isThin };
  }
}
