// Two videos that show the same moment of the motion: each runs on its own clock, and an event ties them.
//
// A page with two videos needs no script of its own. It marks up
//   <div data-pair>
//     <figure data-pair-film data-fps="60" data-scale="1" data-events='{"release": 2.47}'
//             data-landmarks="/videos/ID/keypoints/user?part=2d&as=packed">
//       <div data-screen><video src="…" muted playsinline preload="auto"></video></div>
//       <input type="number" data-pair-offset>   <- this video's own offset, in frames of it
//     </figure>
//     (a second figure)
//     <select data-pair-event><option value="release">…</select>
//     <div data-controls>…</div>                 <- the player's buttons; they lead both videos
//   </div>
// and calls bindPairs(). Events are seconds of each video's own clock; data-scale is the real seconds in one
// second of it; without data-landmarks the video stays plain.

import { bindControls, bindKeys } from "./controls.js";
import { Film } from "./film.js";
import { Landmarks } from "./landmarks.js";
import { Overlay } from "./overlay.js";
import { Viewport } from "./viewport.js";

// Browsers refuse to play slower or faster than this.
const RATES = { least: 0.0625, most: 16 };
const JUMP_FRAMES = 3;
const PULL = 0.08;

export class Pair extends EventTarget {
  // lead, follow: Film; events: [{name: seconds}, {name: seconds}] of the two videos' own clocks.
  constructor(lead, follow, events, event = "release") {
    super();
    [this.lead, this.follow, this.events] = [lead, follow, events];
    this.offsets = [0, 0];
    this.bound = new AbortController();
    const { signal } = this.bound;
    lead.addEventListener("frame", () => this.keep(), { signal });
    lead.addEventListener("state", () => this.state(), { signal });
    follow.video.addEventListener("loadedmetadata", () => this.align(), { signal });
    this.tie(event);
  }

  // The events that both videos have: any of them can tie the two.
  get common() {
    return Object.keys(this.events[0]).filter((name) => name in this.events[1]);
  }

  // Both videos show this event at the same moment; without it in both, both start together.
  tie(event) {
    this.event = event;
    const known = this.common.includes(event);
    this.anchors = this.events.map((times) => (known ? times[event] : 0));
    this.align();
  }

  // Moves one video (0: lead, 1: follow) against the tie by frames of its own.
  offset(which, frames) {
    this.offsets[which] = frames / (which ? this.follow : this.lead).fps;
    this.align();
  }

  // Where the second video has to be when the first one shows ``time``; both on their own clocks.
  wanted(time) {
    const since = (time - this.anchors[0] - this.offsets[0]) * this.lead.scale;
    return this.anchors[1] + this.offsets[1] + since / this.follow.scale;
  }

  get inside() {
    const time = this.wanted(this.lead.shownTime);
    return time >= 0 && time <= (this.follow.video.duration || Infinity);
  }

  align() {
    this.stand();
    if (!this.lead.paused) this.state();
  }

  state() {
    if (this.lead.paused || !this.inside) {
      this.stand();
      return;
    }
    this.follow.speed = this.rate(0);
    this.follow.play();
  }

  stand() {
    this.follow.pause();
    this.follow.seek(this.wanted(this.lead.wantedTime));
  }

  // Film seconds per second of the wall, a little faster or slower to catch up with ``late`` seconds.
  rate(late) {
    const rate = (this.lead.speed * this.lead.scale) / this.follow.scale;
    const pull = Math.max(-PULL, Math.min(PULL, late * 2));
    return Math.max(RATES.least, Math.min(RATES.most, rate * (1 + pull)));
  }

  // With every frame of the first video: step along while it stands, stay beside it while it runs.
  keep() {
    if (this.lead.paused || !this.inside) {
      this.stand();
    } else {
      const late = this.wanted(this.lead.shownTime) - this.follow.shownTime;
      if (Math.abs(late) * this.follow.fps > JUMP_FRAMES) this.follow.seek(this.follow.shownTime + late);
      else this.follow.speed = this.rate(late);
      if (this.follow.paused) this.follow.play();
    }
    this.dispatchEvent(new Event("frame"));
  }

  stop() {
    this.bound.abort();
    this.follow.pause();
  }
}

export function filmOf(figure) {
  const { fps, scale } = figure.dataset;
  return new Film(figure.querySelector("video"), { fps: Number(fps), scale: Number(scale) });
}

// The skeleton over a video, where there are landmarks; the video stays plain when they cannot be loaded.
export async function drawOver(figure, film) {
  if (!figure.dataset.landmarks) return null;
  try {
    const landmarks = await Landmarks.load(figure.dataset.landmarks);
    const viewport = new Viewport(figure.querySelector("[data-screen]"), film.video, landmarks);
    const overlay = new Overlay(viewport, landmarks);
    film.addEventListener("frame", ({ detail }) => overlay.show(detail.time));
    overlay.show(film.shownTime);
    return overlay;
  } catch (error) {
    console.error("the landmarks could not be drawn:", error);
    return null;
  }
}

function bindPair(root) {
  const figures = [...root.querySelectorAll("[data-pair-film]")];
  const films = figures.map(filmOf);
  const events = figures.map((figure) => JSON.parse(figure.dataset.events || "{}"));
  const choice = root.querySelector("[data-pair-event]");
  const pair = new Pair(...films, events, choice?.value);
  figures.forEach((figure, which) => {
    drawOver(figure, films[which]);
    const offset = figure.querySelector("[data-pair-offset]");
    offset?.addEventListener("input", () => pair.offset(which, Number(offset.value) || 0));
    films[which].video.controls = false;
  });
  choice?.addEventListener("change", () => {
    pair.tie(choice.value);
    if (choice.value in events[0]) films[0].seek(events[0][choice.value]);
  });
  figures[1].querySelector("video").addEventListener("click", () => films[0].toggle());
  bindControls(root.querySelector("[data-controls]"), films[0]);
  bindKeys(films[0], events[0]);
  if (choice && choice.value in events[0]) films[0].seek(events[0][choice.value]);
  return pair;
}

export function bindPairs(scope = document) {
  return [...scope.querySelectorAll("[data-pair]")].map(bindPair);
}
