import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Pyramid } from '../../../web/src/model/pyramid';
import { random } from './ladder_fixture';

test('at every level the bins add up to what was counted', () => {
  const next = random(9);
  const pyramid = new Pyramid();
  const truth = new Map<string, number>();
  const events = 20000;
  for (let i = 0; i < events; i++) {
    if (next() < 0.3) continue;
    const [from, to, lost] = [1 + Math.floor(next() * 4), 5, next() < 0.1];
    pyramid.add(i, from, to, lost);
    const key = `${from} ${lost}`;
    truth.set(key, (truth.get(key) ?? 0) + 1);
  }
  for (let level = 0; level < 19; level++) {
    for (let from = 1; from <= 4; from++) {
      for (const lost of [false, true]) {
        let sum = 0;
        for (let bin = 0; bin * pyramid.binSize(level) < events; bin++) {
          sum += lost ? pyramid.lost(level, bin, from, 5) : pyramid.sent(level, bin, from, 5);
        }
        assert.equal(sum, truth.get(`${from} ${lost}`), `level ${level}, from ${from}, lost ${lost}`);
      }
    }
  }
});

test('the level that is chosen keeps the number of bins in bounds', () => {
  const pyramid = new Pyramid();
  for (const span of [1, 500, 12345, 1e6]) {
    const level = pyramid.levelFor(span, 100);
    assert.ok(span / pyramid.binSize(level) <= 100);
    assert.ok(level === 0 || span / pyramid.binSize(level - 1) > 100);
  }
});
