// A watched variable's value in words: octets, a span of time, a count; and what is too large to be
// a size, which stands for "no limit".

import { number, span } from '../text/text';
import type { GaugeUnit } from '../wire/types_gauges';

const NO_LIMIT = 0x7fffffff;

export function figure(value: number, unit: GaugeUnit): string {
  if (unit === 'ns') return span(value);
  if (value >= NO_LIMIT) return '∞';
  if (unit === 'count' || value < 100000) return number(Math.round(value));
  return value < 1e7 ? `${number(Math.round(value / 100) / 10)} k` : `${number(Math.round(value / 1e5) / 10)} M`;
}
