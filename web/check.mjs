// The fences of web/: who may import whom, what stays in which file, no protocol's word, no colour
// outside tokens.css. Reads the source text, for esbuild's metafile leaves out `import type`.
// Prints every breach with its place and the reason; exit status 1 when there is one.

import { readFileSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const HERE = dirname(fileURLToPath(import.meta.url));
const SRC = join(HERE, 'src');
const breaches = [];
const breach = (file, line, why) => breaches.push(`${relative(HERE, file)}${line ? `:${line}` : ''}: ${why}`);

function walk(folder, wanted) {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return walk(path, wanted);
    return wanted.test(name) ? [path] : [];
  });
}
const files = walk(SRC, /\.tsx?$/).filter((f) => !f.endsWith('.gen.ts'));
const nameOf = (file) => relative(SRC, file).replace(/\\/g, '/');
const roomOf = (file) => (nameOf(file).includes('/') ? nameOf(file).split('/')[0] : 'main');

// ------------------------------------------------------------------------------------- imports
/** Folder -> folders that it may import; wire/types*.ts is everybody's. */
const MAY = {
  wire: ['wire'], model: ['model'], state: ['state'], draw: ['draw'], text: ['text', 'state'],
  act: ['act', 'model', 'state', 'text', 'wire'],
  ladder: ['ladder', 'draw', 'model', 'state', 'text', 'act'],
  views: ['views', 'draw', 'model', 'state', 'text', 'act'],
  shell: ['shell', 'ladder', 'views', 'act', 'state', 'text'],
  main: ['main', 'wire', 'model', 'state', 'text', 'act', 'draw', 'ladder', 'views', 'shell'],
};
// The picture that is drawn at build time reads a stream where there is no page to read it.
const ALSO = { 'ladder/export.ts': ['wire/decode'] };
const IMPORT = /(?:import|export)\s[^;]*?from\s+'([^']+)'|import\(\s*'([^']+)'\s*\)|import\s+'([^']+)'/g;
const graph = new Map();

function lineOf(text, at) {
  return text.slice(0, at).split('\n').length;
}
function checkImports(file, text) {
  const from = roomOf(file);
  const targets = [];
  for (const found of text.matchAll(IMPORT)) {
    const path = found[1] ?? found[2] ?? found[3];
    const line = lineOf(text, found.index);
    if (!path.startsWith('.')) {
      if (!/^(preact|preact\/hooks|@preact\/signals)$/.test(path)) breach(file, line, `${path} is no dependency of the page`);
      continue;
    }
    const to = normalize(join(dirname(nameOf(file)), path)).replace(/\\/g, '/');
    const room = to.includes('/') ? to.split('/')[0] : 'main';
    if (!found[2]) targets.push(to);
    if (to.startsWith('wire/types') || ALSO[nameOf(file)]?.includes(to)) continue;
    if (room === 'main') breach(file, line, 'nobody imports main');
    else if (!MAY[from]?.includes(room)) breach(file, line, `${from} may not import ${room}`);
    if (from === 'views' && room === 'views' && isView(file) && isView(join(SRC, `${to}.tsx`))) {
      breach(file, line, 'no view imports another');
    }
  }
  graph.set(nameOf(file).replace(/\.tsx?$/, ''), targets);
}
const PARTS = new Set(['views/node_symbol']); // drawn in several views, a view of nothing itself
function isView(file) {
  return file.endsWith('.tsx') && existsFile(file) && !PARTS.has(nameOf(file).replace(/\.tsx$/, ''));
}
function existsFile(file) {
  return files.includes(file);
}
/** A cycle of static imports, found by walking down with the path in hand. */
function checkCycles() {
  const done = new Set();
  const walkDown = (node, path) => {
    if (path.includes(node)) {
      breach(join(SRC, node), 0, `a cycle: ${[...path.slice(path.indexOf(node)), node].join(' -> ')}`);
      return;
    }
    if (done.has(node)) return;
    for (const next of graph.get(node) ?? []) walkDown(next, [...path, node]);
    done.add(node);
  };
  for (const node of graph.keys()) walkDown(node, []);
}

