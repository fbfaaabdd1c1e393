// One whole sentence for an event, in the chosen language: what the line under the ladder shows
// and the live region says. The server's sentence is used where it sent one.

import type { Lab, Timeline } from '../model/lab';
import { moment, say, span, t } from '../text/text';
import type { NodeId, SentEvent, TraceEvent } from '../wire/types';

export interface Told {
  readonly sentence: string;
  readonly clause: string; // of an RFC, or ''
}

export function nameOf(lab: Lab, n: NodeId): string {
  return n === 0 ? t('ui.lab') : lab.node(n)?.name ?? `${n}`;
}
export function labelOf(e: SentEvent): string {
  return e.lab.join(' ');
}
/** The packet of a `tx`, by its label; of an `rx`, `lost` or `drop` by its cause's. */
function packetOf(timeline: Timeline, e: TraceEvent): string {
  let at = e;
  for (let hops = 0; hops < 8; hops++) {
    if (at.k === 'tx') return labelOf(at);
    const before = at.k === 'rx' || at.k === 'lost' ? timeline.flightOf(at) : at.cause;
    const cause = before === null ? null : timeline.event(before);
    if (!cause) break;
    at = cause;
  }
  return 'p' in e ? e.p : '';
}

export function narrate(lab: Lab, timeline: Timeline, e: TraceEvent): Told {
  const node = nameOf(lab, e.n);
  switch (e.k) {
    case 'tx': {
      const to = nameOf(lab, e.to);
      const said = e.say === null ? '' : say(e.say, { node, to, ...e.a });
      if (said !== '' && said !== e.say) {
        return { sentence: e.rtx > 0 ? t('ui.event.once_more', { sentence: said }) : said, clause: '' };
      }
      const key = e.rtx > 0 ? 'ui.event.again' : 'ui.event.sent';
      return { sentence: t(key, { node, to, packet: labelOf(e) }), clause: '' };
    }
    case 'rx':
      return { sentence: t('ui.event.arrived', { node, packet: packetOf(timeline, e), from: nameOf(lab, e.from) }), clause: '' };
    case 'lost': {
      const why = say(e.why, { node, to: nameOf(lab, e.to) });
      return { sentence: t('ui.event.lost', { packet: packetOf(timeline, e), node, to: nameOf(lab, e.to), why }), clause: '' };
    }
    case 'drop':
      return { sentence: t('ui.event.dropped', { node, packet: packetOf(timeline, e), why: say(e.why, { node }) }), clause: e.ref };
    case 'st': {
      const said = e.say === null ? '' : say(e.say, { node, name: e.name, ...e.a });
      const from = e.from === '' ? '—' : e.from;
      const plain = t('ui.event.state', { node, from, to: e.to, name: e.name });
      return { sentence: said && said !== e.say ? `${plain} ${said}` : plain, clause: e.ref };
    }
    case 'tab':
      return {
        sentence: t(e.op === 'set' ? 'ui.event.row_set' : 'ui.event.row_gone', {
          node, table: say(tableTitle(lab, e.tab)), row: e.row.join(' · ') || e.key,
        }),
        clause: '',
      };
    case 'tm': {
      const what = e.say === null ? e.timer : say(e.say, { node, ...e.a });
      const key = e.op === 'set' ? 'ui.event.timer_set' : e.op === 'fire' ? 'ui.event.timer_fired' : 'ui.event.timer_stopped';
      return { sentence: t(key, { node, timer: what, in: span(Math.max(0, e.at - e.t)) }), clause: '' };
    }
    case 'con':
      return { sentence: t('ui.event.printed', { node, text: e.text.trim() }), clause: '' };
    case 'call':
      return { sentence: t('ui.event.returned', { node, text: e.text }), clause: '' };
    case 'cmd':
      return { sentence: t('ui.event.command', { node, text: e.text }), clause: '' };
    case 'var':
      return { sentence: t('ui.event.variable', { node, name: e.name, from: e.from, to: e.to }), clause: '' };
    case 'rule':
      return { sentence: e.text, clause: e.ref };
    case 'other':
      return { sentence: t('ui.event.other'), clause: '' };
  }
}
function tableTitle(lab: Lab, name: string): never {
  return (lab.tables.find((x) => x.name === name)?.title ?? name) as never;
}
/** "1.030 s · The client ..." for the live region. */
export function aloud(lab: Lab, timeline: Timeline, e: TraceEvent): string {
  return t('ui.aloud', { time: moment(e.t), sentence: narrate(lab, timeline, e).sentence });
}
