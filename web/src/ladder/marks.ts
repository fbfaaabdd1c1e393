// Layout -> display list: the only place that says how the ladder looks. Two lists: the base, and
// the overlay with what follows the pointer and the cursor. Pure.

import { ListBuilder, type DisplayList, type Owner } from '../draw/list';
import type { Flight } from './flights';
import { crowd } from './later';
import type { Placed } from './labels';
import { BAND, type Lane, type StateName } from './lanes';
import type { Layout } from './layout';
import type { GapShape } from './gaps';

/** How arrows of a role are drawn besides their colour. */
export interface Pen {
  readonly stroke: number; // CSS px of a plain arrow
  readonly thin: number;
  readonly isThin: (role: string) => boolean;
}

/** What has not happened at the moment that is shown stays as a faint trace. */
const FUTURE = 0.45;

export function marks(layout: Layout, pen: Pen): DisplayList {
  const { view } = layout;
  const list = new ListBuilder(view.width, view.height);
  for (const lane of layout.lanes) drawLane(list, lane);
  if (layout.columns.divider !== null) drawDivider(list, layout);
  for (const gap of layout.gaps) drawGap(list, layout, gap);
  crowd()?.drawBins(list, layout.bins, layout.sums, layout.fonts.state);
  if (layout.cursorY !== null) list.line(0, layout.cursorY, view.width, layout.cursorY, 'cursor', 1.5, { fade: 0.7 });
  for (const f of layout.flights) if (f.phase === 'future') drawTrace(list, f, pen);
  for (const f of layout.flights) if (f.phase !== 'future') drawFlight(list, layout, f, pen);
  const sign = layout.fonts.head.size * 0.7;
  for (const note of layout.notes) {
    const of: Owner = { kind: 'event', side: note.side, i: note.i };
    const fade = note.past ? 1 : FUTURE;
    if (note.kind === 'drop') list.glyph('cross', note.x, note.y, sign, 'role-problem', 0, { of, fade });
    else if (note.kind === 'timer') list.glyph('diamond', note.x, note.y, sign, 'text', 0, { of, fade });
    else list.glyph('dot', note.x, note.y, sign * 0.55, 'muted', 0, { of, fade });
  }
  for (const name of layout.states) drawState(list, layout, name);
  for (const time of layout.times) {
    list.text(time.text, time.x, time.y, time.width, layout.fonts.time, 'muted', { fade: time.past ? 1 : 0.6 });
  }
  for (const f of layout.flights) drawLabels(list, layout, f);
  return list.done();
}

function drawLane(list: ListBuilder, lane: Lane): void {
  const { x, top, bottom } = lane;
  if (bottom <= top) return;
  list.rect(x - BAND / 2, top, BAND, bottom - top, 3, { fill: 'lane', of: { kind: 'node', side: lane.side, id: lane.node } });
  for (const b of lane.bands) {
    list.rect(b.x, b.top, b.width, b.bottom - b.top, 0, {
      fill: b.tone === null ? 'lane' : `lane-${(b.tone % 8) + 1}`, fade: b.past ? 1 : FUTURE,
    });
  }
}

function drawGap(list: ListBuilder, layout: Layout, gap: GapShape): void {
  const right = layout.view.width;
  const fade = gap.past ? 1 : FUTURE;
  list.rect(0, gap.top, right, gap.bottom - gap.top, 0, { fill: 'ground' });
  list.rect(0, gap.top, right, gap.bottom - gap.top, 0, { fill: 'panel', of: { kind: 'gap', side: gap.side, i: gap.i } });
  for (const y of [gap.top, gap.bottom]) list.line(0, y, right, y, 'rule', 1, { dash: 'dotted', fade });
  const high = layout.fonts.words.size * 1.2;
  const middle = (gap.top + gap.bottom) / 2;
  if (gap.bottom - gap.top < high + 4) {
    list.rect(gap.x - gap.width / 2 - 6, middle - high / 2, gap.width + 12, high, 3, { fill: 'ground' });
  }
  list.text(gap.text, gap.x, middle, gap.width, layout.fonts.words, 'muted', { anchor: 'middle', fade: gap.past ? 1 : 0.75 });
}

