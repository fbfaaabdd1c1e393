// Runs the browser tests: against NETSTEP_URL, or against build/netstep, which it starts itself on
// a free port and stops again. A part of a name as argument picks files: run.mjs lose follow

import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const HERE = dirname(fileURLToPath(import.meta.url));
const ROOT = join(HERE, '../../..');

export function freePort() {
  return new Promise((done) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => done(port));
    });
  });
}
/** Starts the program; ends when it answers. */
export async function startNetstep(port) {
  const program = process.env.NETSTEP ?? join(ROOT, 'build/netstep');
  if (!existsSync(program)) throw new Error(`${program} is not there: make build`);
  const child = spawn(program, ['serve', '--listen', `127.0.0.1:${port}`, '--lessons', join(ROOT, 'lessons'), '--log-level', 'error'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  for (let k = 0; k < 100; k++) {
    try {
      if ((await fetch(`http://127.0.0.1:${port}/healthz`)).ok) return child;
    } catch {
      // It is not up yet.
    }
    await new Promise((go) => setTimeout(go, 50));
  }
  child.kill();
  throw new Error('netstep serve does not answer');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const wanted = process.argv.slice(2);
  const files = readdirSync(HERE).filter((f) => f.endsWith('.test.mjs') && (wanted.length === 0 || wanted.some((w) => f.includes(w))));
  let child = null;
  let url = process.env.NETSTEP_URL ?? '';
  if (url === '') {
    const port = await freePort();
    child = await startNetstep(port);
    url = `http://127.0.0.1:${port}/`;
  }
  // One file after the other: the machine has two cores, and a browser wants one.
  let failed = 0;
  for (const file of files) {
    const { status } = spawnSync(process.execPath, ['--test', join(HERE, file)], {
      stdio: 'inherit', env: { ...process.env, NETSTEP_URL: url },
    });
    if (status !== 0) failed++;
  }
  child?.kill();
  console.log(`browser tests: ${files.length - failed} files passed, ${failed} failed`);
  process.exit(failed > 0 ? 1 : 0);
}
