// The list of keys, in a dialog of the browser's own.

export function bindHelp(button, dialog) {
  if (!button || !dialog) return () => {};
  const open = () => (dialog.open ? dialog.close() : dialog.showModal());
  button.addEventListener("click", open);
  dialog.addEventListener("click", (event) => {
    // A press beside the sheet closes it.
    if (event.target === dialog) dialog.close();
  });
  return open;
}
