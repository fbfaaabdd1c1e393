// Keeps the address bar a link to the moment: the current place is written after a rest of the
// cursor; a cause, a branch or a lesson makes an entry that the browser's Back returns to.

import { batch, effect } from '@preact/signals';
import { eventIndex } from '../wire/types';
import { readPlace } from '../state/place';
import { NOWHERE, writePlace } from '../state/place_text';
import type { Place } from '../state/place';
import * as lessons from '../state/lesson';
import * as session from '../state/session';
import * as settings from '../state/settings';
import * as view from '../state/view';
import type { App } from './context';
import { goTo, showTimeline } from './moves';

const REST_MS = 300;

export function herePlace(): Place {
  const opened = session.opened.value;
  if (opened === null) return { ...NOWHERE, language: settings.language.value, stage: settings.projector.value };
  const chosen = view.selection.value;
  return {
    lab: opened,
    timeline: view.timeline.value,
    beside: view.beside.value,
    event: view.cursor.value >= 0 ? view.cursor.value : null,
    node: chosen.kind === 'node' ? chosen.node : null,
    lesson: lessons.lesson.value?.slug ?? null,
    step: lessons.step.value?.id ?? null,
    language: settings.language.value,
    join: null,
    over: view.overlay.value,
    stage: settings.projector.value,
  };
}
export function keepAddress(app: App): () => void {
  let timer: ReturnType<typeof setTimeout> | null = null;
  let last: Place = herePlace();
  const write = (): void => {
    timer = null;
    const here = herePlace();
    const path = `/${writePlace(here)}`;
    if (path === location.pathname + location.search) return;
    const turn = here.lab !== last.lab || here.timeline !== last.timeline || here.step !== last.step;
    last = here;
    if (turn && location.search !== '') history.pushState(null, '', path);
    else history.replaceState(null, '', path);
  };
  const stop = effect(() => {
    herePlace();
    if (timer !== null) clearTimeout(timer);
    timer = setTimeout(write, REST_MS);
  });
  const ended = new AbortController();
  addEventListener('popstate', () => {
    const to = readPlace(location.search);
    last = to;
    if (to.lab !== session.opened.value) {
      location.reload(); // another lab: the page begins there anew
      return;
    }
    batch(() => {
      if (to.language !== null) settings.language.value = to.language;
      if (to.timeline !== null) showTimeline(app.lab, to.timeline, to.event ?? eventIndex(0));
      else if (to.event !== null) goTo(app.lab, to.event);
      view.beside.value = to.beside;
      view.overlay.value = to.over;
    });
  }, { signal: ended.signal });
  return () => {
    stop();
    ended.abort();
    if (timer !== null) clearTimeout(timer);
  };
}
