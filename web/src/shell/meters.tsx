// The meters: what is loaded at the first wish to see into an object: its windows, the timers, the
// queues, the strip chart under the ladder, and how much of a state graph was seen.

import type { JSX } from 'preact';
import { ObjectPicker } from '../act/object_picker';
import { Queues } from '../act/slots';
import { Timers } from '../views/timers';
import { Windows } from '../views/windows';

export { StripChart } from '../ladder/strip';
export { Coverage } from '../views/coverage';

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
