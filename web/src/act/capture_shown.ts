// Whether what is shown is a capture that was opened. Nothing in it can be asked for.

import { signal } from '@preact/signals';
import * as session from '../state/session';
import { number, t } from '../text/text';

/** How many packets the capture has that is shown; null: a lab is shown. */
export const capture = signal<number | null>(null);
/** Nothing in a capture can be asked for: says so. */
export function stands(): boolean {
  if (capture.value === null) return false;
  session.notice.value = t('ui.capture.still');
  return true;
}
/** The lab that was opened is a capture, or is none. */
export function meetCapture(packets: number | null): void {
  if (packets !== null && capture.value === null) session.notice.value = t('ui.capture.opened', { packets: number(packets) });
  capture.value = packets;
}
