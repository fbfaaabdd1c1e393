// The dialogs: keys, go to, lessons, room. Native <dialog> elements, so that focus is kept inside
// and given back by the browser.

import type { ComponentChildren, JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { Icon } from '../act/icon';
import { dialog } from '../act/panels';
import type { DialogName } from '../act/panels';
import { t } from '../text/text';
import { GoTo } from '../views/goto';
import { Help } from '../views/help';
import { LessonList } from '../views/lesson_list';
import { Room } from '../views/room';

export function Dialogs(): JSX.Element | null {
  const name = dialog.value;
  if (name === null) return null;
  return (
    <Dialog key={name} name={name}>
      {name === 'help' ? <Help /> : null}
      {name === 'room' ? <Room /> : null}
      {name === 'goto' ? <GoTo /> : null}
      {name === 'lessons' ? <LessonList /> : null}
    </Dialog>
  );
}
function Dialog({ name, children }: { readonly name: DialogName; readonly children: ComponentChildren }): JSX.Element {
  const element = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const shown = element.current;
    shown?.showModal();
    return () => shown?.close(); // before it goes: so the browser gives the focus back
  }, []);
  const close = (): void => {
    if (dialog.value === name) dialog.value = null;
  };
  return (
    <dialog
      class={`dialog dialog-${name}`} ref={element} aria-labelledby="dialog-title" onClose={close}
      onClick={(e) => { if (e.target === e.currentTarget) close(); }}
    >
      <div class="dialog-inside">
        <header class="dialog-head">
          <h2 id="dialog-title">{t(`ui.dialog.${name}`)}</h2>
          <button type="button" class="do" aria-label={t('ui.close')} onClick={close}><Icon name="close" /></button>
        </header>
        {children}
      </div>
    </dialog>
  );
}
