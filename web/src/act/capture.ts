// A capture (pcap, pcapng) that is opened: the server makes a lab of it that can be looked at. What
// would move or change one says here why it does not; all else is as in any lab.

import { effect } from '@preact/signals';
import * as lessons from '../state/lesson';
import * as session from '../state/session';
import * as view from '../state/view';
import { t } from '../text/text';
import { eventIndex } from '../wire/types';
import { capture } from './capture_shown';
import { commandOf } from './commands';
import { withEngine } from './context';
import type { App } from './context';
import { dialog } from './panels';

export function openCapture(app: App, file: Blob): void {
  dialog.value = null;
  session.notice.value = t('ui.capture.opening');
  withEngine(app, async ({ desk, course }) => {
    capture.value = null;
    if (!(await desk.create(file))) return;
    lessons.lesson.value = null;
    course.adopt(session.timelines.value[0]?.id ?? null);
    view.following.value = false;
    view.cursor.value = eventIndex(0);
    view.playing.value = false;
  });
}
/** A file that is dropped on the page is opened; the buttons that move a lab wait as long as one is shown. */
export function beginCaptures(app: App): void {
  addEventListener('dragover', (e) => e.preventDefault());
  addEventListener('drop', (e) => {
    const file = e.dataTransfer?.files[0];
    if (!file) return;
    e.preventDefault();
    openCapture(app, file);
  });
  for (const id of ['run', 'lose'] as const) {
    const command = commandOf(id);
    const { when } = command;
    Object.assign(command, { when: (a: App) => (capture.value === null ? when(a) : 'ui.capture.still') });
  }
  effect(() => { if (session.opened.value === null) capture.value = null; });
}
