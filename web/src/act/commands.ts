// The one table of commands. Buttons, menus, the sheet of keys, aria-keyshortcuts and keys.ts all
// read it; `when` says why a command cannot be given now. No key stands here twice.

import type { UiKey } from '../text/text';
import * as lessons from '../state/lesson';
import * as session from '../state/session';
import * as settings from '../state/settings';
import * as view from '../state/view';
import { KIND, eventIndex } from '../wire/types';
import { withEngine } from './context';
import type { App } from './context';
import {
  canReturn, current, focusEvent, goBack, goTo, goToCause, lastAllowed, nextNotable, nextOfNode,
  lastStop, nextRaw, nextStop, showTimeline,
} from './moves';
import { closeAll, copyLink, openPanel, panelOpen, showDialog, toggleLarge } from './panels';
import { changeSpeed } from './play';
import { returnToClass } from './publish';

export type Group = 'move' | 'act' | 'look' | 'page';
export interface Command {
  readonly id: CommandId;
  /** "ArrowRight", "Shift+ArrowRight", "w". Single letters can be switched off. */
  readonly keys: readonly string[];
  readonly name: UiKey;
  readonly help: UiKey;
  readonly group: Group;
  readonly repeat: boolean; // does a held key repeat it?
  when(app: App): true | UiKey;
  run(app: App): void;
}

const always = (): true => true;
let moveSerial = 0;
function ladder(by: view.LadderMove['by'], amount: number): void {
  view.ladderMove.value = { by, amount, serial: ++moveSerial };
}
const has = (found: unknown, why: UiKey): true | UiKey => (found === null ? why : true);

/** May the server be asked? */
function away(): true | UiKey {
  const { kind } = session.connection.value;
  return kind === 'offline' ? 'ui.why.offline' : kind === 'gone' ? 'ui.problem.gone' : true;
}
/** The step key: within what is loaded, then by asking the head for one more. */
function canStep(app: App): true | UiKey {
  if (nextStop(app.lab, 1) !== null) return true;
  if (lessons.openQuestion.value !== null) return 'ui.why.question';
  if (session.role.value === 'viewer' && !session.holds.value) return 'ui.why.class';
  return away();
}
function step(app: App): void {
  const next = nextStop(app.lab, 1);
  if (next !== null) goTo(app.lab, next);
  else withEngine(app, async ({ asks, course }) => {
    if (await course.makeReal()) void asks.stepHead();
  });
}
function move(found: number | null, app: App): void {
  if (found !== null) goTo(app.lab, found);
}
function canLose(app: App): true | UiKey {
  const i = focusEvent();
  if (i === null || current(app.lab)?.kind(i) !== KIND.tx) return 'ui.why.no_packet';
  return away();
}
function lose(app: App): void {
  const i = focusEvent();
  if (i === null) return;
  withEngine(app, async ({ asks, course }) => {
    if (await course.makeReal()) await asks.lose(i);
  });
}
function nextBranch(app: App): void {
  const all = session.timelines.value;
  const at = all.findIndex((x) => x.id === view.timeline.value);
  const next = all[(at + 1) % all.length];
  if (!next) return;
  app.engine?.desk.openTimeline(next.id);
  showTimeline(app.lab, next.id);
}
function toggleBeside(app: App): void {
  if (view.beside.value !== null) {
    view.beside.value = null;
    return;
  }
  const id = view.timeline.value;
  const parent = id === null ? null : app.lab.timeline(id)?.fork?.timeline ?? null;
  const other = parent ?? session.timelines.value.find((x) => x.id !== id)?.id ?? null;
  if (other === null) return;
  app.engine?.desk.openTimeline(other);
  view.beside.value = other;
}
function cycleTheme(): void {
  const dark = settings.theme.value === 'dark' ||
    (settings.theme.value === 'system' && matchMedia('(prefers-color-scheme: dark)').matches);
  settings.theme.value = dark ? 'light' : 'dark';
}
const engine = (): true | UiKey =>
  !session.holds.value ? (session.opened.value === null ? 'ui.why.story' : 'ui.why.class')
    : away();

