// The drawn signs of the kinds of nodes, 44 px wide around 0,0. A kind without one is a plain box.

import type { ComponentChildren } from 'preact';

const SIGNS: Readonly<Record<string, ComponentChildren>> = {
  host: (
    <>
      <rect class="node-body" x={-20} y={-16} width={40} height={26} rx={4} />
      <path class="node-line" d="M-7 17H7M0 10V17" />
      <path class="node-thin" d="M-13 -8H3M-13 -2H9" />
    </>
  ),
  router: (
    <>
      <circle class="node-body" r={19} />
      <path class="node-line" d="M-12 -4H-3M-7 -8L-3 -4L-7 0M12 4H3M7 0L3 4L7 8M4 -12V-4M0 -8L4 -12L8 -8M-4 12V4M-8 8L-4 12L0 8" />
    </>
  ),
  switch: (
    <>
      <rect class="node-body" x={-22} y={-13} width={44} height={26} rx={4} />
      <path class="node-line" d="M-14 -4H12M8 -8L13 -4L8 0M14 5H-12M-8 1L-13 5L-8 9" />
    </>
  ),
  hub: (
    <>
      <rect class="node-body" x={-22} y={-11} width={44} height={22} rx={11} />
      <circle class="node-dot" cx={-11} cy={0} r={2.4} />
      <circle class="node-dot" cx={0} cy={0} r={2.4} />
      <circle class="node-dot" cx={11} cy={0} r={2.4} />
    </>
  ),
};

export function NodeSymbol(props: { kind: string }) {
  return <g class="node-symbol">{SIGNS[props.kind] ?? <rect class="node-body" x={-18} y={-14} width={36} height={28} rx={5} />}</g>;
}
