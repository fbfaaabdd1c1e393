// act/commands and keys: no key twice, each command can be given without a letter key, each says
// itself in both languages; keys are named as the table names them.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { allCommands } from '../../../web/src/act/commands';
import { nameOfKey } from '../../../web/src/act/keys';
import { WEB } from './support';

const read = (name: string): Record<string, string> => JSON.parse(readFileSync(join(WEB, 'text', name), 'utf8')) as Record<string, string>;
const source = (name: string): string => readFileSync(join(WEB, 'src', name), 'utf8');

test('no key stands twice', () => {
  const seen = new Map<string, string>();
  for (const command of allCommands()) {
    for (const key of command.keys) {
      assert.equal(seen.get(key), undefined, `${key}: ${seen.get(key)} and ${command.id}`);
      seen.set(key, command.id);
    }
  }
  assert.ok(seen.size > 40);
});
test('each command is on a button or a control, or has a key that is no letter', () => {
  const shown = ['views/transport.tsx', 'views/lesson.tsx', 'views/inspector.tsx', 'views/tables.tsx', 'views/room.tsx',
    'views/room_bar.tsx', 'shell/panels.tsx', 'shell/topbar.tsx', 'shell/phone.tsx'].map(source).join('\n');
  // What a control of another form does: tabs and pills open panels, the scrubber's knob goes to an
  // event, the language has its two buttons, a dialog its cross, a row of the ladder its events.
  const otherwise = new Set([
    'panel.lesson', 'panel.topology', 'panel.states', 'panel.packet', 'panel.tables', 'panel.console', 'panel.gauges',
    'panel.ladder', 'panel.routing',
    'inspect', 'large', 'language', 'lessons', 'leave', 'goto', 'branch.next',
  ]);
  for (const command of allCommands()) {
    const button = shown.includes(`id="${command.id}"`) || shown.includes(`'${command.id}'`); // of a menu's list
    const plain = command.keys.some((key) => key.length > 1 || key === ' ');
    assert.ok(button || plain || otherwise.has(command.id), `${command.id} needs a letter key`);
  }
});
test('each command has a name and a help in both languages', () => {
  for (const language of ['en', 'zh']) {
    const words = read(`ui.${language}.json`);
    for (const { name, help } of allCommands()) {
      assert.ok(words[name], `${language}: ${name}`);
      assert.ok(words[help], `${language}: ${help}`);
    }
  }
});
test('keys are named as the table names them', () => {
  const key = (k: string, more: object = {}): string =>
    nameOfKey({ key: k, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...more });
  assert.equal(key('ArrowRight'), 'ArrowRight');
  assert.equal(key('ArrowRight', { shiftKey: true }), 'Shift+ArrowRight');
  assert.equal(key('ArrowRight', { ctrlKey: true }), 'Ctrl+ArrowRight');
  assert.equal(key('?', { shiftKey: true }), '?');
  assert.equal(key('w'), 'w');
  assert.equal(key('c', { ctrlKey: true }), 'Ctrl+c');
});
