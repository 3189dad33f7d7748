// The report: makes the film steppable and everything on the page point into it.

import { bindCharts } from "./report/charts.js";
import { bindControls, bindKeys } from "./report/controls.js";
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

if (player?.querySelector("video")) {
  const film = new Film(player.querySelector("video"), {
    fps: Number(player.dataset.fps),
    scale: Number(player.dataset.scale),
  });
  const marks = player.querySelector("[data-marks]");
  const line = marks ? new TimeLine(marks, film) : null;
  bindControls(player.querySelector("[data-controls]"), film, line);
  bindKeys(film, line);
  bindSeeks(film);
  bindCharts(film);
  new Layers(player, film).start();
  bindView3D(document.querySelector("[data-view3d]"), film);
}
