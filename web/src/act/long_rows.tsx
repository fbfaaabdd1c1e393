// The rows of a long table: only those in sight are elements, with room above and below for the
// rest, so that fifty thousand cost what fifty do. Short tables are drawn whole.

import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

const WHOLE = 80; // rows up to which a table is drawn whole
const ROW = 27; // CSS px of a row whose cells do not wrap
const MARGIN = 12; // rows beyond both edges

type Row = readonly [key: string, cells: readonly string[]];

export function LongRows({ rows, changed }: { readonly rows: readonly Row[]; readonly changed: string | null }): JSX.Element {
  const body = useRef<HTMLTableSectionElement>(null);
  const [seen, see] = useState({ from: 0, to: WHOLE });
  const long = rows.length > WHOLE;
  useEffect(() => {
    const own = body.current;
    const scroller = own?.closest('.panel-body');
    if (!long || !own || !scroller) return undefined;
    const look = (): void => {
      const top = scroller.getBoundingClientRect().top - own.getBoundingClientRect().top;
      const from = Math.max(0, Math.floor(top / ROW) - MARGIN);
      const to = Math.ceil((top + scroller.clientHeight) / ROW) + MARGIN;
      see((was) => (was.from === from && was.to === to ? was : { from, to }));
    };
    const observer = new ResizeObserver(look);
    observer.observe(scroller);
    scroller.addEventListener('scroll', look, { passive: true });
    return () => {
      observer.disconnect();
      scroller.removeEventListener('scroll', look);
    };
  }, [long]);
  const from = long ? Math.min(seen.from, rows.length) : 0;
  const to = long ? Math.max(from, Math.min(seen.to, rows.length)) : rows.length;
  return (
    <tbody ref={body}>
      {from > 0 ? <tr class="table-room" aria-hidden="true" style={{ height: `${from * ROW}px` }} /> : null}
      {rows.slice(from, to).map(([key, cells], k) => (
        <tr key={key} class={key === changed ? 'changed' : ''} aria-rowindex={long ? from + k + 2 : undefined}>
          {cells.map((cell, c) => <td key={c}>{cell}</td>)}
        </tr>
      ))}
      {to < rows.length ? <tr class="table-room" aria-hidden="true" style={{ height: `${(rows.length - to) * ROW}px` }} /> : null}
    </tbody>
  );
}
