// The one loop: the only user of requestAnimationFrame. A frame is asked for when something is
// dirty or moving, and in it come, in this order: publishing what arrived, animations, painting.
// Nothing dirty and nothing moving: no frame.

/** Says each frame, given the milliseconds since its first one, whether it goes on. */
export type Step = (elapsed: number) => boolean;
interface Motion {
  readonly step: Step;
  readonly finish: () => void; // puts what moves at its end at once
  start: number; // time of its first frame, -1 before it
}

const dirty = new Set<() => void>();
const motions = new Set<Motion>();
let publishers: ReadonlyArray<() => void> = [];
let asked = false;
let reduced = false;
let drawn = 0;

/** Called at the start of each frame; returns what takes it out again. */
export function onFrame(publish: () => void): () => void {
  publishers = [...publishers, publish];
  return () => {
    publishers = publishers.filter((p) => p !== publish);
  };
}

/** Frames that were drawn so far: a test looks that it stands still when nothing moves. */
export function frameCount(): number {
  return drawn;
}

export function requestFrame(): void {
  if (asked) return;
  asked = true;
  requestAnimationFrame(runFrame);
}

/** Asks for one call of `paint` in the next frame, however often it is said before. */
export function invalidate(paint: () => void): void {
  dirty.add(paint);
  requestFrame();
}

/** A painter that went away: a frame that was asked for must not call it. */
export function forget(paint: () => void): void {
  dirty.delete(paint);
}

/** With reduced motion everything that would move jumps to its end. */
export function setReducedMotion(on: boolean): void {
  reduced = on;
  if (on) finishMotions();
}

export function animate(step: Step, finish: () => void = () => undefined): void {
  if (reduced) {
    finish();
    return;
  }
  motions.add({ step, finish, start: -1 });
  requestFrame();
}

/** Puts all that moves at its end: a new step never waits for an animation. */
export function finishMotions(): void {
  const running = [...motions];
  motions.clear();
  for (const motion of running) motion.finish();
}

function runFrame(now: number): void {
  asked = false;
  drawn += 1;
  for (const publish of publishers) publish();
  for (const motion of [...motions]) {
    if (!motions.has(motion)) continue; // another one ended it
    if (motion.start < 0) motion.start = now;
    if (!motion.step(now - motion.start)) motions.delete(motion);
  }
  const paints = [...dirty];
  dirty.clear();
  for (const paint of paints) paint();
  if (motions.size > 0) requestFrame();
}
