// A class: a viewer of the plain link follows the holder's cursor, may look back but not past it,
// returns by one key, and forks without disturbing anybody.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { answer, closePage, eventNumber, openBrowser, openPage, press, storyStops, until } from './support.mjs';

let browser;
before(async () => { browser = await openBrowser(); });
after(() => browser.close());

test('two browsers: follow, look back, not past, return, fork', async () => {
  const teacher = await openPage(browser, { still: true });
  await storyStops(teacher);
  await answer(teacher, 0);
  await teacher.evaluate(() => document.activeElement.blur());
  await press(teacher, 'Home');
  await press(teacher, 'ArrowRight', 6);
  await until(() => /lab=/.test(teacher.url()), 'the lab is in the address');
  const code = await teacher.textContent('.live-code');
  assert.match(code, /^[A-Z0-9]{4,8}$/);
  const student = await openPage(browser, { path: `?join=${code}`, still: true });
  await until(async () => (await eventNumber(student)) === (await eventNumber(teacher)), 'the student is where the class is');
  assert.equal(await student.locator('.class-bar').count(), 1);
  await press(teacher, 'ArrowRight', 3);
  await until(async () => (await eventNumber(student)) === (await eventNumber(teacher)), 'the student follows');
  const bound = await eventNumber(teacher);
  await press(student, 'ArrowLeft', 2);
  const back = await eventNumber(student);
  assert.ok(back < bound, 'may look back');
  await press(student, 'ArrowRight', 9);
  assert.equal(await eventNumber(student), bound, 'not past the class');
  await press(student, 'End');
  assert.ok((await eventNumber(student)) <= bound);
  await press(student, 'Home');
  await press(student, 'c');
  await until(async () => (await eventNumber(student)) === bound, 'one key returns');
  // A fork of one's own: the teacher's timeline stays as it is.
  for (let k = 0; k < 12 && (await student.locator('.acts [data-command="lose"]').getAttribute('aria-disabled')) === 'true'; k++) await press(student, 'ArrowLeft');
  await press(student, 'x');
  await until(() => /t=T[1-9]/.test(student.url()), 'the student has a timeline of their own');
  assert.match(await student.textContent('.class-bar'), /by yourself/);
  assert.match(teacher.url(), /t=T0/);
  assert.equal(await eventNumber(teacher), bound);
  await press(student, 'c');
  await until(() => /t=T0/.test(student.url()), 'and comes back to the class');
  await until(async () => (await eventNumber(student)) === bound, 'at its event');
  await closePage(student);
  await closePage(teacher);
});
test('the teacher\'s cursor reaches the student; how soon is printed', async () => {
  const teacher = await openPage(browser, { still: true });
  await storyStops(teacher);
  await answer(teacher, 0);
  await teacher.evaluate(() => document.activeElement.blur());
  await press(teacher, 'Home');
  const student = await openPage(browser, { path: `?join=${await teacher.textContent('.live-code')}`, still: true });
  await until(async () => (await eventNumber(student)) === 1, 'both at the start');
  const took = [];
  for (let k = 0; k < 10; k++) {
    await teacher.waitForTimeout(150);
    const want = await student.evaluate(() => document.querySelector('.where-event').textContent);
    const seen = student.evaluate((old) => new Promise((done) => {
      const see = new MutationObserver(() => {
        if (document.querySelector('.where-event').textContent !== old) { see.disconnect(); done(Date.now()); }
      });
      see.observe(document.querySelector('.dock'), { subtree: true, childList: true, characterData: true });
    }), want);
    const from = Date.now();
    await press(teacher, 'ArrowRight');
    took.push((await seen) - from);
  }
  took.sort((a, b) => a - b);
  console.log(`the teacher's cursor at the student: median ${took[5]} ms, p90 ${took[8]} ms`);
  assert.ok(took[8] < 5000, `p90 is ${took[8]} ms`); // a shared machine is noisy; the goal is 150 on a LAN
  await closePage(student);
  await closePage(teacher);
});
