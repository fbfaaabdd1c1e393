// Panels, tabs and the splitters between columns.

import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { useApp, withEngine } from '../act/context';
import { listen } from '../act/gestures';
import { Do } from '../act/do';
import { Icon } from '../act/icon';
import { TABS, isTab, large, lastPanel, tab } from '../act/panels';
import type { PanelName, TabName } from '../act/panels';
import { SHARES, setShare } from '../act/shares';
import type { ShareName } from '../act/shares';
import * as session from '../state/session';
import { strip } from '../state/settings';
import { t } from '../text/text';
import { LessonPane } from '../views/lesson';
import { States } from '../views/states';
import { Topology } from '../views/topology';
import { Console, Gauges, Inspector, Outcome, Routing, StateTools, Tables } from './later';

interface PanelProps {
  readonly name: PanelName;
  readonly title: string;
  readonly children: ComponentChildren;
}
export function Panel({ name, title, children }: PanelProps): JSX.Element {
  return (
    <section
      class={`panel panel-${name}`} id={`panel-${name}`} tabIndex={-1} aria-labelledby={`title-${name}`}
      onFocusCapture={() => { lastPanel.value = name; }}
      onMouseDown={() => { lastPanel.value = name; }}
    >
      <header class="panel-head">
        <h2 class="panel-title" id={`title-${name}`}>{title}</h2>
        {name === 'ladder' ? <LadderTools /> : null}
        <Enlarge name={name} />
      </header>
      <div class="panel-body">{children}</div>
    </section>
  );
}
function LadderTools(): JSX.Element {
  return (
    <div class="panel-tools" role="group" aria-label={t('ui.ladder_tools')}>
      <Do id="axis" icon="clock" class="small" />
      <Do id="ladder.farther" class="small" >{'−'}</Do>
      <Do id="ladder.nearer" class="small">{'+'}</Do>
      <Do id="ladder.fit" class="small" named />
      <Do id="strip" icon="chart" class="small" pressed={strip.value} />
      <Do id="beside" icon="beside" class="small" />
    </div>
  );
}
function Enlarge({ name }: { readonly name: PanelName }): JSX.Element {
  const on = large.value === name;
  return (
    <button
      type="button" class="do small enlarge" aria-pressed={on} aria-label={t('ui.do.large')} title={t('ui.help.large')}
      onClick={() => { large.value = on ? null : name; }}
    ><Icon name={on ? 'small' : 'large'} /></button>
  );
}

export function Tabs({ shown }: { readonly shown: TabName }): JSX.Element {
  return (
    <section
      class="panel panel-tabs" aria-label={t('ui.panel.inside')}
      onFocusCapture={() => { lastPanel.value = shown; }} onMouseDown={() => { lastPanel.value = shown; }}
    >
      <div class="panel-head">
        <div class="tab-list" role="tablist" data-rove="x" data-activate="focus" aria-label={t('ui.panel.inside')}>
          {TABS.map((name) => (
            <button
              key={name} type="button" role="tab" id={`tab-${name}`} aria-selected={name === shown} data-item
              aria-controls={`panel-${name}`} tabIndex={name === shown ? 0 : -1} class="tab"
              onClick={() => { tab.value = name; if (large.value !== null) large.value = name; }}
            >{t(`ui.panel.${name}`)}</button>
          ))}
        </div>
        <Enlarge name={shown} />
      </div>
      <div class="panel-body" role="tabpanel" id={`panel-${shown}`} tabIndex={-1} aria-labelledby={`tab-${shown}`}>
        <Inside name={shown} />
      </div>
    </section>
  );
}
/** What a panel of this name shows. */
export function Inside({ name }: { readonly name: PanelName }): JSX.Element | null {
  if (session.opened.value === null && name !== 'gauges' && isTab(name)) {
    return <Recorded />;
  }
  switch (name) {
    case 'packet': return <Inspector />;
    case 'tables': return <Tables />;
    case 'console': return <Console />;
    case 'gauges': return <Gauges />;
    case 'routing': return <Routing />;
    case 'lesson': return <LessonPane outcome={<Outcome />} />;
    case 'topology': return <Topology />;
    case 'states': return <Graphs />;
    case 'ladder': return null;
  }
}
/** A state graph; what was seen of it is counted once there is an engine that can show more. */
export function Graphs(): JSX.Element {
  return <States>{session.opened.value === null ? null : <StateTools />}</States>;
}
/** While the recorded story plays there is no engine to look into. */
function Recorded(): JSX.Element {
  const app = useApp();
  return (
    <div class="empty">
      <p>{t('ui.tabs.story')}</p>
      <button type="button" class="do plain" onClick={() => withEngine(app, (e) => e.course.makeReal())}>{t('ui.tabs.start')}</button>
    </div>
  );
}
/** Between two columns: a drag or the arrow keys. */
export function Splitter({ name }: { readonly name: ShareName }): JSX.Element {
  const element = useRef<HTMLDivElement>(null);
  const share = SHARES[name].value;
  useEffect(() => {
    const bar = element.current;
    if (!bar) return undefined;
    return listen(bar, {
      grab: () => true,
      drag: (x) => {
        const floor = bar.parentElement;
        if (!floor) return;
        const box = floor.getBoundingClientRect();
        setShare(name, (bar.getBoundingClientRect().left + x - box.left) / box.width);
      },
    });
  }, [name]);
  return (
    <div
      class={`splitter splitter-${name}`} ref={element} role="separator" tabIndex={0} data-split={name}
      aria-orientation="vertical" aria-label={t(`ui.splitter.${name}`)}
      aria-valuemin={15} aria-valuemax={85} aria-valuenow={Math.round(share * 100)}
    />
  );
}
