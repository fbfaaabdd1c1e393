// Joining interfaces of a lab to real networks. There is nothing to see unless the server has devices, the lab
// has an interface that may be joined, and this page holds the lab's control key.

import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { useApp, withEngine } from './context';
import type { Engine } from './context';
import * as session from '../state/session';
import * as view from '../state/view';
import { number, t } from '../text/text';
import type { LabId, TimelineId } from '../wire/types';

const LOOK_MS = 2000;
type Known = Extract<Awaited<ReturnType<Engine['rest']['devices']>>, { ok: true }>['value'];

export function Devices(): JSX.Element | null {
  const app = useApp();
  const lab = session.opened.value;
  const mine = lab !== null && session.controlled.value.has(lab);
  const [known, learn] = useState<Known>(null);
  const [problem, setProblem] = useState('');
  useEffect(() => {
    if (!mine) return;
    let here = true;
    const look = (): void => withEngine(app, async ({ rest }) => {
      const answer = await rest.devices(lab);
      if (here && answer.ok) learn(answer.value);
      if (here && answer.ok && answer.value !== null && answer.value.places.length > 0) timer = setTimeout(look, LOOK_MS);
    });
    let timer = setTimeout(look, 0);
    return () => {
      here = false;
      clearTimeout(timer);
    };
  }, [lab, mine]);
  if (!mine || known === null || known.places.length === 0 || known.devices.length === 0) return null;
  const ask = (what: (engine: Engine) => Promise<{ readonly ok: boolean; readonly say?: string }>): void =>
    withEngine(app, async (engine) => {
      const answer = await what(engine);
      setProblem(answer.ok ? '' : answer.say ?? '');
      const now = await engine.rest.devices(lab);
      if (now.ok) learn(now.value);
    });
  return (
    <section class="devices" aria-labelledby="devices-title">
      <h3 id="devices-title" class="table-title">{t('ui.devices.title')}</h3>
      {known.joined.map((d) => (
        <p key={d.name} class="row">
          <span>{t('ui.devices.joined', { place: d.place, device: d.name })}</span>
          <span class="muted figures">
            {t('ui.devices.counts', { came: number(d.came), left: number(d.left), missed: number(d.missed) })}
          </span>
          <button type="button" class="do plain" onClick={() => ask(({ rest }) => rest.detach(lab, d.timeline, d.name))}>
            {t('ui.devices.leave')}
          </button>
        </p>
      ))}
      <JoinDevice
        places={known.places.filter((p) => !known.joined.some((d) => d.place === p && d.timeline === view.timeline.value))}
        devices={known.devices.filter((d) => d.free).map((d) => d.name)}
        join={(timeline, device, place) => ask(({ rest }) => rest.attach(lab as LabId, timeline, device, place))}
      />
      <p class="problem-text" aria-live="polite">{problem}</p>
      <p class="muted">{t('ui.devices.note')}</p>
    </section>
  );
}

function JoinDevice({ places, devices, join }: {
  readonly places: readonly string[];
  readonly devices: readonly string[];
  readonly join: (timeline: TimelineId, device: string, place: string) => void;
}): JSX.Element | null {
  const [place, setPlace] = useState('');
  const [device, setDevice] = useState('');
  if (places.length === 0) return null;
  if (devices.length === 0) return <p class="muted">{t('ui.devices.none')}</p>;
  const chosen = places.includes(place) ? place : places[0] ?? '';
  const had = devices.includes(device) ? device : devices[0] ?? '';
  return (
    <form
      class="row" onSubmit={(e) => {
        e.preventDefault();
        if (view.timeline.value !== null) join(view.timeline.value, had, chosen);
      }}
    >
      <select aria-label={t('ui.devices.interface')} value={chosen} onChange={(e) => setPlace(e.currentTarget.value)}>
        {places.map((p) => <option key={p} value={p}>{p}</option>)}
      </select>
      <select aria-label={t('ui.devices.device')} value={had} onChange={(e) => setDevice(e.currentTarget.value)}>
        {devices.map((d) => <option key={d} value={d}>{d}</option>)}
      </select>
      <button type="submit" class="do plain main">{t('ui.devices.join')}</button>
    </form>
  );
}
