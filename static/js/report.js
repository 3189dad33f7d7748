// The report: makes the film steppable and everything on the page point into it.

import { bindCharts } from "./report/charts.js";
import { bindControls, bindKeys } from "./report/controls.js";
import { Corrections } from "./report/correct.js";
import { Film } from "./report/film.js";
import { Layers } from "./report/layers.js";
import { TimeLine } from "./report/timeline.js";
import { bindView3D } from "./report/view3d.js";

const player = document.querySelector("[data-player]");

function bindSeeks(film) {
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-seek]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    film.pause();
    film.seek(Number(link.dataset.seek));
    if (!player.contains(link)) player.scrollIntoView({ block: "nearest" });
  });
}

// What points into the film and is exchanged when an event moves.
function bindParts(film) {
  film.bound?.abort();
  film.bound = new AbortController();
  const marks = player.querySelector("[data-marks]");
  film.line = marks ? new TimeLine(marks, film, film.bound.signal) : null;
  bindCharts(film, film.bound.signal);
}

if (player?.querySelector("video")) {
  const film = new Film(player.querySelector("video"), {
    fps: Number(player.dataset.fps),
    scale: Number(player.dataset.scale),
  });
  bindParts(film);
  bindControls(player.querySelector("[data-controls]"), film);
  bindKeys(film);
  bindSeeks(film);
  new Layers(player, film).start();
  bindView3D(document.querySelector("[data-view3d]"), film);
  new Corrections(player, film, () => bindParts(film));
}
