// Makes those who speak with the server: loaded at the first wish that needs one of them.

import { keepAddress } from './address';
import { Asks } from './asks';
import { beginCaptures } from './capture';
import { keepClass } from './class';
import type { App, Engine } from './context';
import { Course } from './course';
import { Desk } from './desk';
import { Lookup } from './lookup';
import { browserWires } from '../wire/link';
import { downLinks, settle } from '../model/network';
import { extras } from './extras';
import { Rest } from '../wire/rest';

export { arriveBy, openByCode } from './arrive';

/** dirty: the model has changed, a frame is wanted. */
export function startEngine(app: App, dirty: () => void): Engine {
  Object.assign(extras, { downLinks, settle });
  const rest = new Rest();
  const desk = new Desk(app.lab, rest, browserWires, dirty);
  const asks = new Asks(app.lab, rest, desk);
  const course = new Course(app.lab, rest, desk, asks);
  const lookup = new Lookup(app.lab, rest, desk);
  const engine: Engine = { rest, desk, asks, course, lookup };
  app.engine = engine;
  beginCaptures(app);
  keepAddress(app);
  keepClass(engine);
  course.speak();
  return engine;
}
