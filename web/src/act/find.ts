// Finding an event by a match of keys: what a link in a lesson's prose does.

import type { Lab } from '../model/lab';
import type { EventIndex, TraceEvent } from '../wire/types';
import type { Match } from '../wire/types_lesson';
import { current } from './moves';

/** What an event has under a key; `a.win` is the argument `win` of its sentence. */
function valueOf(e: TraceEvent, key: string): unknown {
  const plain = e as unknown as Record<string, unknown>;
  if (!key.startsWith('a.')) return plain[key];
  return (plain['a'] as Record<string, unknown> | null | undefined)?.[key.slice(2)];
}
function accepts(lab: Lab, e: TraceEvent, match: Match): boolean {
  for (const [key, wanted] of Object.entries(match)) {
    if (key === 'nth') continue;
    if (key === 'since') {
      if (e.t < Number(wanted)) return false;
      continue;
    }
    let has = valueOf(e, key);
    if (key.startsWith('a.')) has = typeof has === 'string' && typeof wanted === 'number' ? Number(has) : has;
    if (key === 'role' && e.k === 'tx') has = lab.roles[e.role]?.name;
    if (key === 'lab') {
      if (!Array.isArray(has) || !has.includes(wanted)) return false;
    } else if (key === 'text' || key === 'name') {
      if (typeof has !== 'string' || !has.includes(String(wanted))) return false;
    } else if (has !== wanted) return false;
  }
  return true;
}
/** The first event of the current timeline that matches, or null. */
export function findEvent(lab: Lab, match: Match): EventIndex | null {
  const timeline = current(lab);
  if (!timeline) return null;
  let left = typeof match['nth'] === 'number' ? match['nth'] : 1;
  return timeline.seek(-1, 1, (i) => {
    const e = timeline.event(i);
    return e !== null && accepts(lab, e, match) && --left <= 0;
  });
}
