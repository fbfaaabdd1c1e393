// The words that come with the page: its own, and those that the recorded story speaks. Two chunks
// a language, written by build.mjs: what the first load says, and what the tools say.

import { language } from '../state/settings';
import type { Language } from '../state/settings';
import { catalogue } from './text';
import type { Catalogue } from './text';

async function loadFirst(language: Language): Promise<Catalogue> {
  const words = language === 'zh' ? await import('./gen/zh.json') : await import('./gen/en.json');
  return words.default as Catalogue;
}
async function loadLater(language: Language): Promise<Catalogue> {
  const words = language === 'zh' ? await import('./gen/zh.later.json') : await import('./gen/en.later.json');
  return words.default as Catalogue;
}
let all = false;

/** The words of the first load, and those of the tools once these are here. */
export async function loadWords(language: Language): Promise<Catalogue> {
  const [first, later] = await Promise.all([loadFirst(language), all ? loadLater(language) : {}]);
  return { ...first, ...later };
}
/** The tools come: their words are wanted too, from now on in each language. */
export async function loadLaterWords(): Promise<void> {
  all = true;
  const words = await loadLater(language.value);
  catalogue.value = { ...words, ...catalogue.value };
}
