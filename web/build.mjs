// Builds the page into dist/: bundles src/ with esbuild (hashed names, chunks for what comes
// later), the styles, the words, the recorded story, and index.html with its first picture.
//   node build.mjs [--story FILE] [--full FILE] [--text DIR]   the page
//   node build.mjs --gen [--text DIR]   only the generated sources (for tsc)
//   node build.mjs --tests   bundles and runs the unit tests

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import * as esbuild from 'esbuild';
import { minify } from 'terser';
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

/** Words that only the tools say, and those of what happens in a live lab alone: they come at the first wish for either. */
const LATER = new RegExp(`^(${[
  'ui\\.(help|room|goto|devices|lessons|packet|console|table|dialog|offline|retry_now|node)\\b.*',
  'ui\\.(capture|gauges|slots|strip|routing)\\b.*', 'ui\\.states\\.(seen|all_\\w+|never|unmoved|none|choose)', 'gauge\\..*', 'field\\..*',
  'ui\\.do\\.(panel|raw|node|notable|branch|ladder\\.(up|down|page)|inspect|leave|class)\\b.*',
  'ui\\.live\\.(connecting|live|offline|gone)', 'ui\\.problem\\.(no_lab|gone|refused)', 'ui\\.notice\\.caught_up',
  'ui\\.why\\.(class|offline)', 'ui\\.topology\\.(down|many)',
  'ui\\.ladder\\.(side|side_made|only|bins|row\\.(again|arrived|drop|differs))',
  'ui\\.event\\.(again|once_more|arrived|dropped|row_gone|timer_fired|timer_stopped|printed|returned|variable|other)',
  'ui\\.lesson\\.(right|wrong|is_right|is_wrong|shown|undecided|event|checks|seen|not_seen|again)',
  'table\\.\\w+\\..*', 'role\\..*', 'protocol\\..*',
].join('|')})$`);

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
        if (spoken.has(key) || key.startsWith('field.')) words[key] = text;
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
/** The lines of a run with what happened up to a time such as "111ms". */
function upTo(lines, time) {
  const found = /^([\d.]+)(ns|us|ms|s)$/.exec(time ?? '');
  const limit = found ? Number(found[1]) * UNITS[found[2]] : Infinity;
  return lines.split('\n').flatMap((text) => {
    if (text.trim() === '') return [];
    const line = JSON.parse(text);
    return line.line !== 'events' || line.e.every((e) => e.t <= limit) ? [text] : [];
  }).join('\n') + '\n';
}
/**
 * The story with what it speaks of alone: its engine knows more machines and tables than happen in
 * it, and who goes on from it is told of all by an engine.
 */
function ofItself(lines) {
  const told = lines.split('\n').filter((text) => text.trim() !== '').map((text) => JSON.parse(text));
  if (told.length === 0) return lines;
  const events = told.flatMap((line) => (line.line === 'events' ? line.e : []));
  const machines = new Set(events.filter((e) => e.k === 'st').map((e) => e.m));
  const tables = new Set(events.filter((e) => e.k === 'tab').map((e) => e.tab));
  const kept = (all, wanted) => Object.fromEntries(Object.entries(all ?? {}).filter(wanted));
  const hello = {
    ...told[0],
    graphs: kept(told[0].graphs, ([machine]) => machines.has(machine)),
    gauges: kept(told[0].gauges, ([machine]) => machines.has(machine)),
    tables: kept(told[0].tables, ([table, shape]) => tables.has(table) || shape.view !== undefined),
  };
  return [hello, ...told.slice(1)].map((line) => `${JSON.stringify(line)}\n`).join('');
}
/**
 * The story without its gauges, and beside it those and the variables of its objects, from the same
 * run told in full: for each change the first of the story's events of its step (or the last one before).
 */
