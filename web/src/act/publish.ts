// What a frame publishes of the model: revision, head, and the cursor when it goes along.

import { batch } from '@preact/signals';
import { eventIndex } from '../wire/types';
import type { TimelineId } from '../wire/types';
import type { Lab } from '../model/lab';
import * as session from '../state/session';
import * as view from '../state/view';
import { lastStop, place } from './moves';

/** While much is still to come, so many ms lie between two pictures: else they would hold it up. */
const CATCH_UP_MS = 500;
const MUCH = 4000; // events
let published = -Infinity;

/** What one frame publishes: revision, head, and the cursor when it goes with head or class. False:
 * nothing now, for the stream is far behind its head; ask again. */
export function publish(lab: Lab, now = NaN): boolean {
  const id = view.timeline.value;
  const timeline = id === null ? null : lab.timeline(id);
  if (timeline !== null && timeline.head - timeline.length > MUCH && now - published < CATCH_UP_MS) return false;
  published = now;
  batch(() => {
    session.revision.value = lab.revision;
    session.head.value = timeline?.head ?? 0;
    const led = lab.classCursor;
    if (session.role.value === 'viewer' && session.withClass.value && led) {
      followClass(lab, led.timeline, led.i);
    } else if (timeline && view.following.value && !view.playing.value) {
      const last = eventIndex(lastStop(lab, timeline.length - 1));
      if (last > view.cursor.value) place(lab, last);
    }
  });
  return true;
}
let ledTo = -2;
let ledTimeline: TimelineId | null = null;
/** Goes where the class is, but only when the class has moved: a look back is not undone. */
function followClass(lab: Lab, id: TimelineId, i: number): void {
  if (i === ledTo && id === ledTimeline) return;
  const timeline = lab.timeline(id);
  if (!timeline || timeline.length <= i) return;
  ledTo = i;
  ledTimeline = id;
  view.timeline.value = id;
  place(lab, eventIndex(i));
}
/** The one key that returns to the class. */
export function returnToClass(lab: Lab): void {
  ledTo = -2;
  session.withClass.value = true;
  publish(lab);
}
