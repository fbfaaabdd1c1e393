// What is loaded at the first wish for it: the insides of the tabs and of the dialogs.

export { Console } from '../views/console';
export { GoTo } from '../views/goto';
export { Help } from '../views/help';
export { Inspector } from '../views/inspector';
export { LessonList } from '../views/lesson_list';
export { Room } from '../views/room';
export { Tables } from '../views/tables';
