// The comparison: both videos stand at the same event and run together, each moved by its own offset.

import { bindPairs } from "./report/pair.js";

const root = document.querySelector("[data-pair]");

if (root.querySelectorAll("[data-pair-film] video").length === 2) {
  for (const part of root.querySelectorAll("[data-needs-script]")) part.hidden = false;
  bindPairs();
}
