// style/tokens.css: roles are told apart by every eye, and everything is read on its ground.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { WEB } from './support';

type Rgb = readonly [number, number, number];
type Tokens = ReadonlyMap<string, string>;

function block(css: string, start: string): Tokens {
  const from = css.indexOf('{', css.indexOf(start));
  const out = new Map<string, string>();
  for (const found of css.slice(from + 1, css.indexOf('}', from)).matchAll(/--([\w-]+):\s*([^;]+);/g)) {
    out.set(found[1] ?? '', (found[2] ?? '').trim());
  }
  return out;
}
const css = readFileSync(join(WEB, 'style/tokens.css'), 'utf8');
const light = block(css, ':root {');
const dark = new Map([...light, ...block(css, '/* The dark values')]);

function rgb(tokens: Tokens, name: string): Rgb {
  const hex = /^#([0-9a-f]{6})$/i.exec(tokens.get(name) ?? '')?.[1];
  assert.ok(hex, `--${name} is a colour of six figures`);
  return [0, 2, 4].map((k) => parseInt(hex.slice(k, k + 2), 16) / 255) as unknown as Rgb;
}
const linear = (c: number): number => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
const gamma = (c: number): number => (c <= 0.0031308 ? 12.92 * c : 1.055 * c ** (1 / 2.4) - 0.055);
const luminance = (c: Rgb): number => 0.2126 * linear(c[0]) + 0.7152 * linear(c[1]) + 0.0722 * linear(c[2]);
function contrast(a: Rgb, b: Rgb): number {
  const [x, y] = [luminance(a), luminance(b)].sort((p, q) => q - p);
  return ((x ?? 0) + 0.05) / ((y ?? 0) + 0.05);
}
/** Machado, Oliveira and Fernandes 2009, severity 1, on linear light. */
const EYES: Readonly<Record<string, readonly number[]>> = {
  normal: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  protan: [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
  deutan: [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881],
  tritan: [1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.3039],
};
function seenBy(eye: readonly number[], c: Rgb): Rgb {
  const l = c.map(linear);
  const row = (k: number): number => (eye[k] ?? 0) * (l[0] ?? 0) + (eye[k + 1] ?? 0) * (l[1] ?? 0) + (eye[k + 2] ?? 0) * (l[2] ?? 0);
  return [row(0), row(3), row(6)].map((v) => gamma(Math.max(0, Math.min(1, v)))) as unknown as Rgb;
}
function lab(c: Rgb): Rgb {
  const [r, g, b] = c.map(linear) as unknown as Rgb;
  const f = (v: number): number => (v > 216 / 24389 ? Math.cbrt(v) : (24389 / 27 * v + 16) / 116);
  const x = f((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.95047);
  const y = f(0.2126 * r + 0.7152 * g + 0.0722 * b);
  const z = f((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.08883);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}
const apart = (a: Rgb, b: Rgb): number => Math.hypot(...lab(a).map((v, k) => v - (lab(b)[k] ?? 0)));

const HUES = ['role-open', 'role-data', 'role-close', 'role-problem'];
for (const [theme, tokens] of [['light', light], ['dark', dark]] as const) {
  test(`${theme}: the roles are told apart by every eye`, () => {
    const roles = [...HUES, 'role-control'];
    for (const [name, eye] of Object.entries(EYES)) {
      roles.forEach((a, k) => roles.slice(k + 1).forEach((b) => {
        const distance = apart(seenBy(eye, rgb(tokens, a)), seenBy(eye, rgb(tokens, b)));
        const least = HUES.includes(a) && HUES.includes(b) ? 25 : 15;
        assert.ok(distance >= least, `${name}: ${a} and ${b} are ${distance.toFixed(1)} apart`);
      }));
    }
  });
  test(`${theme}: text and lines are read on their ground`, () => {
    const pairs: [string, string, number][] = [
      ['text', 'ground', 7], ['text', 'panel', 7], ['text', 'sunken', 7], ['text', 'raised', 7], ['text', 'select', 7],
      ['muted', 'ground', 4.5], ['muted', 'panel', 4.5], ['muted', 'sunken', 4.5], ['muted', 'raised', 4.5],
      ['accent', 'ground', 4.5], ['accent', 'panel', 4.5], ['accent', 'accent-soft', 4.5], ['accent-text', 'accent', 4.5],
      ['text', 'good-soft', 7], ['text', 'bad-soft', 7], ['good', 'good-soft', 4.5], ['bad', 'bad-soft', 4.5],
      ['rule', 'ground', 3], ['focus', 'ground', 3], ['focus', 'panel', 3], ['cursor', 'ground', 3], ['select-edge', 'select', 3],
      ['on-lane', 'lane', 4.5],
      ...HUES.map((h): [string, string, number] => [h, 'ground', 4.5]), ['role-control', 'ground', 4.5],
      ...[1, 2, 3, 4, 5, 6, 7, 8].map((k): [string, string, number] => ['on-lane', `lane-${k}`, 4.5]),
    ];
    for (const [ink, ground, least] of pairs) {
      const is = contrast(rgb(tokens, ink), rgb(tokens, ground));
      assert.ok(is >= least, `--${ink} on --${ground} is ${is.toFixed(2)}, at least ${least}`);
    }
  });
}
test('the two blocks of dark values say the same', () => {
  const system = block(css.slice(css.indexOf('/* The dark values')), ':root[data-theme="system"] {');
  assert.deepEqual([...system].sort(), [...block(css, '/* The dark values')].sort());
});
