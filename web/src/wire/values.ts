// Readers of one value of JSON: each gives the value or throws a WireError that names the place.

import type { Args, SentenceKey } from './types';

export class WireError extends Error {
  constructor(readonly place: string, readonly what: string) {
    super(`${place}: ${what}`);
  }
}

export type Json = Readonly<Record<string, unknown>>;
const MAX_INTEGER = 2 ** 53;

// ------------------------------------------------------------------------- readers of one value

export function object(v: unknown, place: string): Json {
  if (typeof v !== 'object' || v === null || Array.isArray(v)) {
    throw new WireError(place, 'an object was expected');
  }
  return v as Json;
}
export function array(v: unknown, place: string): readonly unknown[] {
  if (!Array.isArray(v)) throw new WireError(place, 'an array was expected');
  return v as readonly unknown[];
}
export function list(v: unknown): readonly unknown[] {
  return Array.isArray(v) ? (v as readonly unknown[]) : [];
}
export function whole(v: unknown, place: string): number {
  if (typeof v !== 'number' || !Number.isInteger(v) || v < 0 || v > MAX_INTEGER) {
    throw new WireError(place, 'a whole number from 0 to 2^53 was expected');
  }
  return v;
}
export function optionalWhole(v: unknown, place: string): number {
  return v === undefined || v === null ? 0 : whole(v, place);
}
export function real(v: unknown, fallback: number): number {
  return typeof v === 'number' && Number.isFinite(v) ? v : fallback;
}
export function text(v: unknown, place: string): string {
  if (typeof v !== 'string') throw new WireError(place, 'a text was expected');
  return v;
}
export function optionalText(v: unknown): string {
  return typeof v === 'string' ? v : '';
}
export function sentence(v: unknown): SentenceKey | null {
  return typeof v === 'string' && v !== '' ? (v as SentenceKey) : null;
}
export function texts(v: unknown): string[] {
  return list(v).map((x) => (typeof x === 'string' ? x : String(x)));
}
export function args(v: unknown): Args {
  const out: Record<string, string> = {};
  if (typeof v === 'object' && v !== null) {
    for (const [key, value] of Object.entries(v)) out[key] = String(value);
  }
  return out;
}
