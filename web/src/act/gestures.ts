// Pointer, wheel and pinch on a surface -> tap, pan, zoom, hover. The only pointer and wheel
// listeners of the page. A pinch of a touchpad arrives as Ctrl+wheel, so zoom is one path.
// Coordinates are CSS pixels from the element's top left corner.

export interface Gestures {
  /** A press and release within a few pixels; touch says that a finger did it (a wider slop). */
  tap?(x: number, y: number, touch: boolean): void;
  /** Content should move by this much; a wheel and a drag both come here. */
  pan?(dx: number, dy: number): void;
  /** factor > 1: nearer. x, y: what stays where it is. */
  zoom?(factor: number, x: number, y: number): void;
  /** null: the pointer has left. */
  hover?(at: { readonly x: number; readonly y: number } | null): void;
  /** A drag that starts at x, y; when it answers true the drag goes to `drag`, not to pan. */
  grab?(x: number, y: number): boolean;
  drag?(x: number, y: number): void;
  drop?(): void;
}

const TAP_SLOP = 6; // px that a press may wander and still be a tap
/** After a pan by wheel, Ctrl+wheel within this time is momentum, not a wish to zoom. */
const MOMENTUM_MS = 180;

interface Down {
  readonly id: number;
  x: number;
  y: number;
  readonly fromX: number;
  readonly fromY: number;
  moved: boolean;
  readonly grabbed: boolean;
}

export function listen(element: HTMLElement, on: Gestures): () => void {
  const ended = new AbortController();
  const options = { signal: ended.signal };
  const down = new Map<number, Down>();
  let pinch = 0;
  let wheelPanAt = -Infinity;

  const place = (e: MouseEvent): { x: number; y: number } => {
    const box = element.getBoundingClientRect();
    return { x: e.clientX - box.left, y: e.clientY - box.top };
  };
  const gap = (): number => {
    const [a, b] = [...down.values()];
    return a && b ? Math.hypot(a.x - b.x, a.y - b.y) : 0;
  };

  element.addEventListener('pointerdown', (e) => {
    if (e.button !== 0) return;
    const { x, y } = place(e);
    const grabbed = down.size === 0 && (on.grab?.(x, y) ?? false);
    down.set(e.pointerId, { id: e.pointerId, x, y, fromX: x, fromY: y, moved: false, grabbed });
    if (grabbed || e.pointerType === 'touch') element.setPointerCapture(e.pointerId);
    if (grabbed) on.drag?.(x, y);
    pinch = gap();
  }, options);

  element.addEventListener('pointermove', (e) => {
    const { x, y } = place(e);
    const press = down.get(e.pointerId);
    if (!press) {
      if (e.pointerType !== 'touch') on.hover?.({ x, y });
      return;
    }
    const dx = x - press.x;
    const dy = y - press.y;
    if (Math.hypot(x - press.fromX, y - press.fromY) > TAP_SLOP && !press.moved) {
      press.moved = true;
      if (!element.hasPointerCapture(e.pointerId)) element.setPointerCapture(e.pointerId);
    }
    press.x = x;
    press.y = y;
    if (down.size === 2) {
      const now = gap();
      if (pinch > 0 && now > 0) on.zoom?.(now / pinch, x, y);
      pinch = now;
    } else if (press.grabbed) on.drag?.(x, y);
    else if (press.moved) on.pan?.(dx, dy);
  }, options);

  const release = (e: PointerEvent): void => {
    const press = down.get(e.pointerId);
    down.delete(e.pointerId);
    pinch = gap();
    if (!press) return;
    if (press.grabbed) on.drop?.();
    else if (!press.moved && e.type === 'pointerup') {
      on.tap?.(press.x, press.y, e.pointerType === 'touch');
    }
  };
  element.addEventListener('pointerup', release, options);
  element.addEventListener('pointercancel', release, options);
  element.addEventListener('pointerleave', () => on.hover?.(null), options);

  element.addEventListener('wheel', (e) => {
    const { x, y } = place(e);
    const unit = e.deltaMode === 1 ? 18 : e.deltaMode === 2 ? element.clientHeight : 1;
    if (e.ctrlKey || e.metaKey) {
      e.preventDefault();
      if (e.timeStamp - wheelPanAt < MOMENTUM_MS) return;
      on.zoom?.(Math.exp(-e.deltaY * unit * 0.01), x, y);
      return;
    }
    if (!on.pan) return;
    e.preventDefault();
    wheelPanAt = e.timeStamp;
    const sideways = e.shiftKey && e.deltaX === 0;
    on.pan(sideways ? -e.deltaY * unit : -e.deltaX * unit, sideways ? 0 : -e.deltaY * unit);
  }, { passive: false, signal: ended.signal });

  return () => ended.abort();
}