export const COMMANDS = [
  { id: 'step.next', keys: ['ArrowRight', 'l'], group: 'move', repeat: true, when: canStep, run: step },
  { id: 'step.back', keys: ['ArrowLeft', 'h'], group: 'move', repeat: true,
    when: (a: App) => has(nextStop(a.lab, -1), 'ui.why.start'),
    run: (a: App) => move(nextStop(a.lab, -1), a) },
  { id: 'play', keys: [' ', 'k'], group: 'move', repeat: false,
    when: (a: App) => (view.playing.value ? true : canStep(a)),
    run: () => { view.playing.value = !view.playing.value; } },
  { id: 'go.start', keys: ['Home'], group: 'move', repeat: false, when: always,
    run: (a: App) => goTo(a.lab, Math.min(0, lastAllowed(a.lab))) },
  { id: 'go.head', keys: ['End'], group: 'move', repeat: false, when: always,
    run: (a: App) => goTo(a.lab, lastStop(a.lab)) },
  { id: 'raw.next', keys: ['.', 'Ctrl+Shift+ArrowRight'], group: 'move', repeat: true,
    when: (a: App) => has(nextRaw(a.lab, 1), 'ui.why.end'), run: (a: App) => move(nextRaw(a.lab, 1), a) },
  { id: 'raw.back', keys: [',', 'Ctrl+Shift+ArrowLeft'], group: 'move', repeat: true,
    when: (a: App) => has(nextRaw(a.lab, -1), 'ui.why.start'), run: (a: App) => move(nextRaw(a.lab, -1), a) },
  { id: 'node.next', keys: ['Shift+ArrowRight'], group: 'move', repeat: true,
    when: (a: App) => has(nextOfNode(a.lab, 1), 'ui.why.end'), run: (a: App) => move(nextOfNode(a.lab, 1), a) },
  { id: 'node.back', keys: ['Shift+ArrowLeft'], group: 'move', repeat: true,
    when: (a: App) => has(nextOfNode(a.lab, -1), 'ui.why.start'), run: (a: App) => move(nextOfNode(a.lab, -1), a) },
  { id: 'notable.next', keys: ['Ctrl+ArrowRight'], group: 'move', repeat: true,
    when: (a: App) => has(nextNotable(a.lab, 1), 'ui.why.end'), run: (a: App) => move(nextNotable(a.lab, 1), a) },
  { id: 'notable.back', keys: ['Ctrl+ArrowLeft'], group: 'move', repeat: true,
    when: (a: App) => has(nextNotable(a.lab, -1), 'ui.why.start'), run: (a: App) => move(nextNotable(a.lab, -1), a) },
  { id: 'slower', keys: ['['], group: 'move', repeat: false, when: always, run: () => changeSpeed(-1) },
  { id: 'faster', keys: [']'], group: 'move', repeat: false, when: always, run: () => changeSpeed(1) },
  { id: 'goto', keys: ['g', '/'], group: 'move', repeat: false, when: always, run: () => showDialog('goto') },
  { id: 'why', keys: ['w'], group: 'move', repeat: false,
    when: (a: App) => has(focusEvent() === null ? null : current(a.lab)?.cause(focusEvent() ?? 0) ?? null, 'ui.why.no_cause'),
    run: (a: App) => { goToCause(a.lab); } },
  { id: 'return', keys: ['Backspace'], group: 'move', repeat: false,
    when: () => (canReturn() ? true : 'ui.why.nowhere'), run: (a: App) => { goBack(a.lab); } },

  { id: 'lose', keys: ['x'], group: 'act', repeat: false, when: canLose, run: lose },
  { id: 'run', keys: ['r'], group: 'act', repeat: false,
    when: () => (lessons.openQuestion.value ? 'ui.why.question' : engine()),
    run: (a: App) => withEngine(a, (e) => e.asks.runOn(null)) },
  { id: 'branch.next', keys: ['b'], group: 'act', repeat: false,
    when: () => (session.timelines.value.length > 1 ? true : 'ui.why.one_branch'), run: nextBranch },
  { id: 'beside', keys: ['v'], group: 'act', repeat: false,
    when: () => (session.timelines.value.length > 1 ? true : 'ui.why.one_branch'), run: toggleBeside },
  { id: 'class', keys: ['c'], group: 'act', repeat: false,
    when: () => (session.role.value === 'viewer' ? true : 'ui.why.no_class'),
    run: (a: App) => returnToClass(a.lab) },

  { id: 'panel.lesson', keys: ['1'], group: 'look', repeat: false, when: always, run: () => openPanel('lesson') },
  { id: 'panel.topology', keys: ['2'], group: 'look', repeat: false, when: always, run: () => openPanel('topology') },
  { id: 'panel.states', keys: ['3'], group: 'look', repeat: false, when: always, run: () => openPanel('states') },
  { id: 'panel.packet', keys: ['4'], group: 'look', repeat: false, when: always, run: () => openPanel('packet') },
  { id: 'panel.tables', keys: ['5'], group: 'look', repeat: false, when: always, run: () => openPanel('tables') },
  { id: 'panel.console', keys: ['6'], group: 'look', repeat: false, when: always, run: () => openPanel('console') },
  { id: 'panel.ladder', keys: ['7'], group: 'look', repeat: false, when: always, run: () => openPanel('ladder') },
  { id: 'inspect', keys: ['Enter'], group: 'look', repeat: false,
    when: () => has(focusEvent(), 'ui.why.no_packet'), run: () => openPanel('packet') },
  { id: 'large', keys: ['f'], group: 'look', repeat: false, when: always, run: () => toggleLarge() },
  { id: 'ladder.up', keys: ['ArrowUp'], group: 'look', repeat: true, when: always, run: () => ladder('row', -3) },
  { id: 'ladder.down', keys: ['ArrowDown'], group: 'look', repeat: true, when: always, run: () => ladder('row', 3) },
  { id: 'ladder.page.up', keys: ['PageUp'], group: 'look', repeat: true, when: always, run: () => ladder('page', -1) },
  { id: 'ladder.page.down', keys: ['PageDown'], group: 'look', repeat: true, when: always, run: () => ladder('page', 1) },
  { id: 'ladder.nearer', keys: ['+', '='], group: 'look', repeat: true, when: always, run: () => ladder('zoom', 1.25) },
  { id: 'ladder.farther', keys: ['-'], group: 'look', repeat: true, when: always, run: () => ladder('zoom', 0.8) },
  { id: 'ladder.fit', keys: ['0', 'z'], group: 'look', repeat: false, when: always, run: () => ladder('fit', 0) },
  { id: 'panel.gauges', keys: ['8'], group: 'look', repeat: false, when: always, run: () => openPanel('gauges') },
  { id: 'panel.routing', keys: ['9'], group: 'look', repeat: false, when: always, run: () => openPanel('routing') },
  { id: 'strip', keys: ['m'], group: 'look', repeat: false, when: always, run: () => { settings.strip.value = !settings.strip.value; } },
  { id: 'axis', keys: ['a'], group: 'look', repeat: false, when: always,
    run: () => { view.axis.value = view.axis.value === 'compact' ? 'linear' : 'compact'; } },

  { id: 'link', keys: ['s'], group: 'page', repeat: false, when: always, run: () => void copyLink() },
  { id: 'export.svg', keys: [], group: 'page', repeat: false,
    when: () => has(view.timeline.value, 'ui.why.start'), run: (a: App) => void import('./exports').then((m) => m.exportSvg(a)) },
  { id: 'export.csv', keys: [], group: 'page', repeat: false,
    when: () => has(view.timeline.value, 'ui.why.start'), run: (a: App) => void import('./exports').then((m) => m.exportCsv(a)) },
  { id: 'export.pcap', keys: [], group: 'page', repeat: false,
    when: () => (session.opened.value === null ? 'ui.why.story' : true),
    run: (a: App) => {
      const id = view.timeline.value;
      const lab = session.opened.value;
      if (lab !== null && id !== null) withEngine(a, (e) => location.assign(e.rest.pcapPath(lab, id)));
    } },
  { id: 'projector', keys: ['p'], group: 'page', repeat: false, when: always,
    run: () => { settings.projector.value = !settings.projector.value; } },
  { id: 'theme', keys: ['t'], group: 'page', repeat: false, when: always, run: cycleTheme },
  { id: 'language', keys: ['e'], group: 'page', repeat: false, when: always,
    run: () => { settings.language.value = settings.language.value === 'en' ? 'zh' : 'en'; } },
  { id: 'lessons', keys: ['o'], group: 'page', repeat: false, when: always, run: () => showDialog('lessons') },
  { id: 'room', keys: ['j'], group: 'page', repeat: false, when: always, run: () => showDialog('room') },
  { id: 'help', keys: ['?'], group: 'page', repeat: false, when: always, run: () => showDialog('help') },
  { id: 'leave', keys: ['Escape'], group: 'page', repeat: false,
    when: () => (panelOpen() || settings.projector.value ? true : 'ui.why.nowhere'), run: () => closeAll() },
] as const satisfies readonly Row[];

