// Where one is -> the address bar: the way back of place.ts. Comes with the engine's calls, for
// the address is kept from the first lab on.

import type { Place } from './place';

export const NOWHERE: Place = {
  lab: null, timeline: null, beside: null, event: null, node: null, lesson: null, step: null,
  language: null, join: null, over: null, stage: false,
};
const VERSION = '1';

export function writePlace(place: Place): string {
  const q = new URLSearchParams();
  if (place.lab !== null || place.lesson !== null) q.set('v', VERSION);
  if (place.lesson !== null) q.set('lesson', place.lesson);
  if (place.step !== null) q.set('step', place.step);
  if (place.lab !== null) q.set('lab', place.lab);
  if (place.timeline !== null) q.set('t', place.timeline);
  if (place.beside !== null) q.set('with', place.beside);
  if (place.event !== null && place.event >= 0) q.set('e', String(place.event));
  if (place.node !== null) q.set('n', String(place.node));
  if (place.language !== null) q.set('lang', place.language);
  if (place.join !== null) q.set('join', place.join);
  if (place.over !== null) q.set('over', place.over);
  if (place.stage) q.set('view', 'stage');
  const text = q.toString();
  return text === '' ? '' : `?${text}`;
}