// --------------------------------------------------------------------------------- what stays where
const RULES = [
  { what: /\bfetch\s*\(|\bWebSocket\b|\bEventSource\b|\bXMLHttpRequest\b/, only: /^wire\//, why: 'only wire/ speaks with the server' },
  { what: /@preact\/signals/, only: /^(state|text|act)\/|\.tsx$/, why: 'signals live in state, text, act and .tsx' },
  { what: /\brequestAnimationFrame\b/, only: /^draw\/frame\.ts$/, why: 'there is one loop: draw/frame.ts' },
  { what: /addEventListener\(\s*'(key|pointer|mouse|touch|wheel|click)|\bon(Key|Pointer|Wheel|Touch)[A-Z]\w*=/, only: /^act\//, why: 'key, pointer and wheel listeners live in act/' },
  { what: /\b(document|navigator|location|globalThis)\./, only: /^(act|draw|shell|wire|state|text|main)/, not: /^(model|wire\/(decode|answers|packet)|state\/place|ladder\/(layout|labels|marks|time)|.*_layout)/, alsoTsx: true, why: 'a model, a layout and marks know no page' },
  { what: /\bas any\b|:\s*any\b|<any>/, why: 'no any' },
  { what: /#[0-9a-fA-F]{3,8}\b(?!')|\brgba?\(|\bhsla?\(/, why: 'colours stand in style/tokens.css alone', strings: true },
  { what: /export default/, why: 'no default exports' },
  { what: /@ts-(ignore|nocheck|expect-error)/, why: 'no silenced errors', comments: true },
];
/** The names of protocols, of their flags, timers and states: none is a word of the page. */
const PROTOCOL = new RegExp('\\b(' + [
  'tcp', 'udp', 'icmp', 'arp', 'ipv4', 'ipv6', 'rip', 'ospf', 'tftp', 'dns', 'dhcp', 'http2', 'quic', 'syn', 'synack', 'ack',
  'fin', 'rst', 'psh', 'rto', 'rtt', 'mss', 'cwnd', 'ssthresh', 'isn', 'iss', 'irs', 'sack', 'ttl', 'established', 'closed',
  'listen', 'msl', 'checksum', 'ethernet', 'rfc9293', 'seq', 'window_scale', 'nagle', 'keepalive',
].join('|') + ')\\b', 'i');
// English words that are names there too: a listener listens, a dialog is closed.
const ENGLISH = /\b(listen|closed)\b/i;

function withoutComments(text) {
  return text.replace(/\/\*[\s\S]*?\*\//g, (c) => c.replace(/[^\n]/g, ' ')).replace(/(^|[^:'"`])\/\/[^\n]*/g, '$1');
}
/** Identifiers are read word by word: `tcpState` and `tcp_state` hold the word too. */
function words(line) {
  return line.replace(/([a-z0-9])([A-Z])/g, '$1 $2').replace(/_/g, ' ');
}
function checkRules(file, text) {
  const name = nameOf(file);
  const code = withoutComments(text).split('\n');
  text.split('\n').forEach((raw, k) => {
    for (const rule of RULES) {
      const line = rule.comments ? raw : code[k] ?? '';
      if (!rule.what.test(line)) continue;
      const allowed = rule.only && (rule.only.test(name) || (rule.alsoTsx && name.endsWith('.tsx')));
      if (allowed && !(rule.not && rule.not.test(name))) continue;
      breach(file, k + 1, rule.why);
    }
    const found = PROTOCOL.exec(words(code[k] ?? ''));
    if (found && !ENGLISH.test(found[0])) breach(file, k + 1, `"${found[0]}" is a protocol's word; it must come as data`);
    if (raw.length > 140) breach(file, k + 1, `${raw.length} columns; at most 140`);
  });
  const lines = text.split('\n').length;
  if (lines > 301) breach(file, 0, `${lines} lines; at most 300`);
  if (!text.startsWith('//')) breach(file, 1, 'a file opens with what it owns');
  if (name.endsWith('.tsx')) checkLetters(file, code);
}
/** Text between tags that holds a letter is a word that no catalogue has. */
function checkLetters(file, code) {
  code.forEach((line, k) => {
    const found = /<\/?[a-zA-Z][^<>]*>([^<>{}]*\p{L}[^<>{}]*)<\//u.exec(line);
    if (found && !/[=;()]/.test(found[1])) breach(file, k + 1, `"${found[1].trim()}": words stand in web/text/`);
  });
}
function checkStyles() {
  for (const file of walk(join(HERE, 'style'), /\.css$/)) {
    if (file.endsWith('tokens.css')) continue;
    readFileSync(file, 'utf8').split('\n').forEach((line, k) => {
      if (/#[0-9a-fA-F]{3,8}\b|\brgba?\(|\bhsla?\(|:\s*(white|black|red|green|blue|gray|grey)\b/.test(line)) {
        breach(file, k + 1, 'colours stand in style/tokens.css alone');
      }
    });
  }
}
/** Every key that the source names stands in the catalogue; every key that stands there is named. */
function checkWords() {
  const own = readdirSync(join(HERE, 'text')).filter((f) => f.endsWith('.en.json'));
  const keys = own.flatMap((f) => Object.keys(JSON.parse(readFileSync(join(HERE, 'text', f), 'utf8'))));
  const all = files.map((f) => readFileSync(f, 'utf8')).join('\n');
  const built = [...all.matchAll(/`(ui\.[\w.]*)\$\{/g)].map((m) => m[1]);
  for (const key of keys) {
    if (all.includes(`'${key}'`) || all.includes(`"${key}"`) || built.some((start) => key.startsWith(start))) continue;
    breach(join(HERE, 'text'), 0, `${key} is said nowhere`);
  }
}

for (const file of files) {
  const text = readFileSync(file, 'utf8');
  checkImports(file, text);
  checkRules(file, text);
}
checkCycles();
checkStyles();
checkWords();
for (const line of breaches.sort()) console.error(line);
console.log(`fences: ${files.length} files, ${breaches.length} breaches`);
process.exit(breaches.length > 0 ? 1 : 0);
