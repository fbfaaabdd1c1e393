// Which picture is drawn over the network: of which kind, of which node, to which destination; and
// in sentences what the chosen node does with it at the cursor.

import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { useApp } from '../act/context';
import { current, selectedNode } from '../act/moves';
import { addressesOf, beliefsOf, failure, kindOf, offered, readWish, setWish, wishFor, wordsOf } from '../act/overlays';
import type { Wish } from '../act/overlays';
import type { Lab } from '../model/lab';
import * as session from '../state/session';
import * as view from '../state/view';
import { say, t } from '../text/text';
import { nodeId } from '../wire/types';
import type { OverlayKind } from '../wire/types_overlay';

/** Once a page, whoever opens the panel sees a picture without choosing one. */
let begun = false;

export function WayPicker(): JSX.Element | null {
  const { lab } = useApp();
  session.revision.value;
  const timeline = current(lab);
  const offers = timeline === null ? null : offered(timeline);
  const wish = readWish(view.overlay.value);
  const first = offers?.kinds[0];
  useEffect(() => {
    if (begun || first === undefined) return;
    begun = true;
    if (readWish(view.overlay.value) === null) setWish(wishFor(lab, first, null));
  }, [first === undefined]);
  if (offers === null) return failure.value === '' ? null : <p class="muted routing-none">{failure.value}</p>;
  const kind = kindOf(offers, wish);
  const choose = (name: string): void => {
    const next = offers.kinds.find((k) => k.name === name);
    setWish(next === undefined ? null : wishFor(lab, next, wish));
  };
  return (
    <div class="routing-pick">
      <label>
        <span class="hidden">{t('ui.routing.kind')}</span>
        <select value={kind?.name ?? ''} onChange={(e) => choose(e.currentTarget.value)}>
          <option value="">{t('ui.routing.none')}</option>
          {offers.kinds.map((k) => <option key={k.name} value={k.name}>{say(k.title)}</option>)}
        </select>
      </label>
      {kind !== null && wish !== null && kind.ofNode ? <NodeChoice lab={lab} kind={kind} wish={wish} /> : null}
      {kind !== null && wish !== null && kind.toAddress ? <DestinationChoice lab={lab} wish={wish} /> : null}
    </div>
  );
}
function NodeChoice({ lab, kind, wish }: { readonly lab: Lab; readonly kind: OverlayKind; readonly wish: Wish }): JSX.Element {
  return (
    <label>{t('ui.routing.of')}
      <select value={String(wish.node ?? '')} onChange={(e) => setWish({ ...wish, node: nodeId(Number(e.currentTarget.value)) })}>
        {kind.nodes.map((id) => <option key={id} value={String(id)}>{lab.node(id)?.name ?? ''}</option>)}
      </select>
    </label>
  );
}
function DestinationChoice({ lab, wish }: { readonly lab: Lab; readonly wish: Wish }): JSX.Element {
  const all = addressesOf(lab);
  const known = all.some((d) => d.address === wish.to);
  return (
    <label>{t('ui.routing.to')}
      <select value={wish.to} onChange={(e) => setWish({ ...wish, to: e.currentTarget.value })}>
        {known || wish.to === '' ? null : <option value={wish.to}>{wish.to}</option>}
        {[...all].reverse().map((d) => <option key={d.address} value={d.address}>{`${d.name} (${d.address})`}</option>)}
      </select>
    </label>
  );
}

/** What the chosen node does at the cursor; without one, how the picture is read. */
export function WaySentences({ kind, wish }: { readonly kind: OverlayKind; readonly wish: Wish }): JSX.Element {
  const app = useApp();
  const timeline = current(app.lab);
  const chosen = selectedNode();
  const beliefs = timeline === null || kind.ownVertices ? null : beliefsOf(app, timeline, wish);
  const ways = chosen === null || beliefs === null ? [] : beliefs.at(chosen, view.cursor.value);
  return (
    <div class="routing-say" aria-live="off">
      {failure.value === '' ? null : <p class="routing-failed">{failure.value}</p>}
      {ways.length === 0 || chosen === null ? <p class="muted">{say(kind.help)}</p>
        : ways.map((w, k) => <p key={k}>{say(w.say, wordsOf(app.lab, chosen, w, beliefs?.dst ?? ''))}</p>)}
    </div>
  );
}
