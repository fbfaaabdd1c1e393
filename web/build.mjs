// Builds the page into dist/: bundles src/ with esbuild (hashed names, chunks for what comes
// later), the styles, the words, the recorded story, and index.html with its first picture.
//   node build.mjs [--story FILE] [--text DIR]   the page
//   node build.mjs --gen [--text DIR]            only the generated sources (for tsc)
//   node build.mjs --tests                       bundles and runs the unit tests

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import * as esbuild from 'esbuild';
import { LANGUAGES, mergeCatalogues } from './text.mjs';

const HERE = dirname(fileURLToPath(import.meta.url));
const DIST = join(HERE, 'dist');
const TESTS = join(HERE, 'dist-test');
const FIXTURE = join(HERE, '../tests/web/fixtures/opening.ndjson');
const option = (name) => {
  const at = process.argv.indexOf(name);
  return at < 0 ? null : process.argv[at + 1] ?? null;
};
const SHARED = {
  bundle: true, target: 'es2021', format: 'esm', jsx: 'automatic', jsxImportSource: 'preact',
  logLevel: 'warning', absWorkingDir: HERE,
};

/** Words that only the tools say: they come with them. */
const LATER = /^ui\.(help|room|goto|lessons|packet|console|table|dialog|do\.(panel|raw|node|notable|branch|ladder\.(up|down|page)))\./;

/** The words that come with the page, and the union of the page's own keys as a type. */
function generate(textDir, story) {
  const own = readdirSync(join(HERE, 'text')).filter((f) => f.endsWith('.json')).map((f) => join(HERE, 'text', f));
  const { merged, wrong } = mergeCatalogues(own);
  if (wrong.length > 0) throw new Error(wrong.join('\n'));
  mkdirSync(join(HERE, 'src/text/gen'), { recursive: true });
  const spoken = keysOf(story);
  for (const l of LANGUAGES) {
    const words = { ...merged[l] };
    const server = textDir ? join(textDir, `${l}.json`) : null;
    if (server && existsSync(server)) {
      for (const [key, text] of Object.entries(JSON.parse(readFileSync(server, 'utf8')))) {
        if (spoken.has(key)) words[key] = text;
      }
    }
    const [first, later] = [{}, {}];
    for (const [key, text] of Object.entries(words)) (LATER.test(key) ? later : first)[key] = text;
    write(join(HERE, `src/text/gen/${l}.json`), `${JSON.stringify(first)}\n`);
    write(join(HERE, `src/text/gen/${l}.later.json`), `${JSON.stringify(later)}\n`);
  }
  const keys = Object.keys(merged.en).filter((k) => k.startsWith('ui.')).sort();
  const union = keys.map((k) => `  | '${k}'`).join('\n');
  write(join(HERE, 'src/text/keys.gen.ts'),
    `// Written by build.mjs from text/*.en.json. Do not edit.\nexport type UiKey =\n${union};\n`);
}
const UNITS = { ns: 1, us: 1e3, ms: 1e6, s: 1e9 };
/** The run as far as the page tells it: what lies beyond the open question is the engine's to say. */
function upToQuestion(lines) {
  const lesson = JSON.parse(readFileSync(join(HERE, '../lessons/opening/lesson.json'), 'utf8'));
  const until = /^([\d.]+)(ns|us|ms|s)$/.exec(lesson.steps.find((s) => s.options)?.until?.t ?? '');
  const limit = until ? Number(until[1]) * UNITS[until[2]] : Infinity;
  return lines.split('\n').flatMap((text) => {
    if (text.trim() === '') return [];
    const line = JSON.parse(text);
    if (line.line !== 'events') return [text];
    return line.e.every((e) => e.t <= limit) ? [text] : [];
  }).join('\n') + '\n';
}
/** Every text of the story that may be a key of the catalogue. */
function keysOf(story) {
  const found = new Set();
  const walk = (v) => {
    if (typeof v === 'string') found.add(v);
    else if (v && typeof v === 'object') Object.values(v).forEach(walk);
  };
  for (const line of (story ?? '').split('\n')) if (line.trim()) walk(JSON.parse(line));
  return found;
}
/** Writes only what has changed, so that make sees no newer source where there is none. */
function write(file, text) {
  if (!existsSync(file) || readFileSync(file, 'utf8') !== text) writeFileSync(file, text);
}
const hashed = (name, body) => {
  const hash = createHash('sha256').update(body).digest('hex').slice(0, 8);
  return name.replace(/(\.\w+)$/, `.${hash}$1`);
};

/**
 * Whatever comes later needs main, which is there when it comes: told so, esbuild puts all that
 * main reaches into one chunk instead of one for each set of users, which compresses worse.
 */
const oneEarlyChunk = {
  name: 'one-early-chunk',
  setup(build) {
    const filter = /(act\/(start|exports)|shell\/(tools|network)|ladder\/export)\.tsx?$/;
    build.onLoad({ filter }, ({ path }) => ({
      contents: `${readFileSync(path, 'utf8')}\nimport '${join(HERE, 'src/main.tsx')}';\n`,
      loader: path.endsWith('x') ? 'tsx' : 'ts',
    }));
  },
};

