// state/place: address -> place -> address, and every address of an older page.

import assert from 'node:assert/strict';
import test from 'node:test';
import { readPlace } from '../../../web/src/state/place';
import { NOWHERE, writePlace } from '../../../web/src/state/place_text';
import type { Place } from '../../../web/src/state/place';
import { eventIndex, labId, nodeId, timelineId } from '../../../web/src/wire/types';
import { dice } from './support';

test('what is written is read again, for any place', () => {
  const roll = dice(3);
  const maybe = <T>(v: T): T | null => (roll(3) === 0 ? null : v);
  for (let k = 0; k < 2000; k++) {
    const place: Place = {
      lab: maybe(labId(`lab-${roll(999)}`)), timeline: maybe(timelineId(`T${roll(9)}`)),
      beside: maybe(timelineId(`T${roll(9)}`)), event: maybe(eventIndex(roll(1e6))), node: maybe(nodeId(1 + roll(9))),
      lesson: maybe('q1-draw'), step: maybe('lose_ack'), language: maybe(roll(2) ? 'en' : 'zh'),
      join: maybe('AB12'), over: maybe('next_hops-3-10.0.2.1'), stage: roll(2) === 0,
    };
    assert.deepEqual(readPlace(writePlace(place)), place);
    assert.ok(writePlace(place).length < 200);
  }
});
test('nothing gives nothing, and nonsense is not taken', () => {
  assert.equal(writePlace(NOWHERE), '');
  assert.deepEqual(readPlace(''), NOWHERE);
  assert.deepEqual(readPlace('?lab=../../x&t=%00&e=-1&n=1e9&lang=klingon&lesson=<b>&view=x'), NOWHERE);
  assert.deepEqual(readPlace(`?lab=${'a'.repeat(65)}`), NOWHERE);
});
test('short paths', () => {
  assert.equal(readPlace('', '/join/AB12').join, 'AB12');
  assert.equal(readPlace('', '/l/xyz').lab, 'xyz');
  assert.equal(readPlace('', '/lesson/q1').lesson, 'q1');
  assert.equal(readPlace('', '/lessons/q1/').lesson, 'q1');
  assert.equal(readPlace('?join=ZZ', '/join/AB').join, 'ZZ');
});
test('addresses of version 1 are read for ever', () => {
  const place = readPlace('?v=1&lesson=opening&step=lost&lab=x8gjpx&t=T1&with=T0&e=12&n=2&lang=zh');
  assert.deepEqual(place, {
    ...NOWHERE, lab: 'x8gjpx', timeline: 'T1', beside: 'T0', event: 12, node: 2, lesson: 'opening', step: 'lost', language: 'zh',
  });
});
