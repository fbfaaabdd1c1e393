// The meters: what is loaded at the first wish to see into an object: its windows, the timers, the
// queues, the strip chart under the ladder, and how much of a state graph was seen.

import type { JSX } from 'preact';
import { ObjectPicker } from '../act/object_picker';
import { Queues } from '../act/slots';
import { Coverage } from '../views/coverage';
import { GraphPicker, StatesPicker } from '../views/states_picker';
import { Timers } from '../views/timers';
import { Windows } from '../views/windows';

export { StripChart } from '../ladder/strip';
/** Which state graph, of whom it tells, and how much of it was seen. */
export function StateTools(): JSX.Element {
  return (
    <>
      <GraphPicker />
      <StatesPicker />
      <Coverage />
    </>
  );
}

export function Gauges(): JSX.Element {
  return (
    <div class="gauges">
      <ObjectPicker />
      <Windows />
      <Timers />
      <Queues />
    </div>
  );
}
