import assert from "node:assert/strict";
import { test } from "node:test";

import { Viewport } from "../../static/js/report/viewport.js";

globalThis.window = new EventTarget();
globalThis.ResizeObserver = class {
  observe() {}
};

// A film of 1280 x 720 on a screen of 640 x 480 at (100, 50) of the page: bars above and below.
function viewport() {
  const screen = Object.assign(new EventTarget(), {
    clientWidth: 640, clientHeight: 480, clientLeft: 0, clientTop: 0,
    classList: { toggle() {} },
    getBoundingClientRect: () => ({ left: 100, top: 50, width: 640, height: 480 }),
  });
  const video = Object.assign(new EventTarget(), { style: {}, offsetLeft: 0, offsetTop: 0, offsetWidth: 640, offsetHeight: 480 });
  return new Viewport(screen, video, { width: 1280, height: 720 });
}

const near = (a, b) => a.forEach((value, axis) => assert.ok(Math.abs(value - b[axis]) < 1e-9, `${a} is not ${b}`));

test("the middle of the film is in the middle of the screen, with bars where the shapes differ", () => {
  const view = viewport();
  near(view.toScreen([640, 360]), [320, 240]);
  near(view.toScreen([0, 0]), [0, 60]);
});

test("a point of the film is found again at its place on the screen", () => {
  const view = viewport();
  view.magnify(3, 200, 300);
  const [x, y] = view.toScreen([333, 222]);
  near(view.toFilm(x + 100, y + 50), [333, 222]);
});

test("zooming keeps the point under the pointer", () => {
  const view = viewport();
  const before = view.toFilm(420, 290);
  view.magnify(2, 420, 290);
  near(view.toFilm(420, 290), before);
});

test("the picture cannot be lost: neither by panning far nor by zooming out", () => {
  const view = viewport();
  view.magnify(4);
  view.pan(100, 100);
  near(view.toScreen([1280, 720]), [640, 480]);
  for (let times = 0; times < 20; times += 1) view.farther();
  assert.equal(view.zoom, 1);
  near(view.toScreen([640, 360]), [320, 240]);
});

test("two taps zoom to their place, two more show the whole picture", () => {
  const view = viewport();
  view.doubleTap(300, 200);
  assert.ok(view.zoom > 1);
  view.doubleTap(300, 200);
  assert.equal(view.zoom, 1);
});
