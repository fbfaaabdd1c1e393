// The ladder: sticky headers as elements, the picture on two canvases, and the hidden list of its
// rows. Joins the signals to the stage; what is drawn and where lies in the pure files beside it.

import { effect, signal, useSignal, type Signal } from '@preact/signals';
import type { ComponentType } from 'preact';
import { useEffect, useMemo } from 'preact/hooks';
import { useApp } from '../act/context';
import { listen } from '../act/gestures';
import { goTo, select, showTimeline } from '../act/moves';
import type { DisplayList, Owner } from '../draw/list';
import { browserMeasure, type Measure } from '../draw/measure';
import { SurfaceBox, type Drawing, type Surface } from '../draw/surface';
import { readTokens, watchTokens, type Tokens } from '../draw/tokens';
import { shownGraph } from '../model/graphs';
import type { Lab, Timeline } from '../model/lab';
import * as session from '../state/session';
import { strip } from '../state/settings';
import * as view from '../state/view';
import { t, words } from '../text/text';
import { cssPx } from '../wire/types';
import { sameColumns, type Column, type Columns } from './columns';
import { crowd } from './later';
import { Rows, type Row } from './rows';
import { sentences, type Sentence } from './sentences';
import { Stage, type Pointer, type Shown } from './stage';

const ROWS_REST_MS = 120; // the hidden list follows when the picture has come to rest

/** The timelines that are shown, an ancestor left of what was forked from it. */
function shownSides(lab: Lab): { sides: Timeline[]; main: number } {
  const main = view.timeline.value === null ? null : lab.timeline(view.timeline.value);
  const other = view.beside.value === null ? null : lab.timeline(view.beside.value);
  if (main === null) return { sides: [], main: 0 };
  if (other === null || other === main) return { sides: [main], main: 0 };
  const order = [...lab.timelines.values()];
  return order.indexOf(other) < order.indexOf(main) ? { sides: [other, main], main: 1 } : { sides: [main, other], main: 0 };
}

/** Joins one mounted ladder to signals, tokens and gestures; `end` takes it all apart. */
class Mounted {
  readonly columns: Signal<Columns | null> = signal(null);
  readonly drawn: Signal<number> = signal(0);
  readonly spoken: Signal<readonly Row[]> = signal([]);
  readonly stage: Stage;
  readonly drawing: Drawing;
  private surface: Surface | null = null;
  private pointer: Pointer | null = null;
  private tokens: Tokens | null = null;
  private measure: Measure | null = null;
  private readonly end = new AbortController();
  private rest: ReturnType<typeof setTimeout> | null = null;

  constructor(private readonly lab: Lab) {
    this.stage = new Stage(lab, {
      shown: () => this.shown(),
      measure: () => this.measured(),
      tokens: () => this.readTokens(),
      again: () => {
        this.columns.value = null; // the headers, too, are made anew
        this.surface?.invalidate('base');
      },
    });
    this.drawing = {
      base: (size) => this.drawBase() ?? blank(size.width, size.height),
      overlay: (size) => this.stage.drawOverlay(this.pointed(), this.pointer) ?? blank(size.width, size.height),
      tokens: () => this.readTokens(),
      resized: (size) => this.stage.resize(size.width, size.height),
    };
  }

  start(surface: Surface, host: HTMLElement): void {
    this.surface = surface;
    const root = document.documentElement;
    watchTokens(root, () => this.restyle(), this.end.signal);
    void document.fonts.ready.then(() => this.restyle());
    const stops = [
      effect(() => {
        this.depend();
        this.surface?.invalidate('base');
        this.surface?.invalidate('overlay');
      }),
      effect(() => {
        view.hover.value;
        view.selection.value;
        this.surface?.invalidate('overlay');
      }),
      effect(() => this.carryOut(view.ladderMove.value)),
      listen(host, {
        tap: (x, y, touch) => this.tap(x, y, touch),
        pan: (dx, dy) => this.pan(dx, dy),
        zoom: (factor, x, y) => this.zoomAt(factor, x, y),
        hover: (at) => this.hover(at),
      }),
    ];
    this.end.signal.addEventListener('abort', () => stops.forEach((stop) => stop()));
  }
  stop(): void {
    this.end.abort();
    if (this.rest !== null) clearTimeout(this.rest);
  }

