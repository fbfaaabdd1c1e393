// The scrubber: every timeline of the lab as a lane, the cursor as a knob. A slider to the
// keyboard and to a screen reader, a strip to drag on for a pointer.

import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { useApp } from '../act/context';
import { listen } from '../act/gestures';
import { current, goTo, showTimeline } from '../act/moves';
import * as session from '../state/session';
import * as view from '../state/view';
import { moment, number, t } from '../text/text';
import { indexToX, layoutScrubber, xToIndex } from './scrubber_layout';
import type { Lane, ScrubberLayout } from './scrubber_layout';

const ROW = 14; // px a lane
const TOP = 12;

export function Scrubber(): JSX.Element {
  const app = useApp();
  const element = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(600);
  session.revision.value;
  const layout = layoutScrubber({
    infos: infosOf(), shown: view.timeline.value, beside: view.beside.value, width,
    timeline: (id) => app.lab.timeline(id),
  });
  const kept = useRef(layout);
  kept.current = layout;
  const timeline = current(app.lab);
  const cursor = Math.max(0, view.cursor.value);
  const owner = timeline?.owner(cursor).id ?? null;
  const shown = layout.lanes.find((lane) => lane.id === owner) ?? layout.lanes.find((lane) => lane.shown);

  useEffect(() => {
    const box = element.current;
    if (!box) return undefined;
    const size = new ResizeObserver(() => setWidth(Math.max(80, box.clientWidth)));
    size.observe(box);
    const stop = listen(box, {
      grab: (x, y) => {
        const row = Math.round((y - TOP) / ROW);
        const lane = kept.current.lanes.find((l) => l.row === row);
        if (lane && !lane.shown && x >= lane.x0 - 4 && x <= lane.x1 + 8) {
          app.engine?.desk.openTimeline(lane.id);
          showTimeline(app.lab, lane.id, xToIndex(x, kept.current.end, kept.current.width));
        }
        return true;
      },
      drag: (x) => goTo(app.lab, xToIndex(x, kept.current.end, kept.current.width)),
    });
    return () => {
      size.disconnect();
      stop();
    };
  }, [app]);

  return (
    <div
      class="scrubber" ref={element} role="slider" tabIndex={0}
      aria-label={t('ui.scrubber')} aria-valuemin={0} aria-valuemax={Math.max(0, (timeline?.length ?? 1) - 1)}
      aria-valuenow={cursor} aria-valuetext={t('ui.at', {
        i: number(cursor), time: timeline && timeline.length > 0 ? moment(timeline.time(cursor)) : '',
      })}
      style={{ height: `${TOP * 2 + (layout.rows - 1) * ROW}px` }}
    >
      <svg width={width} height={TOP * 2 + (layout.rows - 1) * ROW} aria-hidden="true" focusable="false">
        {layout.lanes.map((lane) => <LaneLine key={lane.id} lane={lane} />)}
        <Marks layout={layout} />
        {shown === undefined ? null : (
          <circle class="scrub-knob" cx={indexToX(cursor, layout.end, width)} cy={yOf(shown.row)} r={7} />
        )}
      </svg>
    </div>
  );
}
/** Before the server's list has come, the timeline that is shown stands for all. */
function infosOf(): typeof session.timelines.value {
  const id = view.timeline.value;
  if (session.timelines.value.length > 0 || id === null) return session.timelines.value;
  return [{
    id, parent: null, at: null, head: session.head.value as never, headT: 0 as never, running: false, title: '',
  }];
}
const yOf = (row: number): number => TOP + row * ROW;

function LaneLine({ lane }: { readonly lane: Lane }): JSX.Element {
  const y = yOf(lane.row);
  const from = lane.parentRow === null ? y : yOf(lane.parentRow);
  const bend = lane.parentRow === null ? `M${lane.x0} ${y}`
    : `M${lane.x0} ${from}C${lane.x0 + 8} ${from} ${lane.x0} ${y} ${lane.x0 + 10} ${y}`;
  const face = lane.shown ? 'shown' : lane.beside ? 'beside' : 'other';
  return (
    <g class={`scrub-lane ${face}`}>
      <path class="scrub-all" d={`${bend}H${Math.max(lane.x1, lane.x0 + 12)}`} />
      <path class="scrub-held" d={`${bend}H${Math.max(lane.held, lane.x0 + 12)}`} />
    </g>
  );
}
function Marks({ layout }: { readonly layout: ScrubberLayout }): JSX.Element {
  return (
    <g>
      {layout.marks.map((m) => {
        const y = yOf(m.row);
        const key = `${m.row}/${m.x}`;
        if (m.what === 'lost') {
          return <path key={key} class="scrub-lost" d={`M${m.x - 3} ${y - 3}l6 6m0 -6l-6 6`} />;
        }
        return <path key={key} class={`scrub-${m.what}`} d={`M${m.x} ${y - 4}v8`} />;
      })}
    </g>
  );
}
