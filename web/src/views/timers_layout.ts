// The timers at a moment: those that run, with what is left of them, and those that have just ended,
// fired or cancelled. Pure; from the stream's own records, so a step back restores a ring.

import { KIND } from '../wire/types';
import type { NodeId, SentenceKey, TimerEvent } from '../wire/types';
import type { PendingTimer, Timeline } from '../model/lab';

export interface Ring {
  readonly key: string;
  readonly n: NodeId;
  readonly timer: string;
  readonly whose: string; // the object's name, or ''
  readonly say: SentenceKey | null;
  readonly a: Readonly<Record<string, string>>;
  readonly how: 'runs' | 'fired' | 'stopped';
  readonly left: number; // ns
  readonly part: number; // of its whole time, 1..0
}
const MOST_BACK = 200; // events that a step looks back for what ended

/** At most `most` of those that run, the next to expire first; and how many there are in all. */
export function ringsAt(timeline: Timeline, i: number, now: number, most = Infinity): { rings: Ring[]; all: number } {
  const running = timeline.timersAt(i);
  const ended = endedAt(timeline, i);
  return { rings: [...ended, ...running.slice(0, most).map((timer) => ringOf(timer, now))], all: ended.length + running.length };
}
function ringOf(timer: PendingTimer, now: number): Ring {
  const whole = Math.max(1, timer.expires - timer.setAt);
  const left = Math.max(0, timer.expires - now);
  return {
    key: `${timer.n} ${timer.timer} ${timer.obj}`, n: timer.n, timer: timer.timer, whose: timer.a['name'] ?? '',
    say: timer.say, a: timer.a, how: 'runs', left, part: Math.min(1, left / whole),
  };
}
/** What fired or was cancelled since the stop before event i, and was not set again. */
function endedAt(timeline: Timeline, i: number): Ring[] {
  const out: Ring[] = [];
  for (let k = i; k >= 0 && k > i - MOST_BACK && !(k < i && timeline.isStop(k)); k--) {
    const e = timeline.kind(k) === KIND.tm ? timeline.event(k) : null;
    if (e === null || e.k !== 'tm' || e.op === 'set') continue;
    const key = `${e.n} ${e.timer} ${e.obj}`;
    if (timeline.timerAt(i, e.n, e.timer, e.obj) === null && out.every((r) => r.key !== key)) out.push(ended(timeline, e, k, key));
  }
  return out.reverse();
}
function ended(timeline: Timeline, e: TimerEvent, k: number, key: string): Ring {
  const was = timeline.timerAt(k - 1, e.n, e.timer, e.obj);
  const left = e.op === 'fire' || was === null ? 0 : Math.max(0, was.expires - e.t);
  const whole = was === null ? 1 : Math.max(1, was.expires - was.setAt);
  return {
    key, n: e.n, timer: e.timer, whose: e.a['name'] ?? '', say: e.say, a: e.a,
    how: e.op === 'fire' ? 'fired' : 'stopped', left, part: e.op === 'fire' ? 0 : Math.min(1, left / whole),
  };
}