function partGauges(story, full) {
  const lines = story.split('\n').filter((text) => text.trim() !== '').map((text) => JSON.parse(text));
  const { gauges = {}, ...hello } = lines[0] ?? {};
  const events = lines.flatMap((line) => (line.line === 'events' ? line.e : []));
  const objects = {};
  let i = 0;
  // Every variable that a gauge names is known from the beginning: it is nought until it changes.
  const fields = [...new Set([...JSON.stringify(gauges).matchAll(/"(?:field|plus|minus)":"([^"]*)"/g)].map((found) => found[1]))];
  for (const e of full.split('\n').flatMap((text) => (text.includes('"k":"var"') ? JSON.parse(text).e : []))) {
    while (i < events.length && events[i].s < e.s) i++;
    const at = events[i]?.s === e.s ? i : i - 1;
    if (at >= events.length - 1 && events[at]?.s !== e.s) break; // beyond what is told
    for (const machine of Object.keys(gauges)) {
      const own = (objects[`${e.n} ${machine} ${e.obj}`] ??= { names: { ...fields }, samples: [], to: events.length });
      const field = fields.indexOf(e.name);
      if (field >= 0) own.samples.push(at, field, e.value); // no gauge shows the others
    }
  }
  // Columns are for the tables' panel, which wants an engine: its own hello says them.
  for (const table of Object.values(hello.tables ?? {})) table.columns = [];
  const bare = [hello, ...lines.slice(1)].map((line) => `${JSON.stringify(line)}\n`).join('');
  return { bare: lines.length === 0 ? story : bare, beside: { gauges, objects } };
}
/** The step of the opening lesson that asks: until when the page tells, and what happens then. */
function question() {
  const lesson = JSON.parse(readFileSync(join(HERE, '../lessons/opening/lesson.json'), 'utf8'));
  return lesson.steps.find((step) => step.options) ?? {};
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
    const filter = /(act\/(start|exports)|shell\/(tools|phone|meters|routing)|ladder\/(export|crowd))\.tsx?$/;
    build.onLoad({ filter }, ({ path }) => ({
      contents: `${readFileSync(path, 'utf8')}\nimport '${join(HERE, 'src/main.tsx')}';\n`,
      loader: path.endsWith('x') ? 'tsx' : 'ts',
    }));
  },
};

async function buildPage(storyFile, textDir) {
  const story = storyFile && existsSync(storyFile) ? storyFile : existsSync(FIXTURE) ? FIXTURE : null;
  const lines = story ? readFileSync(story, 'utf8') : '';
  // What lies beyond the open question is the engine's to say: the page does not carry it.
  const all = ofItself(upTo(lines, question().until?.t));
  const full = option('--full');
  const { bare: told, beside } = partGauges(all, full && existsSync(full) ? readFileSync(full, 'utf8') : '');
  generate(textDir, all);
  rmSync(DIST, { recursive: true, force: true });
  mkdirSync(DIST, { recursive: true });
  const [cssName, laterName, phoneName] = [await style('page'), await style('later'), await style('phone')];
  const script = await esbuild.build({
    ...SHARED, entryPoints: { main: 'src/main.tsx' }, outdir: DIST, splitting: true, minify: true,
    entryNames: '[name].[hash]', chunkNames: '[name].[hash]', metafile: true, legalComments: 'none', plugins: [oneEarlyChunk],
    define: { LATER_STYLE: JSON.stringify(`/${laterName}`), PHONE_STYLE: JSON.stringify(`/${phoneName}`) },
  });
  // The entry holds one import, of the early chunk: the page names that chunk itself.
  const [main, entry] = Object.entries(script.metafile.outputs).find(([, o]) => o.entryPoint === 'src/main.tsx');
  const early = basename(entry.imports.find((i) => i.kind === 'import-statement')?.path ?? main);
  if (story) writeFileSync(join(DIST, 'story.ndjson'), told);
  writeFileSync(join(DIST, 'gauges.json'), JSON.stringify(beside));
  const icon = readFileSync(join(HERE, 'icon.svg'), 'utf8').trim();
  const picture = lines ? await firstPicture(upTo(lines, question().then?.t), textDir) : '';
  const html = readFileSync(join(HERE, 'index.html'), 'utf8')
    .replace('%STYLE%', `/${cssName}`).replace('%SCRIPT%', `/${early}`)
    .replace('%ICON%', () => `data:image/svg+xml,${icon.replace(/["#%<>]/g, encodeURIComponent)}`).replace('%PICTURE%', () => picture);
  writeFileSync(join(DIST, 'index.html'), html);
  await tighten();
  compress();
  report(script.metafile, early, cssName);
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
async function firstPicture(lines, textDir) {
  const file = join(HERE, 'dist-test/first_picture.mjs');
  await esbuild.build({
    ...SHARED, platform: 'node', outfile: file, define: { 'globalThis.NETSTEP_BUILD': 'true' },
    stdin: {
      contents: `export { storySvg } from './src/ladder/export';`, resolveDir: HERE, loader: 'ts',
    },
  });
  const { storySvg } = await import(`${pathToFileURL(file).href}?${Date.now()}`);
  const all = textDir ? join(textDir, 'en.json') : join(HERE, 'src/text/gen/en.json');
  const english = JSON.parse(readFileSync(all, 'utf8'));
  return storySvg(lines, english);
}
/** A second pass over what esbuild made: it folds and inlines across functions, which saves 4%. */
async function tighten() {
  for (const name of readdirSync(DIST).filter((f) => f.endsWith('.js'))) {
    const file = join(DIST, name);
    const options = {
      module: true, ecma: 2020, format: { ecma: 2020 },
      compress: { passes: 3, unsafe_arrows: true, unsafe_methods: true, keep_fargs: false, pure_getters: 'strict' },
    };
    writeFileSync(file, (await minify(readFileSync(file, 'utf8'), options)).code);
  }
}
/** NAME.br beside each NAME: what a browser on a safe origin or on this machine is sent. */
function compress() {
  for (const name of readdirSync(DIST)) {
    const body = readFileSync(join(DIST, name));
    const { BROTLI_PARAM_QUALITY, BROTLI_PARAM_SIZE_HINT } = constants;
    const params = { [BROTLI_PARAM_QUALITY]: 11, [BROTLI_PARAM_SIZE_HINT]: body.length };
    writeFileSync(join(DIST, `${name}.br`), brotliCompressSync(body, { params }));
  }
}
/** The lesson's text comes from the server, which packs it: what is kept free for it. */
const LESSON = 900;
/** Octets that are sent before any interaction, and in all, with one language; against the budget. */
function report(metafile, main, css) {
  const files = readdirSync(DIST).filter((f) => !f.endsWith('.br'));
  const first = new Set(['index.html', css, main, 'story.ndjson', files.find((f) => /^en\.[A-Z0-9]{8}\.js$/.test(f))]);
  const walk = (name) => {
    for (const i of metafile.outputs[`dist/${name}`]?.imports ?? []) {
      const chunk = basename(i.path);
      if (i.kind === 'import-statement' && !first.has(chunk)) {
        first.add(chunk);
        walk(chunk);
      }
    }
  };
  walk(main);
  const early = [...first].filter((f) => f && files.includes(f));
  const size = {
    gzip: (f) => gzipSync(readFileSync(join(DIST, f)), { level: 9 }).length,
    brotli: (f) => readFileSync(join(DIST, `${f}.br`)).length,
  };
  const sum = (how, names) => names.reduce((n, f) => n + size[how](f), 0);
  const of = (how) => ({ first: sum(how, early) + LESSON, all: sum(how, files) + LESSON });
  const sizes = { ...of('brotli'), gzip: of('gzip') };
  writeFileSync(join(HERE, 'dist-test/sizes.json'), `${JSON.stringify(sizes)}\n`);
  console.log(`before the first interaction ${sizes.first} octets (gzip ${sizes.gzip.first}), ` +
    `all ${sizes.all} (${sizes.gzip.all}); limits 61440 and 122880`);
  if (sizes.first > 61440 || sizes.all > 122880) {
    for (const f of files) console.error(`${size.brotli(f)} ${f}`);
    throw new Error('the page is larger than its budget');
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