function drawDivider(list: ListBuilder, layout: Layout): void {
  const x = layout.columns.divider ?? 0;
  list.line(x, 0, x, layout.view.height, 'rule', 1);
}

function drawTrace(list: ListBuilder, f: Flight, pen: Pen): void {
  const { x1, y1, x2, y2 } = f.line;
  const of: Owner = { kind: 'event', side: f.side, i: f.i };
  list.line(x1, y1, x2, y2, 'future', pen.thin, { of });
  if (f.dies) list.glyph('cross', x2, y2, 8, 'future');
  else list.glyph('arrow', x2, y2, 8, 'future', Math.atan2(y2 - y1, x2 - x1));
  if (f.differs) list.glyph('diamond', x1, y1, 8, 'diff', 0, { of });
}

function drawFlight(list: ListBuilder, layout: Layout, f: Flight, pen: Pen): void {
  const of: Owner = { kind: 'event', side: f.side, i: f.i };
  const { x1, y1 } = f.line;
  const [x, y] = f.at;
  const thin = pen.isThin(f.role);
  const weight = thin ? pen.thin : pen.stroke;
  const lost = f.phase === 'lost';
  const ink = lost ? 'role-problem' : `role-${f.role}`;
  const angle = Math.atan2(f.line.y2 - y1, f.line.x2 - x1);
  const head = 6 + weight * 2.2;
  const pull = f.phase === 'arrived' ? head * 0.7 : 0; // the stroke ends inside its head
  list.line(x1, y1, x - pull * Math.cos(angle), y - pull * Math.sin(angle), ink, weight, {
    dash: lost ? 'dashed' : 'solid', double: f.again, of,
  });
  if (f.phase === 'arrived') list.glyph('arrow', x, y, head, ink, angle, { of });
  if (lost) list.glyph('cross', x, y, layout.fonts.head.size, 'role-problem', 0, { of });
  if (f.phase === 'flying') list.glyph('dot', x, y, layout.fonts.head.size * 0.7, ink, 0, { of });
  if (f.differs) list.glyph('diamond', x1 + Math.sign(f.line.x2 - x1) * 1, y1, 10, 'diff', 0, { of });
}

function drawLabels(list: ListBuilder, layout: Layout, f: Flight): void {
  const of: Owner = { kind: 'event', side: f.side, i: f.i };
  const ink = `role-${f.role}`;
  if (f.label !== null) drawLabel(list, layout, f.label, ink, f.again, of);
  if (f.why !== null) {
    drawPlate(list, layout, f.why);
    list.text(f.why.head, f.why.x, f.why.y, f.why.headWidth, layout.fonts.words, 'role-problem', { halo: 'halo', of });
  }
}

function drawLabel(list: ListBuilder, layout: Layout, label: Placed, ink: string, again: boolean, of: Owner): void {
  const { head, rest } = layout.fonts;
  drawPlate(list, layout, label);
  if (again) list.glyph('again', label.x - label.lead / 2 - 2, label.y, head.size, ink, 0, { of });
  list.text(label.head, label.x, label.y, label.headWidth, head, ink, { halo: 'halo', of });
  if (label.rest !== '') {
    const x = label.x + label.headWidth + 8;
    list.text(label.rest, x, label.y, label.restWidth, rest, 'text', { halo: 'halo', of });
  }
}

/** Covers the lines under a label, so that none strikes it through; the cursor's least of all. */
function drawPlate(list: ListBuilder, layout: Layout, label: Placed): void {
  const { left, top, right, bottom } = label.box;
  const struck = underCursor(layout, top, bottom);
  if (label.plate || struck) list.rect(left, top + 1, right - left, bottom - top - 2, 3, { fill: 'halo', fade: struck ? 1 : 0.86 });
}
function underCursor(layout: Layout, top: number, bottom: number): boolean {
  return layout.cursorY !== null && layout.cursorY > top && layout.cursorY < bottom;
}

