// What the server says of lessons: their steps, the blocks of their prose, and what the engine's
// own events say of an answer. Types alone; everybody may import this file.

import type { EventIndex } from './types';

/** Keys of an event line and what they must be; `lab`: one of the label's pieces. */
export type Match = Readonly<Record<string, string | number>>;

export type Block =
  | { readonly kind: 'text' | 'code'; readonly text: string }
  | { readonly kind: 'break' }
  | { readonly kind: 'rule' }
  | { readonly kind: 'heading'; readonly level: number; readonly children: readonly Block[] }
  | { readonly kind: 'program'; readonly text: string }
  | { readonly kind: 'link'; readonly href: string; readonly children: readonly Block[] }
  | { readonly kind: 'event'; readonly match: Match; readonly children: readonly Block[] }
  | { readonly kind: Plain; readonly children: readonly Block[] };
export type Plain =
  | 'p' | 'ul' | 'ol' | 'li' | 'quote' | 'table' | 'tr' | 'th' | 'td' | 'em' | 'strong';

export interface LessonOption {
  readonly id: string;
  readonly blocks: readonly Block[];
}
export interface LessonCommand {
  readonly line: string;
  readonly node: string | null; // on whose console it is given; null: the lab itself
  readonly at: number; // ns of virtual time; the first one is given at the very start
}
export interface LessonStep {
  readonly id: string;
  readonly kind: 'read' | 'predict' | 'watch' | 'break';
  readonly title: string;
  readonly blocks: readonly Block[];
  readonly options: readonly LessonOption[];
  readonly after: readonly Block[]; // what is said when it has happened
  readonly commands: readonly LessonCommand[]; // that make its timeline; none: it goes on in the base
  readonly look: { readonly panel: string; readonly node: string } | null; // what to turn to
  readonly until: number | null; // ns of virtual time
  readonly then: number | null;
  readonly checks: number;
}
export interface Lesson {
  readonly slug: string;
  readonly title: string;
  readonly steps: readonly LessonStep[];
}
export interface LessonInfo {
  readonly slug: string;
  readonly title: string;
  readonly question: string;
  readonly minutes: number;
  readonly steps: number;
}
export interface Check {
  readonly say: string;
  readonly passed: boolean;
  readonly event: EventIndex | null;
}
/** What the engine's own events say about a step of a lesson. */
export interface Verdict {
  readonly step: string;
  readonly answer: string | null; // the option that is true, or null: not decided yet
  readonly events: readonly EventIndex[]; // that decided it
  readonly checks: readonly Check[];
}