  // --------------------------------------------------------------------------------- what is shown

  private depend(): void {
    session.revision.value;
    this.shown();
  }
  private shown(): Shown {
    const { sides, main } = shownSides(this.lab);
    return {
      sides, main, graph: shownGraph(this.lab, sides[main] ?? null, view.graph.value)?.name ?? null,
      scale: view.axis.value,
      cursor: view.cursor.value,
      now: view.flight.value,
      window: view.window.value,
      words: words(),
    };
  }
  private drawBase(): DisplayList | null {
    const list = this.stage.draw();
    this.drawn.value++;
    if (this.stage.columns !== null && !sameColumns(this.stage.columns, this.columns.peek())) this.columns.value = this.stage.columns;
    if (this.rest !== null) clearTimeout(this.rest);
    this.rest = setTimeout(() => this.speak(), ROWS_REST_MS);
    return list;
  }
  private speak(): void {
    const scene = this.stage.prepare(this.shown());
    if (scene === null || this.stage.current === null) return;
    this.spoken.value = sentences(scene, this.stage.current).map((s) => ({ ...s, at: this.stage.pointOf(s.side, s.i) }));
  }
  /** Rings: around the cursor's event, the selected one, and the one under the pointer. */
  private pointed(): Owner[] {
    const { main } = shownSides(this.lab);
    const chosen = view.selection.value;
    const of = [view.cursor.value, view.hover.value, chosen.kind === 'event' || chosen.kind === 'object' ? chosen.event : null];
    const events = [...new Set(of.filter((i) => i !== null && i >= 0))];
    const out: Owner[] = events.flatMap((i) => (i === null ? [] : [{ kind: 'event' as const, side: main, i }]));
    return chosen.kind === 'node' ? [...out, { kind: 'node', side: main, id: chosen.node }] : out;
  }
  private readTokens(): Tokens {
    return (this.tokens ??= readTokens(document.documentElement));
  }
  private measured(): Measure {
    if (this.measure === null) {
      const context = document.createElement('canvas').getContext('2d');
      if (context === null) throw new Error('this browser has no canvas');
      this.measure = browserMeasure(context, this.readTokens());
    }
    return this.measure;
  }
  private restyle(): void {
    this.tokens = null;
    this.measure = null;
    this.surface?.invalidate('base');
    this.surface?.invalidate('overlay');
  }

  // ------------------------------------------------------------------------------- what is wished

  private tap(x: number, y: number, touch: boolean): void {
    const owner = this.stage.hit(x, y, touch);
    if (owner === null || owner.kind === 'gap') {
      const { main } = shownSides(this.lab);
      const i = owner === null ? this.stage.eventAt(main, y) : owner.i;
      if (i !== null) goTo(this.lab, i);
    } else if (owner.kind === 'node') {
      select({ kind: 'node', node: owner.id });
    } else {
      this.pick(owner.side, owner.i);
    }
  }
  pick(side: number, i: Sentence['i']): void {
    const { sides, main } = shownSides(this.lab);
    const timeline = sides[side];
    if (timeline === undefined) return;
    if (side !== main) showTimeline(this.lab, timeline.id, i);
    else if (i > view.cursor.value) goTo(this.lab, i);
    select({ kind: 'event', event: i });
  }
  private hover(at: { readonly x: number; readonly y: number } | null): void {
    const owner = at === null ? null : this.stage.hit(at.x, at.y, false);
    this.pointer = at === null || owner === null ? null : { owner, x: at.x, y: at.y };
    this.surface?.invalidate('overlay');
    view.hover.value = owner !== null && owner.kind === 'event' && owner.side === shownSides(this.lab).main ? owner.i : null;
  }
  private pan(dx: number, dy: number): void {
    const { stage } = this;
    this.pointer = null;
    stage.left = Math.max(0, Math.min((stage.columns?.width ?? 0) - (this.surface?.size.width ?? 0), stage.left - dx));
    if (dy !== 0) this.moveTo(stage.top - dy / stage.rowHeight);
    else this.surface?.invalidate('base');
  }
  private moveTo(top: number): void {
    view.window.value = { top: this.stage.bounded(top), scale: this.stage.zoom, follow: false };
  }
  private zoomAt(factor: number, _x: number, y: number): void {
    const { stage } = this;
    this.pointer = null;
    const row = stage.top + y / stage.rowHeight;
    const scale = stage.boundedZoom(stage.zoom * factor);
    view.window.value = { top: row - y / (stage.rowHeight * (scale / stage.zoom)), scale, follow: false };
  }
  private carryOut(move: view.LadderMove | null): void {
    const { stage } = this;
    if (move === null) return;
    if (move.by === 'row') this.moveTo(stage.top + move.amount);
    else if (move.by === 'page') this.moveTo(stage.top + move.amount * stage.rows * 0.85);
    else if (move.by === 'zoom') this.zoomAt(move.amount, 0, (this.surface?.size.height ?? 0) / 2);
    else view.window.value = { ...stage.whole, follow: false };
  }
}

