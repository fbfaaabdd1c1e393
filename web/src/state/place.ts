// The address bar -> where one is: lab, timeline, event, selected node, language, lesson and its
// step (place_text.ts has the way back). Pure; the format has a version, and every older one is read for ever.

import { eventIndex, labId, nodeId, timelineId } from '../wire/types';
import type { EventIndex, LabId, NodeId, TimelineId } from '../wire/types';
import { LANGUAGES } from './settings';
import type { Language } from './settings';

export interface Place {
  readonly lab: LabId | null;
  readonly timeline: TimelineId | null;
  readonly beside: TimelineId | null;
  readonly event: EventIndex | null;
  readonly node: NodeId | null;
  readonly lesson: string | null;
  readonly step: string | null;
  readonly language: Language | null;
  readonly join: string | null;
  readonly over: string | null; // what is drawn over the network
  readonly stage: boolean; // the projector's face
}
const SAFE = /^[A-Za-z0-9._-]{1,64}$/;

/** "/join/CODE", "/l/LAB" and "/lesson/SLUG" are short forms that people type and share. */
function short(path: string, verb: string): string | null {
  const found = new RegExp(`^/${verb}/([A-Za-z0-9._-]{1,64})/?$`).exec(path);
  return found?.[1] ?? null;
}
export function readPlace(query: string, path = '/'): Place {
  const q = new URLSearchParams(query);
  const word = (key: string): string | null => {
    const value = q.get(key);
    return value !== null && SAFE.test(value) ? value : null;
  };
  const count = (key: string): number | null => {
    const value = q.get(key);
    return value !== null && /^\d{1,10}$/.test(value) ? Number(value) : null;
  };
  const lab = word('lab') ?? short(path, 'l');
  const timeline = word('t');
  const beside = word('with');
  const event = count('e');
  const node = count('n');
  const language = LANGUAGES.find((l) => l === q.get('lang')) ?? null;
  return {
    lab: lab === null ? null : labId(lab),
    timeline: timeline === null ? null : timelineId(timeline),
    beside: beside === null ? null : timelineId(beside),
    event: event === null ? null : eventIndex(event),
    node: node === null ? null : nodeId(node),
    lesson: word('lesson') ?? short(path, 'lessons?'), step: word('step'), language,
    join: word('join') ?? short(path, 'join'),
    over: word('over'),
    stage: q.get('view') === 'stage',
  };
}
