// What every component is given: the model, and the calls that ask the server. One object, made
// by main and handed down by Preact's context, so that a test can hand down another.

import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Lab } from '../model/lab';

export interface App {
  readonly lab: Lab;
}
export const AppContext = createContext<App | null>(null);

export function useApp(): App {
  const app = useContext(AppContext);
  if (!app) throw new Error('a component outside of the app');
  return app;
}
