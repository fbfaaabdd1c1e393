// The custom properties of tokens.css as a frozen object: a painter asks it for the colour of an
// ink. Read once a theme change; the object that tests paint with is a loud pink.

import type { Ink } from './list';

export interface Tokens {
  readonly color: (ink: Ink) => string;
  readonly ui: string; // font families
  readonly mono: string;
  readonly fontSize: number; // of a label, CSS px
  readonly stroke: number; // CSS px of a plain arrow
  readonly thin: number;
  readonly isThin: (role: string) => boolean;
}

/** Roles are told apart by weight, too: what only confirms is drawn thin. */
const THIN_ROLES: ReadonlySet<string> = new Set(['control']);
const PLAIN = 2.2; // CSS px of an arrow
const THIN = 1.5; // of a thin role's

export const TEST_TOKENS: Tokens = Object.freeze({
  color: () => 'hotpink',
  ui: 'sans-serif',
  mono: 'monospace',
  fontSize: 13,
  stroke: 2.2,
  thin: 1.5,
  isThin: (role: string) => THIN_ROLES.has(role),
});

const number = (text: string, otherwise: number): number => {
  const n = parseFloat(text);
  return Number.isFinite(n) && n > 0 ? n : otherwise;
};

/** An ink without a property of its own takes its family's first: a role that style does not
 * know is drawn as other, a lane beyond the last as the first. */
function fallback(ink: Ink): Ink {
  if (ink.startsWith('role-')) return 'role-other';
  if (ink.startsWith('lane-')) return 'lane-1';
  return 'text';
}

/** Reads the computed values at `root`. Colours are resolved by a probe element, so that
 * a property may be any CSS colour, `var()` and `light-dark()` included. */
export function readTokens(root: HTMLElement): Tokens {
  const style = getComputedStyle(root);
  const has = (name: string): boolean => style.getPropertyValue(`--${name}`).trim() !== '';
  const probe = root.ownerDocument.createElement('i');
  probe.hidden = true;
  root.append(probe);
  const scale = number(style.getPropertyValue('--stroke-scale'), 1);
  const known = new Map<Ink, string>();
  const resolve = (ink: Ink): string => {
    probe.style.color = `var(--${has(ink) ? ink : fallback(ink)})`;
    root.append(probe);
    const value = getComputedStyle(probe).color;
    probe.remove();
    return value;
  };
  probe.remove();
  return Object.freeze({
    color: (ink: Ink) => {
      const value = known.get(ink) ?? resolve(ink);
      known.set(ink, value);
      return value;
    },
    ui: style.getPropertyValue('--font-ui').trim() || 'system-ui, sans-serif',
    mono: style.getPropertyValue('--font-mono').trim() || 'monospace',
    fontSize: number(style.getPropertyValue('--ladder-font-size'), 13),
    stroke: PLAIN * scale,
    thin: THIN * scale,
    isThin: (role: string) => THIN_ROLES.has(role),
  });
}

/** Calls back whenever the theme, contrast or colour scheme changes. */
export function watchTokens(root: HTMLElement, changed: () => void, end: AbortSignal): void {
  const observer = new MutationObserver(changed);
  observer.observe(root, { attributes: true, attributeFilter: ['data-theme', 'data-stage', 'data-motion', 'class', 'lang'] });
  end.addEventListener('abort', () => observer.disconnect(), { once: true });
  for (const query of ['(prefers-color-scheme: dark)', '(forced-colors: active)', '(prefers-contrast: more)']) {
    matchMedia(query).addEventListener('change', changed, { signal: end });
  }
}
