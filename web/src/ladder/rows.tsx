// The ladder for those who do not see it: a list of the events in the window, one focusable row at
// a time. It is out of sight; the row that has the focus is ringed on the canvas.

import type { EventIndex } from '../wire/types';
import { t } from '../text/text';
import type { Sentence } from './sentences';

export function Rows(props: {
  sentences: readonly Sentence[];
  current: EventIndex | null;
  pick: (s: Sentence) => void;
  point: (s: Sentence | null) => void;
}) {
  const { sentences, current } = props;
  const held = sentences.some((s) => s.i === current);
  return (
    <ol class="out-of-sight" aria-label={t('ui.ladder.rows')} data-roving>
      {sentences.map((s, k) => (
        <li key={`${s.side}:${s.i}`}>
          <button
            type="button"
            data-row
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
