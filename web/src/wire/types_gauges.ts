// What is worth drawing of watched variables, as the stream's hello says it, and the variables of
// one object over time. Names of variables are data: they are never compared with a literal.

import type { GraphName, SentenceKey } from './types';

export type GaugeLook = 'line' | 'limit' | 'area'; // a limit is dashed, an area is filled
export type GaugeUnit = 'octets' | 'ns' | 'count';

export interface GaugeLine {
  readonly field: string;
  readonly role: string;
  readonly look: GaugeLook;
}
export interface GaugeChart {
  readonly title: SentenceKey;
  readonly unit: GaugeUnit;
  readonly lines: readonly GaugeLine[];
}
/** A place in a space of sequence numbers: field + plus - minus. */
export interface GaugePlace {
  readonly field: string;
  readonly plus: string | null;
  readonly minus: string | null;
}
export interface GaugeZone {
  readonly title: SentenceKey;
  readonly from: GaugePlace | null; // null: it has no end on this side
  readonly to: GaugePlace | null;
  readonly role: string;
  readonly hollow: boolean; // room for octets, not octets
}
export interface GaugeBar {
  readonly title: SentenceKey;
  readonly sends: boolean; // numbers that this end makes; else its peer's
  readonly begin: GaugePlace | null; // what has to be in sight
  readonly end: GaugePlace | null;
  readonly zones: readonly GaugeZone[];
}
export interface GaugeSet {
  readonly machine: GraphName;
  readonly between: string; // parts the two ends in an object's name
  readonly charts: readonly GaugeChart[];
  readonly bars: readonly GaugeBar[];
}
/** Changes in the order in which they happened, three numbers each: event, variable, value. */
export interface Samples {
  readonly names: ReadonlyMap<number, string>;
  readonly list: readonly number[];
  readonly to: number; // how many events they reach
}
