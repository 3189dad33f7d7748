// Another pitch beside this one: the same video or another analysis of the same coach, tied at any event.

import { Pair, drawOver, filmOf } from "./pair.js";

export function bindOther(part, film) {
  const choose = part.querySelector("[data-other]");
  const place = part.querySelector("[data-other-film]");
  const events = part.querySelector("[data-pair-event]");
  const message = part.querySelector("[data-message]");
  const offsets = [...part.querySelectorAll("[data-offset]")];
  let pair = null;

  const load = async () => {
    pair?.stop();
    pair = null;
    part.querySelector("[data-other-tools]").hidden = true;
    place.replaceChildren();
    if (!choose.value) return;
    message.textContent = "Loading…";
    try {
      const answer = await fetch(choose.value, { headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(String(answer.status));
      pair = await show(part, place, await answer.json(), film);
      offer(events, pair);
      offsets.forEach((input) => (input.value = 0));
      part.querySelector("[data-other-tools]").hidden = false;
      message.textContent = "";
      pair.lead.seek(pair.anchors[0]);
    } catch (error) {
      console.error("the other pitch could not be shown:", error);
      message.textContent = "This pitch could not be loaded. Choose another one.";
    }
  };
  choose.addEventListener("change", load);
  events.addEventListener("change", () => {
    pair.tie(events.value);
    film.seek(pair.anchors[0]);
  });
  offsets.forEach((input, which) => input.addEventListener("input", () => pair?.offset(which, Number(input.value) || 0)));
  // Chosen before this script was there.
  if (choose.value) load();
  document.addEventListener("remeasured", () => {
    if (!pair) return;
    pair.events[0] = ownEvents(film);
    pair.tie(events.value);
  });
}

function ownEvents(film) {
  return Object.fromEntries((film.line?.events || []).map(({ name, time }) => [name, time]));
}

// found: {fps, scale, events, film, landmarks} of the other pitch (see results.pitch).
async function show(part, place, found, film) {
  const figure = part.querySelector("template").content.firstElementChild.cloneNode(true);
  Object.assign(figure.dataset, { fps: found.fps, scale: found.scale, landmarks: found.landmarks });
  const video = figure.querySelector("video");
  Object.assign(video, { width: found.width, height: found.height, src: found.film });
  place.replaceChildren(figure);
  const other = filmOf(figure);
  await new Promise((resolve, reject) => {
    video.addEventListener("loadeddata", resolve, { once: true });
    video.addEventListener("error", reject, { once: true });
  });
  const overlay = await drawOver(figure, other);
  const box = part.querySelector("[data-other-skeleton]");
  const toggle = () => {
    if (!overlay) return;
    overlay.visible = box.checked;
    overlay.draw();
  };
  box.onchange = toggle;
  toggle();
  video.addEventListener("click", () => film.toggle());
  return new Pair(film, other, [ownEvents(film), found.events]);
}

// Only events that both pitches have can tie them.
function offer(events, pair) {
  for (const option of events.options) option.hidden = option.disabled = !pair.common.includes(option.value);
  events.value = pair.common.includes(pair.event) ? pair.event : pair.common[0];
  pair.tie(events.value);
}
