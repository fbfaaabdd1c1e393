// The words that come with the page: its own, and those that the recorded story speaks. One chunk
// a language, written by build.mjs.

import type { Language } from '../state/settings';
import type { Catalogue } from './text';

export async function loadWords(language: Language): Promise<Catalogue> {
  const words = language === 'zh' ? await import('./gen/zh.json') : await import('./gen/en.json');
  return words.default as Catalogue;
}
