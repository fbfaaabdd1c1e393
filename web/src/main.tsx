// Makes the model, the server's calls and the views, joins them, and mounts the page. The one
// file that knows everybody.

import { effect } from '@preact/signals';
import { render } from 'preact';
import { keepAddress } from './act/address';
import { arrive } from './act/arrive';
import { Asks } from './act/asks';
import { keepClass } from './act/class';
import { AppContext } from './act/context';
import type { App } from './act/context';
import { Course } from './act/course';
import { Desk, publish } from './act/desk';
import { setSvgPainter } from './act/exports';
import { listenToKeys } from './act/keys';
import { Lookup } from './act/lookup';
import { startPlay } from './act/play';
import { invalidate, onFrame, requestFrame, setReducedMotion } from './draw/frame';
import { readTokens } from './draw/tokens';
import { ladderSvg } from './ladder/export';
import { Lab } from './model/lab';
import { Shell } from './shell/app';
import { readPlace } from './state/place';
import * as settings from './state/settings';
import * as view from './state/view';
import { catalogue, words } from './text/text';
import { loadWords } from './text/load';
import { browserWires } from './wire/link';
import { Rest } from './wire/rest';

function makeApp(): App {
  const lab = new Lab();
  const rest = new Rest();
  const desk = new Desk(lab, rest, browserWires, requestFrame);
  const asks = new Asks(lab, rest, desk);
  const course = new Course(lab, rest, desk, asks);
  const lookup = new Lookup(lab, rest, desk);
  return { lab, rest, desk, asks, course, lookup };
}
/** The root's attributes follow the settings; the styles follow the attributes. */
function dress(app: App): void {
  const still = matchMedia('(prefers-reduced-motion: reduce)');
  const root = document.documentElement;
  const move = (): void => {
    const none = settings.motion.value === 'none' || (settings.motion.value === 'system' && still.matches);
    root.dataset['motion'] = none ? 'none' : 'full';
    app.course.motion = !none;
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
/** Words first from the page's own files, then all of the server's. */
function speak(app: App): void {
  let asked = 0;
  let first = true;
  effect(() => {
    const language = settings.language.value;
    const ask = ++asked;
    document.documentElement.lang = language;
    if (!first) {
      void loadWords(language).then((own) => {
        if (ask === asked) catalogue.value = { ...catalogue.value, ...own };
      });
      void app.course.reload();
    }
    first = false;
    void app.rest.catalogue(language).then((all) => {
      if (ask === asked && all.ok) catalogue.value = { ...catalogue.value, ...all.value };
    });
  });
}
async function main(): Promise<void> {
  const place = readPlace(location.search);
  if (place.language !== null) settings.language.value = place.language;
  const app = makeApp();
  catalogue.value = await loadWords(settings.language.value);
  dress(app);
  speak(app);
  onFrame(() => publish(app.lab));
  setSvgPainter((a) => {
    const id = view.timeline.value;
    return id === null ? '' : ladderSvg(a.lab, id, words(), readTokens(document.documentElement));
  });
  await arrive(app, place);
  publish(app.lab);
  const root = document.getElementById('app');
  if (!root) return;
  root.textContent = '';
  render(<AppContext.Provider value={app}><Shell /></AppContext.Provider>, root);
  listenToKeys(app);
  keepAddress(app);
  keepClass(app);
  startPlay(app.lab, app.asks);
  invalidate(() => undefined);
  if (app.desk.opened === null && app.course.motion) view.playing.value = true;
}
void main();
