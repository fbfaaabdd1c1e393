// The page: wide (three columns), phone (the ladder and sheets) or projector (two panels). The
// order of the DOM is the order of reading: lesson, ladder, states, topology, tabs, transport.

import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { NARROW, dialog, isTab, large, narrow, sheet, stagePanel, tab } from '../act/panels';
import type { PanelName } from '../act/panels';
import { lessonShare, middleShare, projector } from '../state/settings';
import * as lessons from '../state/lesson';
import * as view from '../state/view';
import { t } from '../text/text';
import { Ladder } from '../ladder/ladder';
import { FlightClock } from '../ladder/flight';
import { ClassBar, StageRoom } from '../views/room_bar';
import { LessonPane } from '../views/lesson';
import { Topology } from '../views/topology';
import { Scrubber } from '../views/scrubber';
import { Sentence, Transport } from '../views/transport';
import { Announce, Banner, Notice } from './announce';
import { Dialogs, Outcome, Strip, loadPhone, loadStyle, phone } from './later';
import { Graphs, Panel, Splitter, Tabs } from './panels';
import { TopBar } from './topbar';

export function Shell(): JSX.Element {
  useNarrow();
  const parts = phone.value;
  const face = projector.value ? 'stage' : narrow.value ? 'phone' : 'wide';
  return (
    <div
      class={`app face-${face}${view.beside.value === null ? '' : ' comparing'}${large.value === null ? '' : ' has-large'}`}
      style={{ '--share-lesson': lessonShare.value, '--share-middle': middleShare.value }}
    >
      <a class="skip" href="#panel-ladder">{t('ui.skip')}</a>
      <TopBar />
      <Banner />
      <ClassBar />
      {face === 'wide' ? <Wide /> : face === 'phone' ? <Phone /> : <Stage />}
      <footer class="dock">
        <Sentence />
        {face === 'phone' && parts ? <parts.PhoneQuestion /> : null}
        {face === 'phone' && parts ? <parts.SheetBar /> : null}
        <Transport><Scrubber /></Transport>
      </footer>
      <Notice />
      <Announce />
      <FlightClock />
      {dialog.value === null ? null : <Dialogs />}
    </div>
  );
}
function useNarrow(): void {
  useEffect(() => {
    const query = matchMedia(NARROW);
    const see = (): void => {
      if (query.matches) void loadPhone().catch(() => undefined);
      narrow.value = query.matches;
    };
    see();
    query.addEventListener('change', see);
    return () => query.removeEventListener('change', see);
  }, []);
}
function Wide(): JSX.Element {
  const only = large.value;
  const shows = (name: PanelName): boolean => only === null || only === name;
  const tabs = only === null || isTab(only);
  return (
    <main class="floor wide">
      {shows('lesson') ? (
        <Panel name="lesson" title={lessons.lesson.value?.title ?? t('ui.panel.lesson')}><LessonPane outcome={<Outcome />} /></Panel>
      ) : null}
      {only === null ? <Splitter name="lesson" /> : null}
      {shows('ladder') ? <Panel name="ladder" title={t('ui.panel.ladder')}><Ladder strip={Strip} /></Panel> : null}
      {shows('states') ? <Panel name="states" title={t('ui.panel.states')}><Graphs /></Panel> : null}
      {shows('topology') ? <Panel name="topology" title={t('ui.panel.topology')}><Topology /></Panel> : null}
      {tabs ? <Tabs shown={tab.value} /> : null}
      {only === null ? <Splitter name="middle" /> : null}
    </main>
  );
}
function Phone(): JSX.Element {
  const parts = phone.value;
  return (
    <main class="floor phone">
      <Panel name="ladder" title={t('ui.panel.ladder')}><Ladder strip={Strip} /></Panel>
      {sheet.value === null || !parts ? null : <parts.Sheet name={sheet.value} />}
    </main>
  );
}
function Stage(): JSX.Element {
  useEffect(() => void loadStyle(), []);
  const second = stagePanel.value;
  return (
    <main class="floor stage">
      <StageRoom />
      <Panel name="ladder" title={t('ui.panel.ladder')}><Ladder strip={Strip} /></Panel>
      {isTab(second) ? <Tabs shown={second} /> : (
        <Panel name={second} title={t(`ui.panel.${second}`)}>
          {second === 'topology' ? <Topology /> : second === 'states' ? <Graphs /> : <LessonPane outcome={<Outcome />} />}
        </Panel>
      )}
    </main>
  );
}
