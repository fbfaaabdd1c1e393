// What is loaded at the first wish for it: the insides of the tabs, and the dialogs.

export { Console } from '../views/console';
export { Dialogs } from './dialogs';
export { Inspector } from '../views/inspector';
export { Outcome } from '../views/lesson_verdict';
export { Tables } from '../views/tables';
