// Merges the catalogues: node web/text.mjs OUTDIR FILE.en.json FILE.zh.json ...
// Writes OUTDIR/en.json and OUTDIR/zh.json. A key that stands twice, a key that one language lacks,
// or a sentence whose {arguments} differ between the languages ends it with the place named.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

export const LANGUAGES = ['en', 'zh'];

/** {en: {key: text}, zh: {...}} of the files, and a list of what is wrong. */
export function mergeCatalogues(files) {
  const merged = { en: {}, zh: {} };
  const origin = { en: {}, zh: {} };
  const wrong = [];
  for (const file of files) {
    const language = LANGUAGES.find((l) => file.endsWith(`.${l}.json`));
    if (!language) {
      wrong.push(`${file}: the name does not end in .en.json or .zh.json`);
      continue;
    }
    for (const [key, text] of Object.entries(read(file, wrong))) {
      if (typeof text !== 'string') wrong.push(`${file}: ${key} is no text`);
      else if (key in merged[language]) {
        wrong.push(`${file}: ${key} stands in ${origin[language][key]} too`);
      } else {
        merged[language][key] = text;
        origin[language][key] = file;
      }
    }
  }
  for (const key of new Set([...Object.keys(merged.en), ...Object.keys(merged.zh)])) {
    for (const language of LANGUAGES) {
      if (!(key in merged[language])) wrong.push(`${key}: no ${language} text`);
    }
    if (key in merged.en && key in merged.zh && args(merged.en[key]) !== args(merged.zh[key])) {
      wrong.push(`${key}: en says ${args(merged.en[key])}, zh says ${args(merged.zh[key])}`);
    }
  }
  return { merged, wrong };
}
function read(file, wrong) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    wrong.push(`${file}: ${error.message}`);
    return {};
  }
}
function args(text) {
  return [...new Set(text.match(/\{\w+\}/g) ?? [])].sort().join(' ') || 'no arguments';
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [out, ...files] = process.argv.slice(2);
  if (!out || files.length === 0) {
    console.error('usage: node web/text.mjs OUTDIR FILE.en.json FILE.zh.json ...');
    process.exit(2);
  }
  const { merged, wrong } = mergeCatalogues(files);
  for (const line of wrong) console.error(line);
  if (wrong.length > 0) process.exit(1);
  mkdirSync(out, { recursive: true });
  for (const l of LANGUAGES) writeFileSync(join(out, `${l}.json`), `${JSON.stringify(merged[l])}\n`);
}