async function buildPage(storyFile, textDir) {
  const story = storyFile && existsSync(storyFile) ? storyFile : existsSync(FIXTURE) ? FIXTURE : null;
  const lines = story ? readFileSync(story, 'utf8') : '';
  const told = upToQuestion(lines);
  generate(textDir, told);
  rmSync(DIST, { recursive: true, force: true });
  mkdirSync(DIST, { recursive: true });
  const [cssName, laterName] = [await style('page'), await style('later')];
  const script = await esbuild.build({
    ...SHARED, entryPoints: { main: 'src/main.tsx' }, outdir: DIST, splitting: true, minify: true,
    entryNames: '[name].[hash]', chunkNames: '[name].[hash]', metafile: true, legalComments: 'none', plugins: [oneEarlyChunk],
    define: { LATER_STYLE: JSON.stringify(`/${laterName}`) },
  });
  const main = Object.entries(script.metafile.outputs).find(([, o]) => o.entryPoint === 'src/main.tsx')[0];
  if (story) writeFileSync(join(DIST, 'story.ndjson'), told);
  copyFileSync(join(HERE, 'icon.svg'), join(DIST, 'icon.svg'));
  const picture = lines ? await firstPicture(lines) : '';
  const html = readFileSync(join(HERE, 'index.html'), 'utf8')
    .replace('%STYLE%', `/${cssName}`).replace('%SCRIPT%', `/${basename(main)}`).replace('%PICTURE%', () => picture);
  writeFileSync(join(DIST, 'index.html'), html);
  report(script.metafile, basename(main), cssName);
}
/** One bundled style sheet of dist/; the name says what is in it. */
async function style(name) {
  const built = await esbuild.build({
    ...SHARED, entryPoints: [`style/${name}.css`], minify: true, write: false, outdir: DIST,
  });
  const css = built.outputFiles[0].text;
  const file = hashed(`${name}.css`, css);
  writeFileSync(join(DIST, file), css);
  return file;
}
/** The ladder of the recorded story as SVG, drawn by the page's own layout and painter. */
async function firstPicture(lines) {
  const file = join(HERE, 'dist-test/first_picture.mjs');
  await esbuild.build({
    ...SHARED, platform: 'node', outfile: file, define: { 'globalThis.NETSTEP_BUILD': 'true' },
    stdin: {
      contents: `export { storySvg } from './src/ladder/export';`, resolveDir: HERE, loader: 'ts',
    },
  });
  const { storySvg } = await import(`${pathToFileURL(file).href}?${Date.now()}`);
  const english = JSON.parse(readFileSync(join(HERE, 'src/text/gen/en.json'), 'utf8'));
  return storySvg(lines, english);
}
/** Octets as a browser receives them; the limits are those of the budget. */
function report(metafile, main, css) {
  const size = (name) => gzipSync(readFileSync(join(DIST, name)), { level: 9 }).length;
  const files = readdirSync(DIST);
  const inputsOf = (name) => metafile.outputs[`dist/${name}`] ?? { imports: [] };
  const first = new Set(['index.html', css, main]);
  const walk = (name) => {
    for (const i of inputsOf(name).imports) {
      const chunk = basename(i.path);
      if (i.kind === 'import-statement' && !first.has(chunk)) {
        first.add(chunk);
        walk(chunk);
      }
    }
  };
  walk(main);
  // One language and the story are fetched before the first interaction too.
  const early = [...first, 'story.ndjson', files.find((f) => /^en\.[A-Z0-9]{8}\.js$/.test(f))].filter((f) => f && files.includes(f));
  const sum = (names) => names.reduce((n, f) => n + size(f), 0);
  const sizes = { first: sum(early), all: sum(files) };
  writeFileSync(join(HERE, 'dist-test/sizes.json'), `${JSON.stringify(sizes)}\n`);
  console.log(`first load ${sizes.first} octets compressed (limit 61440), all ${sizes.all} (limit 122880)`);
  if (sizes.first > 61440 || sizes.all > 122880) {
    for (const f of files) console.error(`${size(f)} ${f}`);
    if (process.argv.includes('--budget')) throw new Error('the page is larger than its budget');
  }
}
async function runTests() {
  generate(option('--text'), existsSync(FIXTURE) ? readFileSync(FIXTURE, 'utf8') : '');
  const from = join(HERE, '../tests/web/unit');
  const names = readdirSync(from).filter((f) => /\.test\.tsx?$/.test(f));
  rmSync(TESTS, { recursive: true, force: true });
  mkdirSync(TESTS, { recursive: true });
  await esbuild.build({
    ...SHARED, platform: 'node', entryPoints: names.map((f) => join(from, f)), outdir: TESTS,
    outExtension: { '.js': '.mjs' }, sourcemap: 'inline', nodePaths: [join(HERE, 'node_modules')],
    define: { 'process.env.WEB': JSON.stringify(HERE) },
  });
  const files = names.map((f) => join(TESTS, f.replace(/\.tsx?$/, '.mjs')));
  const run = spawnSync(process.execPath, ['--enable-source-maps', '--test', ...files], { stdio: 'inherit' });
  process.exit(run.status ?? 1);
}

mkdirSync(TESTS, { recursive: true });
if (process.argv.includes('--tests')) await runTests();
else if (process.argv.includes('--gen')) {
  const story = option('--story') ?? FIXTURE;
  generate(option('--text'), existsSync(story) ? readFileSync(story, 'utf8') : '');
} else await buildPage(option('--story'), option('--text'));
