// A component whose code comes when it is first shown: what is not needed for the first
// interaction is not in the first load.

import type { ComponentType, JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { t } from '../text/text';

/** quiet: nothing is said while it comes, its place stays empty. */
export function lazy<P = object>(load: () => Promise<ComponentType<P>>, quiet = false): (props: P) => JSX.Element | null {
  let kept: ComponentType<P> | null = null;
  return function Lazy(props: P): JSX.Element | null {
    const [Shown, show] = useState<ComponentType<P> | null>(() => kept);
    const [failed, fail] = useState(false);
    useEffect(() => {
      if (kept) return;
      load().then((component) => {
        kept = component;
        show(() => component);
      }, () => fail(true));
    }, []);
    if (failed) return <p class="empty">{t('ui.problem.no_server')}</p>;
    if (Shown) return <Shown {...(props as P & object)} />;
    return quiet ? null : <p class="empty" aria-busy="true">{t('ui.loading')}</p>;
  };
}
