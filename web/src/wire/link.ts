// The socket of one timeline: asks from the next index wanted, backs off when it ends, and hands
// lines on. A hole in the stream is never joined: it is reported, to be fetched by range.

import { Decoder } from './decode';
import { WireError } from './values';
import type { LabId, StreamLine, TimelineId } from './types';

export interface LinkEvents {
  line(line: StreamLine): void;
  /** The server is there and the stream is caught up to what the hello said, or not. */
  state(state: 'connecting' | 'live' | 'offline', retryInMs: number, tries: number): void;
  /** Events [from, to) were jumped over. */
  hole(from: number, to: number): void;
  problem(error: WireError): void;
}
/** What a link needs of the browser; a test gives its own. */
export interface Wires {
  open(url: string): WireSocket;
  after(ms: number, what: () => void): () => void;
  random(): number;
}
export interface WireSocket {
  onopen: (() => void) | null;
  onmessage: ((text: string) => void) | null;
  onclose: ((code: number) => void) | null;
  close(): void;
}

const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 8000;

export class Link {
  /** The next index that this link wants. */
  next: number;
  private socket: WireSocket | null = null;
  private stopRetry: (() => void) | null = null;
  private tries = 0;
  private ended = false;
  private readonly decoder = new Decoder();

  constructor(
    private readonly lab: LabId,
    private readonly timeline: TimelineId,
    from: number,
    private readonly wires: Wires,
    private readonly on: LinkEvents,
  ) {
    this.next = from;
    this.connect();
  }
  /** Ends it for good. */
  end(): void {
    this.ended = true;
    this.stopRetry?.();
    this.socket?.close();
    this.socket = null;
  }
  /** The retry that is due later is made now. */
  retryNow(): void {
    if (this.ended || this.socket) return;
    this.stopRetry?.();
    this.connect();
  }
  private connect(): void {
    this.on.state('connecting', 0, this.tries);
    const query = `lab=${encodeURIComponent(this.lab)}&timeline=${encodeURIComponent(this.timeline)}` +
      `&from=${this.next}&detail=story`;
    const socket = this.wires.open(`/ws?${query}`);
    this.socket = socket;
    socket.onmessage = (text) => {
      for (const line of text.split('\n')) if (line !== '') this.read(line);
    };
    socket.onclose = () => {
      if (this.socket === socket) this.lost();
    };
  }
  private lost(): void {
    this.socket = null;
    if (this.ended) return;
    const ceiling = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.tries);
    const wait = Math.round(ceiling * (0.75 + 0.25 * this.wires.random()));
    this.tries++;
    this.on.state('offline', wait, this.tries);
    this.stopRetry = this.wires.after(wait, () => this.connect());
  }
  private read(text: string): void {
    let line: StreamLine | null;
    try {
      line = this.decoder.line(text);
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      this.on.problem(error);
      return;
    }
    if (line === null) return;
    if (line.line === 'hello') this.greeted(line.from, line.head);
    if (line.line === 'events') {
      for (const e of line.e) {
        if (e.i > this.next) this.on.hole(this.next, e.i);
        this.next = Math.max(this.next, e.i + 1);
      }
    }
    if (line.line === 'snapshot' && line.i + 1 > this.next) {
      this.on.hole(this.next, line.i + 1);
      this.next = line.i + 1;
    }
    if (line.line === 'lag' && line.to > this.next) {
      this.on.hole(this.next, line.to);
      this.next = line.to;
    }
    this.on.line(line);
  }
  /** The four cases of resume: goes on here, jumped ahead, was too new, or starts again. */
  private greeted(from: number, head: number): void {
    this.tries = 0;
    if (from > this.next) this.on.hole(this.next, from);
    this.next = head < this.next ? head : Math.max(this.next, from);
    this.on.state('live', 0, 0);
  }
}

/** The browser's own wires. */
export const browserWires: Wires = {
  open(url) {
    const place = new URL(url, location.href);
    place.protocol = place.protocol === 'https:' ? 'wss:' : 'ws:';
    const real = new WebSocket(place);
    const socket: WireSocket = { onopen: null, onmessage: null, onclose: null, close: () => real.close() };
    real.onopen = () => socket.onopen?.();
    real.onmessage = (e: MessageEvent<unknown>) => {
      if (typeof e.data === 'string') socket.onmessage?.(e.data);
    };
    real.onclose = (e) => socket.onclose?.(e.code);
    return socket;
  },
  after(ms, what) {
    const timer = setTimeout(what, ms);
    return () => clearTimeout(timer);
  },
  random: Math.random,
};
