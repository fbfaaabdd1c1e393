// Makes the model, the server's calls and the views, joins them, and mounts the page. The one
// file that knows everybody.

import { effect } from '@preact/signals';
import { render } from 'preact';
import { AppContext } from './act/context';
import type { App, Engine } from './act/context';
import { loadLesson, openStory } from './act/door';
import { listenToKeys } from './act/keys';
import { NARROW } from './act/panels';
import { startPlay } from './act/play';
import { publish } from './act/publish';
import { onFrame, requestFrame, setReducedMotion } from './draw/frame';
import { readTokens } from './draw/tokens';
import { Lab } from './model/lab';
import { Shell } from './shell/app';
import { loadPhone, loadStyle } from './shell/later';
import { readPlace } from './state/place';
import * as session from './state/session';
import * as settings from './state/settings';
import * as view from './state/view';
import { catalogue, t, words } from './text/text';
import { loadLaterWords, loadWords } from './text/load';

function makeApp(): App {
  const lab = new Lab();
  let asked: Promise<Engine | null> | null = null;
  const app: App = {
    lab,
    engine: null,
    need: () => {
      asked ??= loadStart().then((start) => start.startEngine(app, requestFrame), () => {
        asked = null; // the next wish tries again
        session.problem.value = t('ui.problem.no_server');
        return null;
      });
      return asked;
    },
    paintSvg: async () => {
      const id = view.timeline.value;
      const { ladderSvg } = await import('./ladder/export');
      return id === null ? '' : ladderSvg(lab, id, words(), readTokens(document.documentElement));
    },
  };
  return app;
}
/** The engine's calls, and the words and the style of what they lead to. */
async function loadStart(): Promise<typeof import('./act/start')> {
  const [start] = await Promise.all([import('./act/start'), loadStyle(), loadLaterWords()]);
  return start;
}
/** The root's attributes follow the settings; the styles follow the attributes. */
function dress(): void {
  const still = matchMedia('(prefers-reduced-motion: reduce)');
  const root = document.documentElement;
  const move = (): void => {
    const none = settings.motion.value === 'none' || (settings.motion.value === 'system' && still.matches);
    root.dataset['motion'] = none ? 'none' : 'full';
    settings.moves.value = !none;
    setReducedMotion(none);
  };
  still.addEventListener('change', move);
  effect(move);
  effect(() => {
    // The wall is light whatever the desk is: dark text on white is read from the last row.
    root.dataset['theme'] = settings.projector.value ? 'light' : settings.theme.value;
    root.dataset['stage'] = settings.projector.value ? 'projector' : 'desk';
  });
}
/** The page's own words, and at the door its lesson, follow the language. */
function speak(app: App): void {
  let asked = 0;
  let first = true;
  effect(() => {
    const language = settings.language.value;
    const ask = ++asked;
    document.documentElement.lang = language;
    if (first) {
      first = false;
      return;
    }
    void loadWords(language).then((own) => {
      if (ask === asked) catalogue.value = { ...catalogue.value, ...own };
    });
    if (app.engine === null) void loadLesson();
  });
}
/** By a link to where it leads; else, or when it leads nowhere, the recorded story. */
async function arrive(app: App): Promise<void> {
  const to = readPlace(location.search, location.pathname);
  if (to.stage) settings.projector.value = true;
  if (to.lab !== null || to.join !== null || to.lesson !== null) {
    const engine = await app.need();
    const start = await import('./act/start');
    if (engine && (await start.arriveBy(engine, app.lab, to))) return;
  }
  await openStory(app.lab);
}
async function main(): Promise<void> {
  const place = readPlace(location.search, location.pathname);
  if (place.language !== null) settings.language.value = place.language;
  const app = makeApp();
  catalogue.value = await loadWords(settings.language.value);
  dress();
  speak(app);
  onFrame(() => {
    if (!publish(app.lab, Date.now())) setTimeout(requestFrame, 100);
  });
  await arrive(app);
  publish(app.lab);
  if (matchMedia(NARROW).matches) await loadPhone().catch(() => undefined);
  const root = document.getElementById('app');
  if (!root) return;
  root.textContent = '';
  render(<AppContext.Provider value={app}><Shell /></AppContext.Provider>, root);
  listenToKeys(app);
  window.ondragover = app.need; // who brings a file is awaited
  startPlay(app);
  requestFrame();
  if (session.opened.value === null && settings.moves.value) view.playing.value = true;
}
void main();
