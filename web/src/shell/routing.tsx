// Routing: what may be drawn over the network, chosen, drawn and told over time. Loaded at the first
// wish for it. Where the topology is not in sight beside it, it is here as well.

import type { JSX } from 'preact';
import { useApp } from '../act/context';
import { over } from '../act/extras';
import { current } from '../act/moves';
import { kindOf, offered, readWish } from '../act/overlays';
import { large, narrow } from '../act/panels';
import { projector } from '../state/settings';
import * as session from '../state/session';
import * as view from '../state/view';
import { Beliefs } from '../views/beliefs';
import { OverlayMap } from '../views/overlay_map';
import { WayPicker, WaySentences } from '../views/routing';
import { Topology } from '../views/topology';
import { Ways, WaysBar } from '../views/ways';

over.value = { Ways, Bar: WaysBar };

export function Routing(): JSX.Element {
  const { lab } = useApp();
  session.revision.value;
  const timeline = current(lab);
  const wish = readWish(view.overlay.value);
  const kind = timeline === null ? null : kindOf(offered(timeline), wish);
  const alone = large.value !== null || narrow.value || projector.value;
  return (
    <div class={kind?.ownVertices ? 'routing has-map' : 'routing'}>
      <WayPicker />
      {kind === null || wish === null ? null : kind.ownVertices ? <OverlayMap wish={wish} /> : (
        <>
          {alone ? <div class="routing-topology"><Topology /></div> : null}
          <Beliefs wish={wish} />
        </>
      )}
      {kind === null || wish === null ? null : <WaySentences kind={kind} wish={wish} />}
    </div>
  );
}
