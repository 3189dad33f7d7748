// An analysis that failed: whoever is in the video can be pressed on it.

import { Film } from "./report/film.js";
import { bindPeople } from "./report/people.js";
import { Viewport } from "./report/viewport.js";

async function start(form, screen) {
  const answer = await fetch(form.dataset.places);
  if (!answer.ok) throw new Error(`places: ${answer.status}`);
  const { width, height, time_scale: scale } = await answer.json();
  const video = screen.querySelector("video");
  // Where a frame begins and ends does not matter here: only when it is shown.
  const film = new Film(video, { fps: 60, scale });
  bindPeople(film, new Viewport(screen, video, { width, height }));
  for (const toggle of document.querySelectorAll("[data-people-toggle]")) toggle.hidden = false;
}

const form = document.querySelector("[data-places]");
const screen = document.querySelector("[data-screen]");
if (form && screen) start(form, screen);
