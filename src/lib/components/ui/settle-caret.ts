// The caret of a field that a closing dialog gave the focus back to.

/**
 * Puts the caret of the focused text field where it stands already. Chromium gives the focus back while the page behind a
 * modal dialog still counts as inert: the field then has the focus, keys reach it, and nothing is written.
 */
export function settleCaret(): void {
  const field = document.activeElement;
  if (!(field instanceof HTMLTextAreaElement || field instanceof HTMLInputElement)) return;
  const { selectionStart, selectionEnd, selectionDirection } = field;
  // Null in a field of a kind that has no caret to ask for.
  if (selectionStart === null) return;
  field.setSelectionRange(selectionStart, selectionEnd, selectionDirection ?? undefined);
}