function drawState(list: ListBuilder, layout: Layout, s: StateName): void {
  const of: Owner = { kind: 'event', side: s.side, i: s.i };
  const fade = s.past ? 1 : FUTURE;
  if (!s.sticky) list.line(s.tick[0], s.tickY, s.tick[1], s.tickY, 'text', 1.6, { fade });
  const ink = s.sticky || !s.past ? 'muted' : 'text'; // what is to come is legible, but paler
  const [left, half] = [s.anchor === 'start' ? s.x : s.x - s.width, layout.fonts.state.size * 0.58];
  if (underCursor(layout, s.y - half, s.y + half)) list.rect(left - 3, s.y - half, s.width + 6, 2 * half, 3, { fill: 'halo' });
  list.text(s.text, s.x, s.y, s.width, layout.fonts.state, ink, { anchor: s.anchor, halo: 'halo', of });
  if (s.differs) list.glyph('diamond', (s.tick[0] + s.tick[1]) / 2, s.tickY, 10, 'diff', 0, { of });
}

/** Words at a point: what a sign without a label stands for. */
export interface Tip {
  readonly text: string;
  readonly width: number;
  readonly x: number;
  readonly y: number;
}
export interface Pointed {
  readonly cursor: boolean; // draw the cursor line
  readonly label: string; // of the cursor's time
  readonly labelWidth: number;
  readonly tip: Tip | null; // of what the pointer is on
  readonly events: readonly Owner[]; // to ring: under the cursor, selected, under the pointer
}

/** What moves without a new layout: cursor line, its time, rings around what is pointed at. */
export function overlayMarks(layout: Layout, base: DisplayList, pointed: Pointed): DisplayList {
  const { view, cursorY } = layout;
  const list = new ListBuilder(view.width, view.height);
  if (cursorY !== null && pointed.cursor) {
    const font = layout.fonts.time;
    const high = font.size * 1.5;
    const [left, y] = chipCorner(layout, cursorY, pointed.labelWidth + 12, high);
    list.rect(left, y - high / 2, pointed.labelWidth + 12, high, 4, { fill: 'cursor' });
    list.text(pointed.label, left + 6, y, pointed.labelWidth, font, 'ground');
  }
  for (const owner of pointed.events) ring(list, base, owner);
  if (pointed.tip !== null) drawTip(list, layout, pointed.tip);
  return list.done();
}

/** The chip of the cursor's time: at the left edge on its line, or where it covers no state's name. */
function chipCorner(layout: Layout, y: number, wide: number, high: number): readonly [number, number] {
  const right = layout.view.width - wide - 3;
  const up = y - high / 2 - 2;
  const places: ReadonlyArray<readonly [number, number]> = [[3, y], [right, y], [3, up], [3, y + high / 2 + 2], [right, up]];
  const free = places.find(([left, middle]) => layout.states.every((s) => {
    const from = s.anchor === 'start' ? s.x : s.x - s.width;
    return from > left + wide || from + s.width < left || Math.abs(s.y - middle) > (high + layout.fonts.state.size) / 2;
  }));
  return free ?? [3, y];
}

function drawTip(list: ListBuilder, layout: Layout, tip: Tip): void {
  const { rest } = layout.fonts;
  const [wide, high] = [tip.width + 16, rest.size * 1.8];
  const left = Math.max(4, Math.min(layout.view.width - wide - 4, tip.x + 14));
  const top = tip.y > high + 22 ? tip.y - high - 12 : tip.y + 16;
  list.rect(left, top, wide, high, 5, { fill: 'text' });
  list.text(tip.text, left + 8, top + high / 2, tip.width, rest, 'ground');
}

function ring(list: ListBuilder, base: DisplayList, owner: Owner): void {
  for (const m of base.marks) {
    if (m.of === null || m.of.kind !== owner.kind || m.of.side !== owner.side) continue;
    const same = m.of.kind === 'node' ? owner.kind === 'node' && m.of.id === owner.id : owner.kind !== 'node' && m.of.i === owner.i;
    if (!same) continue;
    if (m.kind === 'text') {
      const left = m.anchor === 'start' ? m.x : m.anchor === 'end' ? m.x - m.w : m.x - m.w / 2;
      const under = m.y + m.font.size * 0.6;
      list.line(left, under, left + m.w, under, 'focus', 2);
    } else if (m.kind === 'line') {
      list.line(m.x1, m.y1, m.x2, m.y2, 'focus', m.weight + 5, { fade: 0.3 });
    } else if (m.kind === 'glyph' && m.name !== 'again') {
      list.glyph('ring', m.x, m.y, m.size + 8, 'focus');
    }
  }
}