type Row = Omit<Command, 'id' | 'name' | 'help'> & { readonly id: string };
export type CommandId = (typeof COMMANDS)[number]['id'];

const BY_ID = new Map<string, Command>();
const BY_KEY = new Map<string, Command>();
for (const row of COMMANDS) {
  const command: Command = {
    ...row, name: `ui.do.${row.id}` as UiKey, help: `ui.help.${row.id}` as UiKey,
  };
  BY_ID.set(row.id, command);
  for (const key of row.keys) {
    if (BY_KEY.has(key)) throw new Error(`the key ${key} stands twice`);
    BY_KEY.set(key, command);
  }
}
export function commandOf(id: CommandId): Command {
  const command = BY_ID.get(id);
  if (!command) throw new Error(`no command ${id}`);
  return command;
}
export function commandOfKey(key: string): Command | null {
  return BY_KEY.get(key) ?? null;
}
export function allCommands(): readonly Command[] {
  return [...BY_ID.values()];
}
/** Runs a command if it may be given now. The answer is the reason when it may not. */
export function give(app: App, id: CommandId): true | UiKey {
  const command = commandOf(id);
  const may = command.when(app);
  if (may === true) command.run(app);
  return may;
}
/** Goes to event i of the current timeline: what a tap on a mark or a link in prose does. */
export function visit(app: App, i: number): void {
  goTo(app.lab, eventIndex(i));
}
