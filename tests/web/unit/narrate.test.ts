// act/narrate: every kind of event is one whole sentence, in both languages, of a protocol that
// does not exist too; nothing of a sentence is left unfilled.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { narrate } from '../../../web/src/act/narrate';
import { catalogue } from '../../../web/src/text/text';
import { WEB, fixture, labOf } from './support';

const words = (language: string): Record<string, string> => ({
  ...(JSON.parse(readFileSync(join(WEB, 'text', `ui.${language}.json`), 'utf8')) as Record<string, string>),
  'reason.fog': 'the fog took it', 'reason.moths': 'moths ate it', 'timer.echo': 'waiting for an echo', 'table.moths': 'Moths',
  'zorp.gleam': '{node} gleams with hue {hue}.',
});
for (const language of ['en', 'zh']) {
  test(`the invented protocol is told in ${language}`, () => {
    catalogue.value = words(language);
    const { lab, timeline } = labOf(fixture('invented.ndjson'));
    for (let i = 0; i < timeline.length; i++) {
      const e = timeline.event(i);
      assert.ok(e);
      const { sentence } = narrate(lab, timeline, e);
      assert.ok(sentence.length > 3, `event ${i}`);
      assert.doesNotMatch(sentence, /[{}]|undefined|\bui\.|\[object/, `event ${i}: ${sentence}`);
    }
  });
}
test('the words of the server are used where it sent some', () => {
  catalogue.value = words('en');
  const { lab, timeline } = labOf(fixture('invented.ndjson'));
  const told = (i: number): string => {
    const e = timeline.event(i);
    return e ? narrate(lab, timeline, e).sentence : '';
  };
  const all = Array.from({ length: timeline.length }, (_, i) => told(i));
  assert.ok(all.includes('lantern gleams with hue 7.'));
  assert.ok(all.includes('Once more: lantern gleams with hue 8.'));
  assert.ok(all.includes('GLEAM hue 7 for harbour is lost between ferry and harbour: the fog took it'));
  assert.ok(all.includes('lantern, Moths: lantern · left · bright.') || all.includes('ferry, Moths: lantern · left · bright.'));
});
