// views/octets: rows of hexadecimal, and the smallest field that owns an octet.

import assert from 'node:assert/strict';
import test from 'node:test';
import { hexRows, pathAt } from '../../../web/src/views/octets';
import type { Field } from '../../../web/src/wire/types';

const field = (offset: number, length: number, children: Field[] = []): Field => ({
  name: '', label: '', value: '', offset, length, meaning: '', bad: false, generated: false, ref: '', children,
});
test('rows', () => {
  const rows = hexRows(Uint8Array.from({ length: 19 }, (_, k) => k * 13), 8);
  assert.deepEqual(rows.map((r) => r.name), ['0000', '0008', '0010']);
  assert.equal(rows[0]?.octets[1], '0d');
  assert.equal(rows[2]?.octets.length, 3);
  assert.deepEqual(hexRows(new Uint8Array(0), 8), []);
});
test('the smallest field that holds an octet', () => {
  const tree = [field(0, 14, [field(0, 6), field(6, 6), field(12, 2)]), field(14, 20, [field(14, 1, [field(14, 1)])])];
  assert.deepEqual(pathAt(tree, 7), { from: 6, to: 12 });
  assert.deepEqual(pathAt(tree, 14), { from: 14, to: 15 });
  assert.deepEqual(pathAt(tree, 20), { from: 14, to: 34 });
  assert.equal(pathAt(tree, 40), null);
  assert.equal(pathAt([field(3, 0)], 3), null);
});
