import assert from "node:assert/strict";
import { test } from "node:test";

import { Film } from "../../static/js/report/film.js";
import { Pair } from "../../static/js/report/pair.js";

// A video whose frames come only when they are told to, as a decoder's do.
function video(duration = 4) {
  return Object.assign(new EventTarget(), {
    currentTime: 0, duration, readyState: 4, paused: true, playbackRate: 1, currentSrc: "http://site/film#t=1",
    pause() {
      this.paused = true;
    },
    async play() {
      this.paused = false;
    },
  });
}

const decoded = (film) => film.report(Math.floor(film.video.currentTime * 60 + 1e-9) / 60);

test("a film is sought in the middle of a frame, where no decoder shows its neighbour", () => {
  const film = new Film(video(), { fps: 60, scale: 1 });
  film.seek(1);
  assert.ok(Math.abs(film.video.currentTime - 60.5 / 60) < 1e-9);
  film.seek(99);
  assert.ok(Math.abs(film.video.currentTime - 239.5 / 60) < 1e-9, "the last frame");
  film.seek(-1);
  assert.ok(Math.abs(film.video.currentTime - 0.5 / 60) < 1e-9);
});

test("steps that come faster than frames add up", () => {
  const film = new Film(video(), { fps: 60, scale: 1 });
  for (let times = 0; times < 3; times += 1) film.step(1);
  decoded(film);
  assert.equal(film.frame, 3);
  film.step(-1);
  decoded(film);
  assert.equal(film.frame, 2);
});

test("a film settles when the frame that was asked for is shown", async () => {
  const film = new Film(video(), { fps: 60, scale: 1 });
  film.seek(2);
  const settled = film.settled();
  decoded(film);
  await settled;
  assert.equal(film.frame, 120);
});

test("playing from outside the loop begins at its start", async () => {
  const film = new Film(video(), { fps: 60, scale: 1 });
  film.range = { start: 1, end: 2 };
  film.seek(3);
  decoded(film);
  await film.play();
  assert.ok(Math.abs(film.video.currentTime - 60.5 / 60) < 1e-9);
});

test("two films show the tied event at the same moment, each on its own clock", () => {
  const lead = new Film(video(), { fps: 60, scale: 1 });
  const slow = new Film(video(40), { fps: 60, scale: 0.25 });
  const pair = new Pair(lead, slow, [{ release: 1, leg_lift: 0.2 }, { release: 8 }]);
  assert.deepEqual(pair.common, ["release"]);
  assert.equal(pair.wanted(1), 8);
  assert.equal(pair.wanted(1.5), 10, "half a real second is two of slow motion");
  assert.equal(pair.rate(0), 4);
  pair.offset(1, 6);
  assert.ok(Math.abs(pair.wanted(1) - 8.1) < 1e-9);
});

test("without an event in both, the films start together", () => {
  const films = [new Film(video(), { fps: 60, scale: 1 }), new Film(video(), { fps: 30, scale: 1 })];
  const pair = new Pair(...films, [{ release: 1 }, {}]);
  assert.equal(pair.wanted(0), 0);
});
