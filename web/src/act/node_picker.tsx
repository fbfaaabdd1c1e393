// Which node the tables and the console speak of, and the row of buttons that chooses it.

import type { JSX } from 'preact';
import * as view from '../state/view';
import { t } from '../text/text';
import type { NodeId } from '../wire/types';
import { useApp } from './context';
import type { App } from './context';
import { current, select, selectedNode } from './moves';

/** The node whose tables are shown: the selected one, else the one of the event, else the first. */
export function shownNode(app: App): NodeId | null {
  const chosen = selectedNode();
  if (chosen !== null) return chosen;
  const at = current(app.lab)?.node(view.cursor.value);
  if (at !== undefined && at !== 0) return at;
  return app.lab.nodes[0]?.id ?? null;
}
export function NodePicker({ shown }: { readonly shown: NodeId }): JSX.Element {
  const app = useApp();
  return (
    <div class="node-picker" role="radiogroup" aria-label={t('ui.node')} data-rove="x" data-activate="focus">
      {app.lab.nodes.map((node) => (
        <button
          key={node.id} type="button" role="radio" aria-checked={node.id === shown} data-item
          tabIndex={node.id === shown ? 0 : -1} class="pill"
          onClick={() => select({ kind: 'node', node: node.id })}
        >{node.name}</button>
      ))}
    </div>
  );
}
