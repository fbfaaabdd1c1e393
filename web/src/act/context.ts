// What every component is given: the model, and the way to the engine's calls, whose code comes at
// the first wish for it. Handed down by Preact's context, so that a test can hand down another.

import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Lab } from '../model/lab';
import type { Rest } from '../wire/rest';
import type { Asks } from './asks';
import type { Course } from './course';
import type { Desk } from './desk';
import type { Lookup } from './lookup';

/** Those who speak with the server. */
export interface Engine {
  readonly rest: Rest;
  readonly desk: Desk;
  readonly asks: Asks;
  readonly course: Course;
  readonly lookup: Lookup;
}
export interface App {
  readonly lab: Lab;
  /** Null until something was asked of the server. */
  engine: Engine | null;
  /** The engine's calls, loaded when they are not there yet; null when they cannot be. */
  need(): Promise<Engine | null>;
  /** The ladder of the timeline that is shown, as SVG text. */
  paintSvg(): Promise<string>;
}
export const AppContext = createContext<App | null>(null);

export function useApp(): App {
  const app = useContext(AppContext);
  if (!app) throw new Error('a component outside of the app');
  return app;
}
/** Does something with the engine's calls as soon as they are there. */
export function withEngine(app: App, what: (engine: Engine) => unknown): void {
  if (app.engine) what(app.engine);
  else void app.need().then((engine) => engine && what(engine));
}
