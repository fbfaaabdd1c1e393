// A server that serves the built page and replays a recorded stream as a lab: for what the program
// itself does not say, such as a protocol that does not exist.

import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';
import { ROOT } from './support.mjs';

const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.ndjson': 'application/x-ndjson' };
const DIST = join(ROOT, 'web/dist');

/** A text frame as a server sends it: no mask, one of three forms of length. */
function frame(text) {
  const body = Buffer.from(text);
  const head = body.length < 126 ? Buffer.from([0x81, body.length])
    : body.length < 65536 ? Buffer.from([0x81, 126, body.length >> 8, body.length & 255])
      : Buffer.concat([Buffer.from([0x81, 127, 0, 0, 0, 0]), Buffer.from([body.length >>> 24, (body.length >> 16) & 255, (body.length >> 8) & 255, body.length & 255])]);
  return Buffer.concat([head, body]);
}
/** what: {stream: text of the fixture, words: {en, zh}, packet: body of GET packets/I}. */
export function startReplay(what) {
  const lines = what.stream.trim().split('\n');
  const hello = JSON.parse(lines[0]);
  const json = (response, body) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  };
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, 'http://x');
    if (pathname === '/api/labs/x') {
      return json(response, { lab: 'x', join: 'ZORP', timelines: [{ id: 'T0', parent: null, at: 0, head: hello.head, head_t: 0, running: false, title: '' }], viewers: 1 });
    }
    if (pathname.startsWith('/api/text/')) return json(response, what.words[pathname.slice(-2)] ?? {});
    if (pathname.includes('/packets/')) return json(response, what.packet);
    if (pathname.includes('/keyframes/')) return json(response, { i: 0, t: 0, tables: {}, states: [] });
    if (pathname === '/api/lessons') return json(response, { lessons: [] });
    const file = join(DIST, pathname === '/' ? 'index.html' : pathname);
    if (pathname.startsWith('/api/') || !existsSync(file)) {
      response.writeHead(404);
      return response.end();
    }
    response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' });
    return response.end(readFileSync(file));
  });
  server.on('upgrade', (request, socket) => {
    const accept = createHash('sha1').update(`${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
    socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`);
    socket.on('error', () => undefined);
    for (const line of lines) socket.write(frame(line.replace('"lab":"story"', '"lab":"x"')));
  });
  return new Promise((done) => {
    server.listen(0, '127.0.0.1', () => done({
      url: `http://127.0.0.1:${server.address().port}/`,
      stop: () => { server.closeAllConnections?.(); server.close(); },
    }));
  });
}