function blank(width: number, height: number): DisplayList {
  return { width: cssPx(width), height: cssPx(height), marks: [] };
}

export function Ladder({ strip: Strip }: { readonly strip?: ComponentType<{ stage: Stage; drawn: Signal<number> }> }) {
  const { lab } = useApp();
  const mounted = useMemo(() => new Mounted(lab), [lab]);
  const empty = useSignal(true);
  useEffect(() => () => mounted.stop(), [mounted]);
  useEffect(() => effect(() => {
    session.revision.value;
    const { sides, main } = shownSides(lab);
    empty.value = (sides[main]?.length ?? 0) === 0;
  }), [lab]);
  return (
    <div class="ladder" role="group" aria-label={t('ui.ladder.about', { count: String(lab.nodes.length) })}>
      <Headers mounted={mounted} />
      <div class="ladder-picture">
        <SurfaceBox drawing={mounted.drawing} ready={(surface, host) => mounted.start(surface, host)} />
        {empty.value && <p class="ladder-empty">{t('ui.ladder.empty')}</p>}
        <Rows
          sentences={mounted.spoken.value}
          current={view.cursor.value}
          pick={(s) => mounted.pick(s.side, s.i)}
          point={(s) => (view.hover.value = s === null ? null : s.i)}
        />
      </div>
      {Strip && strip.value ? <Strip stage={mounted.stage} drawn={mounted.drawn} /> : null}
    </div>
  );
}

function Headers(props: { mounted: Mounted }) {
  const { lab } = useApp();
  const columns = props.mounted.columns.value;
  const Sides = crowd()?.Sides;
  if (columns === null) return <div class="ladder-headers" />;
  return (
    <div class={columns.divider === null ? 'ladder-headers' : 'ladder-headers two'}>
      {columns.divider !== null && Sides ? <Sides sides={shownSides(lab).sides} columns={columns} /> : null}
      {columns.all.map((c) => <Header key={`${c.side}:${c.node.id}`} column={c} spacing={columns.spacing} />)}
    </div>
  );
}

const TIGHT = 96; // CSS px between lanes below which addresses would meet

function Header(props: { column: Column; spacing: number }) {
  const { node, x, edge } = props.column;
  const addresses = node.interfaces.map((i) => i.address.replace(/\/.*/, '')).filter((a) => a !== '' && a !== node.name);
  const chosen = view.selection.value.kind === 'node' && view.selection.value.node === node.id;
  return (
    <button
      type="button"
      class={`ladder-header ladder-header-${edge}`}
      style={{ left: `${x}px`, maxWidth: `${Math.max(44, props.spacing)}px` }}
      aria-pressed={chosen}
      onClick={() => select(chosen ? { kind: 'none' } : { kind: 'node', node: node.id })}
    >
      <b>{node.name}</b>
      {addresses.length > 0 && props.spacing >= TIGHT && <span>{addresses.length > 1 ? `${addresses[0]} …` : addresses[0]}</span>}
    </button>
  );
}
