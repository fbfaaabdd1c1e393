// What a person chose and the browser remembers: language, theme, motion, letter keys, panels.
// A setting is a signal, a default, a validator and a storage key.

import { effect, signal } from '@preact/signals';
import type { Signal } from '@preact/signals';

function setting<T>(key: string, fallback: T, valid: (v: unknown) => v is T): Signal<T> {
  const kept = signal<T>(read(key, fallback, valid));
  let first = true;
  effect(() => {
    const value = kept.value;
    if (!first) write(key, value);
    first = false;
  });
  return kept;
}
function read<T>(key: string, fallback: T, valid: (v: unknown) => v is T): T {
  try {
    const text = localStorage.getItem(`netstep.${key}`);
    if (text === null) return fallback;
    const value: unknown = JSON.parse(text);
    return valid(value) ? value : fallback;
  } catch {
    return fallback; // no storage (a private window, a test), or a text that is not ours
  }
}
function write(key: string, value: unknown): void {
  try {
    localStorage.setItem(`netstep.${key}`, JSON.stringify(value));
  } catch {
    // A full or forbidden storage costs the memory of a setting and nothing else.
  }
}
function oneOf<T extends string>(...all: readonly T[]): (v: unknown) => v is T {
  return (v): v is T => typeof v === 'string' && (all as readonly string[]).includes(v);
}
const isBoolean = (v: unknown): v is boolean => typeof v === 'boolean';
const isShare = (v: unknown): v is number => typeof v === 'number' && v >= 0.15 && v <= 0.85;

export const LANGUAGES = ['en', 'zh'] as const;
export type Language = (typeof LANGUAGES)[number];
export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];
export const MOTIONS = ['system', 'full', 'none'] as const;
export type Motion = (typeof MOTIONS)[number];

const browserLanguage = (): Language =>
  typeof navigator !== 'undefined' && navigator.language?.startsWith('zh') ? 'zh' : 'en';

export const language = setting<Language>('language', browserLanguage(), oneOf(...LANGUAGES));
export const theme = setting<Theme>('theme', 'system', oneOf(...THEMES));
export const motion = setting<Motion>('motion', 'system', oneOf(...MOTIONS));
/** May the page move by itself? From `motion` and the system, set by main. */
export const moves = signal(true);
/** Do single letters act as keys? Off: only keys that are not letters and digits do (WCAG 2.1.4). */
export const letterKeys = setting<boolean>('letters', true, isBoolean);
/** Shares of the width for the lesson and for the middle column, and of the middle's height. */
export const lessonShare = setting<number>('share.lesson', 0.22, isShare);
export const middleShare = setting<number>('share.middle', 0.48, isShare);
/** Is the strip chart under the ladder shown? */
export const strip = setting<boolean>('strip', false, isBoolean);
/** The projector's large light face: not kept, a page begins at the desk. */
export const projector = signal(false);
