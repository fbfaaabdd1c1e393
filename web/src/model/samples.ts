// The watched variables of one object: each with the events at which it changed and what it
// became. Asked about at an event, a variable has the value of its last change before.

import type { GaugePlace, Samples } from '../wire/types_gauges';

export interface Series {
  readonly at: number[]; // ascending
  readonly value: number[];
}

export class ObjectSamples {
  /** Events up to which the samples reach. */
  to = 0;
  private readonly fields = new Map<string, Series>();
  private readonly known = new Set<string>();

  add(samples: Samples): void {
    const { names, list } = samples;
    for (const name of names.values()) this.known.add(name);
    const of = new Map<number, Series>();
    for (let k = 0; k + 2 < list.length; k += 3) {
      const [i, field, value] = [list[k] ?? 0, list[k + 1] ?? 0, list[k + 2] ?? 0];
      let series = of.get(field);
      if (series === undefined) {
        series = this.made(names.get(field) ?? String(field));
        of.set(field, series);
      }
      put(series, i, value);
    }
    this.to = Math.max(this.to, samples.to);
  }
  series(field: string): Series | null {
    return this.fields.get(field) ?? null;
  }
  /** Is there such a variable at all? */
  knows(field: string): boolean {
    return this.known.has(field);
  }
  /** What a variable was after event i, for an object that began at `begin`; null: there is none. One
   * that has not changed in this life is nought: that is how an object begins. */
  valueAt(field: string, i: number, begin: number): number | null {
    if (!this.known.has(field) || i < begin) return null;
    const series = this.fields.get(field);
    const k = series === undefined ? -1 : lastAt(series.at, i);
    return series === undefined || k < 0 || (series.at[k] ?? 0) < begin ? 0 : series.value[k] ?? 0;
  }
  /** A place in the space of sequence numbers; what was never said counts as nothing. */
  placeAt(place: GaugePlace, i: number, begin: number): number {
    const value = (field: string | null): number => (field === null ? 0 : this.valueAt(field, i, begin) ?? 0);
    return value(place.field) + value(place.plus) - value(place.minus);
  }
  private made(name: string): Series {
    const known = this.fields.get(name);
    if (known !== undefined) return known;
    const series = { at: [], value: [] };
    this.fields.set(name, series);
    return series;
  }
}

/** Of several changes at one event the last one counts; what was known before is not put twice. */
function put(series: Series, i: number, value: number): void {
  const last = series.at.length - 1;
  const at = series.at[last] ?? -1;
  if (i > at) {
    series.at.push(i);
    series.value.push(value);
  } else if (i === at) {
    series.value[last] = value;
  }
}

/** The last k with at[k] <= i, or -1. */
export function lastAt(at: readonly number[], i: number): number {
  let [low, high] = [0, at.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((at[middle] ?? 0) <= i) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
