// Lists with boxes to tick: all at once, how many, and buttons that wait until something is ticked.

for (const form of document.querySelectorAll("[data-selection]")) {
  // Asked each time: the list may have been fetched again.
  const boxes = () => [...form.querySelectorAll("input[name=id]")];
  const all = form.querySelector("[data-all]");
  const buttons = form.querySelectorAll("[data-bulk] button");
  const count = form.querySelector("[data-count]");

  const show = () => {
    const ticked = boxes().filter((box) => box.checked).length;
    for (const button of buttons) button.disabled = ticked === 0;
    count.textContent = ticked ? `With the ${ticked} ticked:` : "Tick analyses to do something with several.";
    if (all) {
      const box = all.querySelector("input");
      box.checked = ticked === boxes().length;
      box.indeterminate = ticked > 0 && ticked < boxes().length;
    }
  };

  if (all) {
    all.hidden = false;
    all.querySelector("input").addEventListener("change", (event) => {
      for (const box of boxes()) box.checked = event.target.checked;
      show();
    });
  }
  form.addEventListener("change", show);
  // A page from the browser's cache comes back with its boxes as they were.
  window.addEventListener("pageshow", show);
  show();
}
