// Key events -> commands, and the arrow keys inside a group of controls (tabs, trees, lists). The
// only key listener of the page. Editable fields and the composing of Chinese are left alone.

import { letterKeys } from '../state/settings';
import type { App } from './context';
import { commandOfKey } from './commands';
import { dialog } from './panels';
import { nudgeShare } from './shares';
import * as session from '../state/session';
import { t } from '../text/text';

const NATIVE_ON_SPACE = 'button, a, summary, input, select, textarea, [role=radio], [role=treeitem], [role=tab]';

function isEditable(target: Element | null): boolean {
  return target instanceof HTMLInputElement && !['radio', 'checkbox', 'range', 'button'].includes(target.type) ||
    target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement ||
    (target instanceof HTMLElement && target.isContentEditable);
}
/** "Ctrl+ArrowRight", "?", "w". Shift is named only where the key itself does not show it. */
export function nameOfKey(e: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>): string {
  const parts: string[] = [];
  if (e.ctrlKey || e.metaKey) parts.push('Ctrl');
  if (e.altKey) parts.push('Alt');
  if (e.shiftKey && e.key.length > 1) parts.push('Shift');
  parts.push(e.key.length === 1 && /[A-Z]/.test(e.key) && !e.shiftKey ? e.key.toLowerCase() : e.key);
  return parts.join('+');
}
const isLetter = (key: string): boolean => key.length === 1 && key !== ' ';

export function listenToKeys(app: App): () => void {
  const ended = new AbortController();
  document.addEventListener('keydown', (e) => {
    if (e.isComposing || e.defaultPrevented) return;
    const target = e.target instanceof Element ? e.target : null;
    if (split(e, target) || nudge(e, target) || press(e, target) || rove(e, target)) return;
    if (isEditable(target) && e.key !== 'Escape') return;
    if (e.key === 'Escape' && dialog.value !== null) return; // the <dialog> closes and gives the focus back
    const key = nameOfKey(e);
    if (isLetter(key) && !letterKeys.value) return;
    if ((key === ' ' || key === 'Enter') && target?.closest(NATIVE_ON_SPACE)) return;
    if (target instanceof HTMLInputElement && target.type === 'radio' && key.startsWith('Arrow')) return;
    const command = commandOfKey(key);
    if (!command || (dialog.value !== null && command.id !== 'leave' && command.id !== 'help')) return;
    if (e.repeat && !command.repeat) return;
    e.preventDefault();
    const may = command.when(app);
    if (may === true) command.run(app);
    else if (!e.repeat) session.notice.value = t(may);
  }, { signal: ended.signal });
  return () => ended.abort();
}

/** The arrow keys on a splitter move it. */
function split(e: KeyboardEvent, target: Element | null): boolean {
  const name = target instanceof HTMLElement ? target.dataset['split'] : undefined;
  if (name === undefined || (e.key !== 'ArrowLeft' && e.key !== 'ArrowRight')) return false;
  e.preventDefault();
  return nudgeShare(name, e.key === 'ArrowLeft' ? -1 : 1);
}
const ARROWS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1],
};
/** Alt and an arrow key move what can be dragged; with Shift ten times as far. */
function nudge(e: KeyboardEvent, target: Element | null): boolean {
  const arrow = ARROWS[e.key];
  if (!e.altKey || arrow === undefined || !target?.hasAttribute('data-move')) return false;
  e.preventDefault();
  const far = e.shiftKey ? 10 : 1;
  const detail = { dx: arrow[0] * far, dy: arrow[1] * far };
  return target.dispatchEvent(new CustomEvent('nudge', { detail, bubbles: true }));
}
/** Enter and Space press a part of a drawing as they press a button. */
function press(e: KeyboardEvent, target: Element | null): boolean {
  if ((e.key !== 'Enter' && e.key !== ' ') || !target?.matches('g[role="button"]')) return false;
  e.preventDefault();
  return target.dispatchEvent(new MouseEvent('click', { bubbles: true }));
}
/**
 * Arrow keys move the focus among the [data-item]s of the nearest [data-rove="x" | "y" | "tree"].
 * A tree also opens and closes by Right and Left, through the item's own click.
 */
function rove(e: KeyboardEvent, target: Element | null): boolean {
  if (e.ctrlKey || e.metaKey || e.altKey || e.shiftKey) return false;
  const group = target?.closest<HTMLElement>('[data-rove]');
  const item = target?.closest<HTMLElement>('[data-item]');
  if (!group || !item) return false;
  const along = group.dataset['rove'] === 'x' ? ['ArrowLeft', 'ArrowRight'] : ['ArrowUp', 'ArrowDown'];
  const items = [...group.querySelectorAll<HTMLElement>('[data-item]')].filter((x) => x.offsetParent !== null);
  const at = items.indexOf(item);
  let to = -1;
  if (e.key === along[0]) to = at - 1;
  else if (e.key === along[1]) to = at + 1;
  else if (e.key === 'Home') to = 0;
  else if (e.key === 'End') to = items.length - 1;
  else if (group.dataset['rove'] === 'tree') return branch(e, item);
  else return false;
  const next = items[Math.max(0, Math.min(items.length - 1, to))];
  e.preventDefault();
  for (const other of items) other.tabIndex = other === next ? 0 : -1;
  next?.focus();
  if (group.dataset['activate'] === 'focus') next?.click();
  return true;
}
function branch(e: KeyboardEvent, item: HTMLElement): boolean {
  const open = item.getAttribute('aria-expanded');
  const turn = (e.key === 'ArrowRight' && open === 'false') || (e.key === 'ArrowLeft' && open === 'true');
  const press = e.key === 'Enter' || e.key === ' ';
  if (turn) item.querySelector<HTMLElement>('[data-turn]')?.click();
  else if (press) item.click();
  if (!turn && !press && e.key !== 'ArrowRight' && e.key !== 'ArrowLeft') return false;
  e.preventDefault();
  return true;
}
