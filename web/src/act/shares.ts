// The shares of the width that the splitters set: by drag, by keys, kept by the settings.

import { lessonShare, middleShare } from '../state/settings';

/** The right edge of the lesson's column, and of the middle one, as shares of the width. */
export const SHARES = { lesson: lessonShare, middle: middleShare } as const;
export type ShareName = keyof typeof SHARES;

const LEAST_COLUMN = 0.16;
const KEY_STEP = 0.02;

export function setShare(name: ShareName, share: number): void {
  if (name === 'lesson') {
    lessonShare.value = clamp(share, LEAST_COLUMN, middleShare.value - LEAST_COLUMN);
  } else {
    middleShare.value = clamp(share, lessonShare.value + LEAST_COLUMN, 1 - 1.4 * LEAST_COLUMN);
  }
}
export function nudgeShare(name: string, way: 1 | -1): boolean {
  if (name !== 'lesson' && name !== 'middle') return false;
  setShare(name, SHARES[name].value + way * KEY_STEP);
  return true;
}
function clamp(x: number, low: number, high: number): number {
  return Math.round(Math.max(low, Math.min(high, x)) * 1000) / 1000;
}
