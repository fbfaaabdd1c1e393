// What can be taken away: the ladder as SVG, tables as CSV. All from the loaded log, so it works
// offline too. The painter comes with the app: act/ draws nothing.

import * as view from '../state/view';
import { column, say } from '../text/text';
import type { TableShape } from '../wire/types';
import type { App } from './context';
import { current, selectedNode } from './moves';

export async function exportSvg(app: App): Promise<void> {
  save('ladder.svg', 'image/svg+xml', await app.paintSvg());
}
/** All tables of the selected node, or of every node, at the cursor. */
export function exportCsv(app: App): void {
  const parts = app.lab.tables.map((shape) => tableCsv(app, shape)).filter((part) => part !== '');
  save('tables.csv', 'text/csv', '\ufeff' + parts.join('\r\n'));
}
export function tableCsv(app: App, shape: TableShape): string {
  const timeline = current(app.lab);
  if (!timeline) return '';
  const chosen = selectedNode();
  const rows: string[] = [];
  for (const node of app.lab.nodes) {
    if (chosen !== null && node.id !== chosen) continue;
    for (const cells of timeline.rowsAt(view.cursor.value, shape, node.id).values()) {
      rows.push([node.name, ...cells].map(quote).join(','));
    }
  }
  if (rows.length === 0) return '';
  const head = [say(shape.title), ...shape.columns.map((c) => column(c))].map(quote).join(',');
  return [head, ...rows, ''].join('\r\n');
}
function quote(cell: string): string {
  // A cell that a spreadsheet would run as a formula is made text.
  const safe = /^[=+\-@]/.test(cell) && Number.isNaN(Number(cell)) ? `'${cell}` : cell;
  return /[",\r\n]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe;
}
function save(name: string, type: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
