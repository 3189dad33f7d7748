// Copies what stands in the field beside the button; without the clipboard's permission it is selected instead.
const button = document.querySelector("[data-copy]");
const field = document.querySelector("[data-copy-from]");

if (button && field) {
  button.hidden = false;
  // Where the site does not know its own name, the browser does.
  field.value = new URL(field.value, window.location.href).href;
  button.addEventListener("click", copy);
  field.addEventListener("focus", () => field.select());
}

async function copy() {
  const said = document.querySelector("[data-copied]");
  try {
    await navigator.clipboard.writeText(field.value);
    button.textContent = "Copied";
    said.textContent = "The link was copied.";
  } catch {
    field.focus();
    said.textContent = "Press Control and C to copy the link.";
  }
}
