// The components whose code comes later: the tools at the first wish for one, topology and states
// when the first picture stands. The story is told, stepped and answered without them.

import type { ComponentType } from 'preact';
import { loadLaterWords } from '../text/load';
import { lazy } from './lazy';

/** Written by build.mjs: where the style of what comes later lies. */
declare const LATER_STYLE: string;

type Tools = typeof import('./tools');
let style: Promise<void> | null = null;
let asked: Promise<Tools> | null = null;

function tools(): Promise<Tools> {
  asked ??= Promise.all([import('./tools'), loadStyle(), loadLaterWords()]).then(([module]) => module, (error: unknown) => {
    asked = style = null; // the next wish tries again
    throw error;
  });
  return asked;
}
/** The projector's face and the tools share a style sheet. */
export function loadStyle(): Promise<void> {
  style ??= new Promise((done, failed) => {
    const link = document.createElement('link');
    link.rel = 'stylesheet';
    link.href = LATER_STYLE;
    link.onload = () => done();
    link.onerror = () => failed(new Error('the style did not come'));
    document.head.append(link);
  });
  return style;
}
type Network = typeof import('./network');
const network = (pick: (n: Network) => ComponentType): ReturnType<typeof lazy> =>
  lazy(() => import('./network').then(pick), true);

export const States = network((n) => n.States);
export const Topology = network((n) => n.Topology);

const later = (pick: (t: Tools) => ComponentType): ReturnType<typeof lazy> => lazy(() => tools().then(pick), true);

export const Console = later((t) => t.Console);
export const Dialogs = later((t) => t.Dialogs);
export const Inspector = later((t) => t.Inspector);
export const Outcome = later((t) => t.Outcome);
export const Tables = later((t) => t.Tables);
