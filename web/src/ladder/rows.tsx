// The ladder for those who do not see it: a list of the events in the window, one focusable row at
// a time. It is out of sight; the row that has the focus is ringed on the canvas.

import type { EventIndex } from '../wire/types';
import { t } from '../text/text';
import type { Sentence } from './sentences';

/** A sentence, and a point of the picture that belongs to it. */
export interface Row extends Sentence {
  readonly at: readonly [number, number] | null;
}

export function Rows(props: {
  sentences: readonly Row[];
  current: EventIndex | null;
  pick: (s: Row) => void;
  point: (s: Row | null) => void;
}) {
  const { sentences, current } = props;
  const held = sentences.some((s) => s.i === current);
  return (
    <ol class="out-of-sight" aria-label={t('ui.ladder.rows')} data-rove="y">
      {sentences.map((s, k) => (
        <li key={`${s.side}:${s.i}`}>
          <button
            type="button"
            data-item
            data-x={s.at === null ? undefined : Math.round(s.at[0])}
            data-y={s.at === null ? undefined : Math.round(s.at[1])}
            tabIndex={(held ? s.i === current : k === 0) ? 0 : -1}
            aria-current={s.i === current ? 'true' : undefined}
            onClick={() => props.pick(s)}
            onFocus={() => props.point(s)}
            onBlur={() => props.point(null)}
          >
            {s.text}
          </button>
        </li>
      ))}
    </ol>
  );
}
