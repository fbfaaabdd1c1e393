// Two canvases over each other, as large as their box: `base` for what changes with the layout,
// `overlay` for cursor, hover and flight. Owns size and device pixels; what is drawn comes from
// the two functions that its user gives.

import { useEffect, useRef } from 'preact/hooks';
import { cssPx, type CssPx } from '../wire/types';
import { paint } from './canvas';
import { forget, invalidate } from './frame';
import type { DisplayList } from './list';
import type { Tokens } from './tokens';

export interface Size {
  readonly width: CssPx;
  readonly height: CssPx;
}
export interface Drawing {
  base(size: Size): DisplayList;
  overlay(size: Size): DisplayList;
  tokens(): Tokens;
  resized(size: Size): void;
}
type LayerName = 'base' | 'overlay';

export class Surface {
  size: Size = { width: cssPx(0), height: cssPx(0) };
  private readonly layers: Record<LayerName, { canvas: HTMLCanvasElement; paint: () => void }>;
  private readonly end = new AbortController();

  constructor(
    private readonly host: HTMLElement,
    base: HTMLCanvasElement,
    overlay: HTMLCanvasElement,
    private readonly drawing: Drawing,
  ) {
    this.layers = {
      base: { canvas: base, paint: () => this.paintLayer('base') },
      overlay: { canvas: overlay, paint: () => this.paintLayer('overlay') },
    };
    const observer = new ResizeObserver(() => this.fit());
    observer.observe(host);
    this.end.signal.addEventListener('abort', () => observer.disconnect());
    this.watchResolution();
    this.fit();
  }

  invalidate(layer: LayerName): void {
    invalidate(this.layers[layer].paint);
  }

  dispose(): void {
    this.end.abort();
    forget(this.layers.base.paint);
    forget(this.layers.overlay.paint);
  }

  /** A media query for one resolution ends when the resolution does; then the next one is watched. */
  private watchResolution(): void {
    const query = matchMedia(`(resolution: ${devicePixelRatio}dppx)`);
    query.addEventListener('change', () => {
      this.fit();
      this.watchResolution();
    }, { once: true, signal: this.end.signal });
  }

  private fit(): void {
    const box = this.host.getBoundingClientRect();
    const width = cssPx(Math.max(1, Math.round(box.width)));
    const height = cssPx(Math.max(1, Math.round(box.height)));
    const changed = width !== this.size.width || height !== this.size.height;
    this.size = { width, height };
    for (const { canvas } of Object.values(this.layers)) {
      const [w, h] = [Math.round(width * devicePixelRatio), Math.round(height * devicePixelRatio)];
      if (canvas.width !== w || canvas.height !== h) Object.assign(canvas, { width: w, height: h });
    }
    if (changed) this.drawing.resized(this.size);
    this.invalidate('base');
    this.invalidate('overlay');
  }

  private paintLayer(name: LayerName): void {
    const context = this.layers[name].canvas.getContext('2d');
    if (context === null || this.size.width <= 1) return;
    context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    paint(context, this.drawing[name](this.size), this.drawing.tokens());
  }
}

/** The canvases as an element; `ready` gets the surface once it stands. */
export function SurfaceBox(props: { drawing: Drawing; ready: (surface: Surface, host: HTMLElement) => void }) {
  const host = useRef<HTMLDivElement>(null);
  const base = useRef<HTMLCanvasElement>(null);
  const overlay = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    if (host.current === null || base.current === null || overlay.current === null) return;
    const surface = new Surface(host.current, base.current, overlay.current, props.drawing);
    props.ready(surface, host.current);
    return () => surface.dispose();
  }, []);
  return (
    <div class="surface" ref={host} aria-hidden="true">
      <canvas ref={base} aria-hidden="true" />
      <canvas ref={overlay} aria-hidden="true" />
    </div>
  );
}
