// What every component is given: the model, and those who ask the server. One object, made by
// main and handed down by Preact's context, so that a test can hand down another.

import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Lab } from '../model/lab';
import type { Rest } from '../wire/rest';
import type { Asks } from './asks';
import type { Course } from './course';
import type { Desk } from './desk';
import type { Lookup } from './lookup';

export interface App {
  readonly lab: Lab;
  readonly rest: Rest;
  readonly desk: Desk;
  readonly asks: Asks;
  readonly course: Course;
  readonly lookup: Lookup;
}
export const AppContext = createContext<App | null>(null);

export function useApp(): App {
  const app = useContext(AppContext);
  if (!app) throw new Error('a component outside of the app');
  return app;
}
