// The control holder's cursor, told to the server at most ten times a second, so that those who
// follow see what the holder sees.

import { effect } from '@preact/signals';
import * as lessons from '../state/lesson';
import * as session from '../state/session';
import * as view from '../state/view';
import type { Engine } from './context';

const LEAST_MS = 100;

export function keepClass(app: Engine): () => void {
  let timer: ReturnType<typeof setTimeout> | null = null;
  let told = '';
  const tell = (): void => {
    timer = null;
    const lab = app.desk.opened;
    const id = view.timeline.value;
    const i = view.cursor.value;
    if (lab === null || id === null || i < 0 || session.role.value !== 'holder') return;
    const question = lessons.openQuestion.value?.id ?? null;
    const now = `${id}/${i}/${question ?? ''}`;
    if (now === told) return;
    told = now;
    void app.rest.setClass(lab, id, i, question);
  };
  return effect(() => {
    view.timeline.value;
    view.cursor.value;
    lessons.openQuestion.value;
    session.role.value;
    if (timer === null) timer = setTimeout(tell, LEAST_MS);
  });
}
