// Words and numbers in the language that is chosen. `t` speaks the page's own words, `say` the
// server's; both read the language signal, so a component that calls them follows a switch.

import { signal } from '@preact/signals';
import type { Args, SentenceKey, VirtualNs } from '../wire/types';
import { language } from '../state/settings';
import type { UiKey } from './keys.gen';

export type { UiKey } from './keys.gen';
export type Catalogue = Readonly<Record<string, string>>;

const EMPTY: Catalogue = {};
/** The page's own words and the server's, merged, of the language that is shown. */
export const catalogue = signal<Catalogue>(EMPTY);

function fill(text: string, args: Args | undefined): string {
  if (!args) return text;
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => args[name] ?? whole);
}
/** The page's own words. A key that has no text shows itself, so a hole is seen. */
export function t(key: UiKey, args?: Args): string {
  return fill(catalogue.value[key] ?? key, args);
}
/** The server's words by a key that came over the wire. */
export function say(key: SentenceKey | null, args?: Args): string {
  if (key === null) return '';
  return fill(catalogue.value[key] ?? key, args);
}
/** A table's column: without a text, the last part of its key. */
export function column(key: SentenceKey): string {
  return catalogue.value[key] ?? key.slice(key.lastIndexOf('.') + 1);
}
/** Is there a text for this key? What has none is shown as it is, in the mono face. */
export function hasText(key: string): boolean {
  return catalogue.value[key] !== undefined;
}
export function number(n: number): string {
  return new Intl.NumberFormat(locale()).format(n);
}
export function percent(part: number): string {
  return new Intl.NumberFormat(locale(), { style: 'percent' }).format(part);
}
/** A span of virtual time with its unit, at most four figures: "985 ms", "1.03 s", "12 µs". */
export function span(ns: number): string {
  const size = Math.abs(ns);
  if (size >= 1e9) return `${short(ns / 1e9)} s`;
  if (size >= 1e6) return `${short(ns / 1e6)} ms`;
  if (size >= 1e3) return `${short(ns / 1e3)} µs`;
  return `${short(ns)} ns`;
}
/** A moment of virtual time, always in seconds: "1.030 s"; µs when the ms would hide them. */
export function moment(t: VirtualNs): string {
  const seconds = t / 1e9;
  const digits = t % 1e6 === 0 ? 3 : 6;
  const figures = new Intl.NumberFormat(locale(), {
    minimumFractionDigits: digits, maximumFractionDigits: digits,
  }).format(seconds);
  return `${figures} s`;
}
function short(n: number): string {
  return new Intl.NumberFormat(locale(), { maximumSignificantDigits: 4 }).format(n);
}
export function locale(): string {
  return language.value === 'zh' ? 'zh-CN' : 'en';
}
/** What layouts are given instead of this file, so that they stay pure. */
export interface Words {
  readonly language: string;
  t(key: UiKey, args?: Args): string;
  say(key: SentenceKey | null, args?: Args): string;
  span(ns: number): string;
  moment(t: VirtualNs): string;
}
export function words(): Words {
  return { language: language.value, t, say, span, moment };
}
