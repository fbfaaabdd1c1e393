// Gauges and samples: JSON -> typed values, and the ask for those of the recorded story. They come
// with the meters, at the first wish for one.

import { askJson } from './ask';
import type { Answer } from './ask';
import { list, object, optionalText, optionalWhole, sentence, text } from './values';
import type { Json } from './values';
import type { GraphName, SentenceKey } from './types';
import type { GaugeBar, GaugeChart, GaugePlace, GaugeSet, Samples } from './types_gauges';

const title = (o: Json): SentenceKey => sentence(o['title']) ?? ('' as SentenceKey);

/** hello's gauges; what is not understood is left out, for a picture less does no harm. */
export function readGauges(v: unknown): GaugeSet[] {
  if (typeof v !== 'object' || v === null) return [];
  return Object.entries(v).map(([machine, w]) => {
    const o = object(w, `gauges.${machine}`);
    return {
      machine: machine as GraphName, between: optionalText(o['between']),
      charts: list(o['charts']).map(readChart), bars: list(o['bars']).map(readBar),
    };
  });
}
function readChart(v: unknown): GaugeChart {
  const o = object(v, 'gauges.charts');
  const unit = o['unit'];
  return {
    title: title(o), unit: unit === 'octets' || unit === 'ns' ? unit : 'count',
    lines: list(o['lines']).map((w) => {
      const line = object(w, 'gauges.charts.lines');
      const look = line['look'];
      return {
        field: text(line['field'], 'gauges.charts.field'), role: optionalText(line['role']),
        look: look === 'limit' || look === 'area' ? look : 'line',
      };
    }),
  };
}
function readBar(v: unknown): GaugeBar {
  const o = object(v, 'gauges.bars');
  return {
    title: title(o), sends: o['sends'] === true, begin: readPlace(o['begin']), end: readPlace(o['end']),
    zones: list(o['zones']).map((w) => {
      const zone = object(w, 'gauges.bars.zones');
      return {
        title: title(zone), from: readPlace(zone['from']), to: readPlace(zone['to']),
        role: optionalText(zone['role']), hollow: zone['hollow'] === true,
      };
    }),
  };
}
function readPlace(v: unknown): GaugePlace | null {
  if (typeof v !== 'object' || v === null) return null;
  const o = object(v, 'gauges.place');
  return { field: text(o['field'], 'gauges.place.field'), plus: sentence(o['plus']), minus: sentence(o['minus']) };
}

export function readSamples(o: Json): Samples {
  const names = new Map<number, string>();
  for (const [k, name] of Object.entries(object(o['names'] ?? {}, 'names'))) names.set(Number(k), String(name));
  const numbers = list(o['samples']).filter((n): n is number => typeof n === 'number');
  return { names, list: numbers, to: optionalWhole(o['to'], 'to') };
}

/** What lies beside the recorded story: its gauges, and the samples of each "NODE MACHINE OBJECT". */
export interface StoryGauges {
  readonly sets: readonly GaugeSet[];
  readonly objects: ReadonlyMap<string, Samples>;
}
export function askStoryGauges(): Promise<Answer<StoryGauges>> {
  return askJson('/gauges.json', {}, null, (o) => ({
    sets: readGauges(o['gauges']),
    objects: new Map(Object.entries(object(o['objects'] ?? {}, 'objects')).map(
      ([key, v]) => [key, readSamples(object(v, key))] as const,
    )),
  }));
}
