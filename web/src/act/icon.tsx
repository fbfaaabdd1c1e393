// The icons, as paths on a 20 x 20 grid, drawn in the colour of the text. Emoji would be boxes on
// many machines, so none is used.

import type { JSX } from 'preact';

const PATHS = {
  start: 'M5 4v12M16 4.5v11L8 10z',
  back: 'M13 4.5v11L5 10z',
  play: 'M6 3.8v12.4L16 10z',
  pause: 'M6.5 4.5v11M13.5 4.5v11',
  next: 'M7 4.5v11l8-5.5z',
  head: 'M15 4v12M4 4.5v11l8-5.5z',
  slower: 'M10 5v10L3 10zM17 5v10l-7-5z',
  faster: 'M10 5v10l7-5zM3 5v10l7-5z',
  lose: 'M5 5l10 10M15 5L5 15',
  fork: 'M6 4v12M6 10c5 0 8-1 8-6M11.5 6L14 3.5 16.5 6',
  why: 'M15 5v5a3 3 0 0 1-3 3H5M8.5 9.5L5 13l3.5 3.5',
  undo: 'M7 6L3.5 9.5 7 13M4 9.5h8a4 4 0 0 1 0 8',
  link: 'M8.5 11.5l3-3M7 9l-2 2a3 3 0 0 0 4 4l2-2M13 11l2-2a3 3 0 0 0-4-4L9 7',
  download: 'M10 3v9M6 8.5l4 4 4-4M4 16h12',
  theme: 'M10 3.5a6.5 6.5 0 1 0 0 13zM10 3.5a6.5 6.5 0 0 1 0 13',
  projector: 'M3 4.5h14v9H3zM10 13.5v3M6.5 17h7',
  help: 'M7 7.5a3 3 0 1 1 4 2.8c-.7.3-1 .8-1 1.7M10 15v.6',
  room: 'M7 9a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM2.5 16a4.5 4.5 0 0 1 9 0M13 8.5A2.3 2.3 0 1 0 12.5 4M14 11.6a4.5 4.5 0 0 1 3.5 4.4',
  close: 'M5.5 5.5l9 9M14.5 5.5l-9 9',
  large: 'M4 8V4h4M16 12v4h-4M4 4l5 5M16 16l-5-5',
  small: 'M9 5v4H5M11 15v-4h4M9 9L4 4M11 11l5 5',
  beside: 'M3.5 4.5h13v11h-13zM10 4.5v11',
  run: 'M3 5v10l6-5zM10 5v10l6-5z',
  more: 'M10 4.6v.2M10 9.9v.2M10 15.2v.2',
  down: 'M5.5 8l4.5 4.5L14.5 8',
  right: 'M8 5.5l4.5 4.5L8 14.5',
  check: 'M4.5 10.5l3.5 3.5 7.5-8',
  cross: 'M5.5 5.5l9 9M14.5 5.5l-9 9',
  clock: 'M10 3.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM10 6.5V10l2.5 2',
  chart: 'M3.5 3.5v13h13M6.5 12l3-4 3 2.5 4-6',
  lessons: 'M4 4.5h5.5a2 2 0 0 1 .5 1.5v10a2 2 0 0 0-2-1.5H4zM16 4.5h-5.5A2 2 0 0 0 10 6v10a2 2 0 0 1 2-1.5h4z',
} as const;
export type IconName = keyof typeof PATHS;
const FILLED: ReadonlySet<IconName> = new Set<IconName>(['start', 'back', 'play', 'next', 'head', 'slower', 'faster', 'run']);

export function Icon({ name }: { readonly name: IconName }): JSX.Element {
  return (
    <svg class={FILLED.has(name) ? 'icon filled' : 'icon'} viewBox="0 0 20 20" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
