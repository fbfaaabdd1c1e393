// The components whose code comes at the first wish for one. The story is told, stepped and
// answered without them.

import { effect, signal } from '@preact/signals';
import type { ComponentType } from 'preact';
import { overlay } from '../state/view';
import { loadLaterWords } from '../text/load';
import { loadSheet } from '../act/sheets';
import type { StripProps } from '../ladder/strip';
import { lazy } from './lazy';

/** Written by build.mjs: where the style of what comes later lies. */
declare const LATER_STYLE: string;
declare const PHONE_STYLE: string;

type Tools = typeof import('./tools');
let asked: Promise<Tools> | null = null;

function tools(): Promise<Tools> {
  asked ??= Promise.all([import('./tools'), loadStyle(), loadLaterWords()]).then(([module]) => module, (error: unknown) => {
    asked = null; // the next wish tries again
    throw error;
  });
  return asked;
}
/** The style of all that comes after the first interaction. */
export const loadStyle = (): Promise<void> => loadSheet(LATER_STYLE);
/** What only a phone has; null on a wide page, and until it is here. */
export const phone = signal<typeof import('./phone') | null>(null);
export async function loadPhone(): Promise<void> {
  const [parts] = await Promise.all([import('./phone'), loadSheet(PHONE_STYLE)]);
  phone.value = parts;
}

let metersAsked: Promise<typeof import('./meters')> | null = null;
/** The meters come with the engine's calls: they ask for what they show. */
function meters(): Promise<typeof import('./meters')> {
  metersAsked ??= Promise.all([import('./meters'), loadStyle(), loadLaterWords()]).then(([module]) => module, (error: unknown) => {
    metersAsked = null;
    throw error;
  });
  return metersAsked;
}

let routingAsked: Promise<typeof import('./routing')> | null = null;
/** What is drawn over the network: here once it is looked at, or once a link asks for it. */
function routing(): Promise<typeof import('./routing')> {
  routingAsked ??= Promise.all([import('./routing'), loadStyle(), loadLaterWords()]).then(([module]) => module, (error: unknown) => {
    routingAsked = null;
    throw error;
  });
  return routingAsked;
}
effect(() => void (overlay.value !== null && routing().catch(() => undefined)));

const later = (pick: (t: Tools) => ComponentType) => lazy(() => tools().then(pick), true);

export const Console = later((t) => t.Console);
export const Dialogs = later((t) => t.Dialogs);
export const Inspector = later((t) => t.Inspector);
export const Outcome = later((t) => t.Outcome);
export const Gauges = lazy(() => meters().then((m) => m.Gauges), true);
export const StateTools = lazy(() => meters().then((m) => m.StateTools), true);
export const Strip = lazy((): Promise<ComponentType<StripProps>> => meters().then((m) => m.StripChart), true);
export const Routing = lazy(() => routing().then((m) => m.Routing), true);
export const Tables = later((t) => t.Tables);
