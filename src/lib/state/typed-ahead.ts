// Keys pressed after a field was asked for and before it is there: they are meant for it, not for what has the focus.

export interface TypedAhead {
  /** Holds back what is typed from now on. */
  begin(): void;
  /** Ends holding back. @returns what was typed, and whether it was confirmed with Enter */
  take(): { readonly text: string; readonly isConfirmed: boolean };
}

type Key = Pick<
  KeyboardEvent,
  'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'isComposing' | 'preventDefault' | 'stopPropagation'
>;

/** @param page hears every key first */
export function createTypedAhead(page: Pick<Window, 'addEventListener' | 'removeEventListener'>): TypedAhead {
  let typed: string[] = [];
  let isConfirmed = false;
  let listening = false;

  const onKey = (event: Event) => {
    const { key, ctrlKey, metaKey, altKey, isComposing } = event as unknown as Key;
    if (ctrlKey || metaKey || altKey || isComposing) return;
    if (key === 'Backspace') typed.pop();
    else if (key === 'Enter') isConfirmed = true;
    else if ([...key].length === 1) typed.push(key);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return {
    begin() {
      typed = [];
      isConfirmed = false;
      if (!listening) page.addEventListener('keydown', onKey, { capture: true });
      listening = true;
    },
    take() {
      page.removeEventListener('keydown', onKey, { capture: true });
      listening = false;
      const taken = { text: typed.join(''), isConfirmed };
      typed = [];
      return taken;
    }
  };
}
