// The components whose code and style come later, in one chunk: the page is told, stepped and
// answered without them.

import type { ComponentType } from 'preact';
import { lazy } from './lazy';

/** Written by build.mjs: where the style of what comes later lies. */
declare const LATER_STYLE: string;

type Tools = typeof import('./tools');
let asked: Promise<Tools> | null = null;

function tools(): Promise<Tools> {
  asked ??= Promise.all([import('./tools'), loadStyle()]).then(([module]) => module, (error: unknown) => {
    asked = null; // the next wish tries again
    throw error;
  });
  return asked;
}
function loadStyle(): Promise<void> {
  return new Promise((done, failed) => {
    const link = document.createElement('link');
    link.rel = 'stylesheet';
    link.href = LATER_STYLE;
    link.onload = () => done();
    link.onerror = () => failed(new Error('the style did not come'));
    document.head.append(link);
  });
}
const later = (pick: (t: Tools) => ComponentType): ReturnType<typeof lazy> => lazy(() => tools().then(pick));

export const Console = later((t) => t.Console);
export const GoTo = later((t) => t.GoTo);
export const Help = later((t) => t.Help);
export const Inspector = later((t) => t.Inspector);
export const LessonList = later((t) => t.LessonList);
export const Room = later((t) => t.Room);
export const Tables = later((t) => t.Tables);
