// Which object the meters speak of, and its watched variables: asked of the server when somebody
// looks, and again as the timeline grows; while the recorded story plays, they lie beside it.

import { signal } from '@preact/signals';
import { askStoryGauges, readGauges } from '../wire/gauges';
import type { StoryGauges } from '../wire/gauges';
import type { GaugeSet } from '../wire/types_gauges';
import type { TimelineId } from '../wire/types';
import type { Lab, Timeline } from '../model/lab';
import { Lives } from '../model/lives';
import type { Life } from '../model/lives';
import { ObjectSamples } from '../model/samples';
import * as session from '../state/session';
import * as view from '../state/view';
import type { App } from './context';
import { withEngine } from './context';
import { current } from './moves';

const ASK_MS = 400; // between two asks for the same object's samples
const MOST_KEPT = 24;

/** The object that the viewer chose, or null: the one that has sent most. */
const chosen = signal<Life | null>(null);
/** Grows when samples have come: what views read to be drawn anew. */
const arrived = signal(0);

const lives = new WeakMap<Timeline, Lives>();
const kept = new Map<string, { samples: ObjectSamples; asked: number; busy: boolean }>();
let story: StoryGauges | null = null;
let storyAsked = false;
let read: { readonly raw: unknown; readonly sets: readonly GaugeSet[] } = { raw: null, sets: [] };

export function gaugeSets(lab: Lab): readonly GaugeSet[] {
  arrived.value;
  if (lab.gauges === null) return askStory()?.sets ?? [];
  if (read.raw !== lab.gauges) read = { raw: lab.gauges, sets: readGauges(lab.gauges) };
  return read.sets;
}
function askStory(): StoryGauges | null {
  if (!storyAsked) {
    storyAsked = true;
    void askStoryGauges().then((answer) => {
      if (answer.ok) story = answer.value;
      arrived.value++;
    });
  }
  return story;
}

export function livesOf(lab: Lab, timeline: Timeline): Lives {
  const sets = gaugeSets(lab);
  let own = lives.get(timeline);
  if (own === undefined) {
    own = new Lives(timeline, (m) => (gaugeSets(lab).some((s) => s.machine === m) ? lab.graph(m)?.states[0]?.name ?? '' : null));
    if (sets.length > 0) lives.set(timeline, own);
  }
  own.extend();
  return own;
}

/** The object that is shown, what is drawn of it, and the other end of its conversation. */
export interface Shown {
  readonly timeline: Timeline;
  readonly life: Life;
  readonly set: GaugeSet;
  readonly peer: Life | null;
}
export function shownObject(app: App): Shown | null {
  session.revision.value;
  const timeline = current(app.lab);
  if (timeline === null) return null;
  const all = livesOf(app.lab, timeline);
  const wanted = chosen.value;
  const life = all.all.find((l) => same(l, wanted)) ?? busiest(app.lab, all);
  const set = gaugeSets(app.lab).find((s) => s.machine === life?.m);
  return life === null || set === undefined ? null : { timeline, life, set, peer: all.peerOf(life, set.between) };
}
function same(a: Life, b: Life | null): boolean {
  return b !== null && a.n === b.n && a.m === b.m && a.obj === b.obj && a.begin === b.begin;
}
/** The one that has sent most; as long as none has, the first that has a peer. */
function busiest(lab: Lab, all: Lives): Life | null {
  let best: Life | null = null;
  for (const life of all.all) if (life.octets > (best?.octets ?? 0)) best = life;
  if (best !== null) return best;
  const between = gaugeSets(lab)[0]?.between ?? '';
  return all.all.slice(0, MOST_LOOKED_AT).find((l) => all.peerOf(l, between) !== null) ?? all.all[0] ?? null;
}
const MOST_LOOKED_AT = 200;
export function choose(life: Life): void {
  chosen.value = life;
}

/** What is known of an object's variables now; more is asked for when the timeline has gone on. */
export function samplesOf(app: App, timeline: Timeline, life: Life): ObjectSamples {
  arrived.value;
  const key = `${session.opened.value ?? ''}/${timeline.id}/${life.n} ${life.m} ${life.obj}`;
  let own = kept.get(key);
  if (own === undefined) {
    own = { samples: new ObjectSamples(), asked: 0, busy: false };
    kept.set(key, own);
    const oldest = kept.keys().next();
    if (kept.size > MOST_KEPT && !oldest.done) kept.delete(oldest.value);
  }
  if (session.opened.value === null) fromStory(own.samples, life);
  else if (!own.busy && own.samples.to < timeline.length) later(app, own, timeline.id, life);
  return own.samples;
}
function fromStory(samples: ObjectSamples, life: Life): void {
  const own = askStory()?.objects.get(`${life.n} ${life.m} ${life.obj}`);
  if (own !== undefined && samples.to === 0) samples.add(own);
}
/** Asks at once, or when the last ask is long enough ago. */
function later(app: App, own: { samples: ObjectSamples; asked: number; busy: boolean }, id: TimelineId, life: Life): void {
  own.busy = true;
  const lab = session.opened.value;
  setTimeout(() => withEngine(app, async ({ rest }) => {
    own.asked = Date.now();
    const node = app.lab.node(life.n)?.name ?? '';
    const answer = lab === null ? null : await rest.variables(lab, id, life.m, node, life.obj, own.samples.to);
    own.busy = false;
    if (answer === null || !answer.ok) return; // it is asked for again with the next revision
    own.samples.add(answer.value);
    arrived.value++;
  }), Math.max(0, own.asked + ASK_MS - Date.now()));
}
/** The last event whose values are known; while a step is on its way, what was before it. */
export function momentShown(): number {
  const i = view.cursor.value;
  return view.flight.value === null ? i : i - 1;
}
