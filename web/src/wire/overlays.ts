// The calls for what is drawn over the network, and their answers as typed values. They come at the
// first wish for such a picture.

import { askJson } from './ask';
import type { Answer } from './ask';
import { list, object, optionalText, optionalWhole, sentence, text, whole } from './values';
import type { Json } from './values';
import { eventIndex, linkId, nodeId, virtualNs } from './types';
import type { LabId, SentenceKey, TimelineId } from './types';
import type { Changes, Offers, OverlayKind, Picture, Way } from './types_overlay';

const words = (v: unknown): SentenceKey => sentence(v) ?? ('' as SentenceKey);

function readKind(v: unknown): OverlayKind {
  const o = object(v, 'overlays');
  return {
    name: text(o['name'], 'overlays.name'), title: words(o['title']), help: words(o['help']), ofNode: o['of_node'] === true,
    toAddress: o['to_address'] === true, ownVertices: o['own_vertices'] === true,
    nodes: list(o['nodes']).map((n) => nodeId(whole(n, 'overlays.nodes'))),
  };
}
function readWay(v: unknown): Way {
  const o = object(v, 'ways');
  return {
    to: optionalWhole(o['to'], 'ways.to'), role: optionalText(o['role']), say: words(o['say']),
    port: optionalText(o['interface']), links: list(o['links']).map((l) => linkId(whole(l, 'ways.links'))),
    via: optionalText(o['via']), cost: typeof o['cost'] === 'number' ? o['cost'] : null,
  };
}
function readPicture(o: Json): Picture {
  return {
    i: eventIndex(optionalWhole(o['i'], 'i')),
    vertices: list(o['vertices']).map((v) => {
      const x = object(v, 'vertices');
      return {
        id: whole(x['id'], 'vertices.id'), node: nodeId(optionalWhole(x['node'], 'vertices.node')),
        kind: optionalText(x['kind']), name: optionalText(x['name']), note: optionalText(x['note']),
      };
    }),
    arrows: list(o['arrows']).map((v) => {
      const a = object(v, 'arrows');
      return { from: whole(a['from'], 'arrows.from'), ways: list(a['ways']).map(readWay) };
    }),
  };
}
function readChanges(o: Json): Changes {
  return {
    dst: optionalText(o['dst']), to: optionalWhole(o['to'], 'to'), t: virtualNs(optionalWhole(o['t'], 't')),
    list: list(o['changes']).map((v) => {
      const c = object(v, 'changes');
      return {
        i: eventIndex(whole(c['i'], 'changes.i')), t: virtualNs(whole(c['t'], 'changes.t')),
        from: nodeId(whole(c['from'], 'changes.from')), ways: list(c['ways']).map(readWay),
      };
    }),
  };
}

const pathOf = (lab: LabId, timeline: TimelineId): string =>
  `/api/labs/${encodeURIComponent(lab)}/timelines/${encodeURIComponent(timeline)}`;
/** What one picture is asked for; `node` and `to` are '' where none is named. */
export interface Asked {
  readonly name: string;
  readonly node: string;
  readonly to: string;
}
const named = ({ node, to }: Asked): string =>
  `${node === '' ? '' : `&node=${encodeURIComponent(node)}`}${to === '' ? '' : `&to=${encodeURIComponent(to)}`}`;

export function askOffers(lab: LabId, timeline: TimelineId): Promise<Answer<Offers>> {
  return askJson(`${pathOf(lab, timeline)}/overlays`, {}, null, (o) => ({
    kinds: list(o['overlays']).map(readKind),
    roles: list(o['roles']).map((v) => {
      const r = object(v, 'roles');
      return { name: text(r['name'], 'roles.name'), title: words(r['title']) };
    }),
  }));
}
/** The picture when `at` events have happened. */
export function askPicture(lab: LabId, timeline: TimelineId, asked: Asked, at: number): Promise<Answer<Picture>> {
  return askJson(`${pathOf(lab, timeline)}/overlays/${encodeURIComponent(asked.name)}?at=${at}${named(asked)}`, {}, null, readPicture);
}
/** How it changes, from so many events on. */
export function askChanges(lab: LabId, timeline: TimelineId, asked: Asked, from: number): Promise<Answer<Changes>> {
  const query = `overlay=${encodeURIComponent(asked.name)}&from=${from}${named(asked)}`;
  return askJson(`${pathOf(lab, timeline)}/beliefs?${query}`, {}, null, readChanges);
}
