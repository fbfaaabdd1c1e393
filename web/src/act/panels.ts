// Panels, sheets and dialogs: which is open, which is large, and where the focus goes. The shell
// draws what these signals say.

import { signal } from '@preact/signals';
import * as session from '../state/session';
import { projector } from '../state/settings';
import { t } from '../text/text';

export const PANELS = ['lesson', 'topology', 'states', 'packet', 'tables', 'console', 'gauges', 'routing', 'ladder'] as const;
export type PanelName = (typeof PANELS)[number];
export const TABS = ['packet', 'tables', 'gauges', 'routing', 'console'] as const;
export type DialogName = 'help' | 'goto' | 'lessons' | 'room';
export type TabName = (typeof TABS)[number];

/** Which of the three tabs under the state graph is shown. */
export const tab = signal<TabName>('packet');
/** The panel that fills the page, or null. */
export const large = signal<PanelName | null>(null);
/** The panel that had the focus last: what `f` makes large. */
export const lastPanel = signal<PanelName>('ladder');
/** On a phone: the sheet that is up, or null. */
export const sheet = signal<PanelName | null>(null);
export const dialog = signal<DialogName | null>(null);
/** The projector's second panel. */
export const stagePanel = signal<PanelName>('states');
/** As narrow as a phone. */
export const NARROW = '(max-width: 799px)';
/** Is the page as narrow as a phone? Set by the shell. */
export const narrow = signal(false);

export const isTab = (name: PanelName | null): name is TabName => TABS.some((tab) => tab === name);

export function openPanel(name: PanelName): void {
  lastPanel.value = name;
  if (isTab(name)) tab.value = name;
  if (narrow.value) sheet.value = name === 'ladder' ? null : name;
  else if (projector.value && name !== 'ladder') stagePanel.value = name;
  else if (large.value !== null) large.value = name;
  // After the change is drawn: a sheet or a tab's panel does not exist before.
  setTimeout(() => document.getElementById(`panel-${name}`)?.focus({ preventScroll: true }), 0);
}
/** Turns to a panel without taking the focus there or covering what is read. */
export function showTab(name: string): void {
  const panel = PANELS.find((p) => p === name);
  if (panel === undefined) return;
  if (isTab(panel)) tab.value = panel;
  if (projector.value && panel !== 'ladder') stagePanel.value = panel;
}
export function toggleLarge(): void {
  large.value = large.value === null ? lastPanel.value : null;
}
export function showDialog(name: DialogName): void {
  dialog.value = dialog.value === name ? null : name;
}
export function panelOpen(): boolean {
  return dialog.value !== null || sheet.value !== null || large.value !== null;
}
/** Escape: the topmost thing closes. */
export function closeAll(): void {
  if (dialog.value !== null) dialog.value = null;
  else if (sheet.value !== null) sheet.value = null;
  else if (large.value !== null) large.value = null;
  else projector.value = false;
}
export async function copyLink(): Promise<void> {
  try {
    await navigator.clipboard.writeText(location.href);
    session.notice.value = t('ui.notice.copied');
  } catch {
    session.notice.value = t('ui.notice.copy_from_bar'); // no permission: the address bar has it
  }
}
