// The video's picture on the screen: where it lies, how far it is zoomed, and the way from pixels of the video
// to pixels of the screen and back. Everything drawn over the video goes through here.

import { drag } from "./drag.js";

const MOST = 8;
const STEP = 1.5;
const DOUBLE_TAP = 2.5;
const PAN_SHARE = 0.12;
const WHEEL = 0.0022;

export class Viewport extends EventTarget {
  // screen: the element around the video; width, height: of the video in its own pixels.
  constructor(screen, video, { width, height }) {
    super();
    Object.assign(this, { screen, video, width, height });
    this.zoom = 1;
    this.centre = [width / 2, height / 2];
    this.pointers = new Map();
    // While a tool of another part has the pointer, nothing is panned.
    this.held = false;
    video.style.transformOrigin = "0 0";
    new ResizeObserver(() => this.place()).observe(screen);
    video.addEventListener("loadedmetadata", () => this.place());
    screen.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    screen.addEventListener("pointerdown", (event) => this.press(event));
    for (const name of ["pointerup", "pointercancel"]) {
      window.addEventListener(name, (event) => this.pointers.delete(event.pointerId));
    }
    this.place();
  }

  // The untransformed picture inside the screen: the screen may be wider than the video.
  place() {
    const [width, height] = [this.screen.clientWidth, this.screen.clientHeight];
    this.fit = Math.min(width / this.width, height / this.height) || 1;
    this.size = [width, height];
    this.apply();
  }

  // Screen pixels for one pixel of the video.
  get scale() {
    return this.fit * this.zoom;
  }

  apply() {
    const [width, height] = this.size;
    // The picture always covers the middle of the screen, so that it can not be lost.
    this.centre = [this.within(0, width, this.width), this.within(1, height, this.height)];
    const [left, top] = this.toScreen([0, 0]);
    const [restX, restY] = [this.video.offsetLeft, this.video.offsetTop];
    const inner = this.innerOffset();
    this.video.style.transform =
      this.zoom === 1
        ? ""
        : `translate(${left - restX - inner[0] * this.zoom}px, ${top - restY - inner[1] * this.zoom}px) scale(${this.zoom})`;
    this.screen.classList.toggle("zoomed", this.zoom > 1);
    this.dispatchEvent(new Event("change"));
  }

  // object-fit leaves bars inside the element when its shape is not the video's.
  innerOffset() {
    const [width, height] = [this.video.offsetWidth, this.video.offsetHeight];
    return [(width - this.width * this.fit) / 2, (height - this.height * this.fit) / 2];
  }

  within(axis, available, length) {
    const half = available / this.scale / 2;
    if (half >= length / 2) return length / 2;
    return Math.min(length - half, Math.max(half, this.centre[axis]));
  }

  toScreen([x, y]) {
    const [width, height] = this.size;
    return [width / 2 + (x - this.centre[0]) * this.scale, height / 2 + (y - this.centre[1]) * this.scale];
  }

  toFilm(clientX, clientY) {
    const box = this.screen.getBoundingClientRect();
    const [x, y] = [clientX - box.left - this.screen.clientLeft, clientY - box.top - this.screen.clientTop];
    return [
      this.centre[0] + (x - this.size[0] / 2) / this.scale,
      this.centre[1] + (y - this.size[1] / 2) / this.scale,
    ];
  }

  // Zooms by a factor; the point of the video under (clientX, clientY) stays where it is.
  magnify(factor, clientX, clientY) {
    const box = this.screen.getBoundingClientRect();
    const [x, y] = [clientX ?? box.left + box.width / 2, clientY ?? box.top + box.height / 2];
    const before = this.toFilm(x, y);
    this.zoom = Math.min(MOST, Math.max(1, this.zoom * factor));
    if (this.zoom < 1.02) this.zoom = 1;
    const after = this.toFilm(x, y);
    this.centre = this.centre.map((value, axis) => value + before[axis] - after[axis]);
    this.apply();
  }

  closer() {
    this.magnify(STEP);
  }

  farther() {
    this.magnify(1 / STEP);
  }

  reset() {
    this.zoom = 1;
    this.apply();
  }

  // By shares of what is seen: (1, 0) looks further to the right.
  pan(right, down) {
    const [width, height] = this.size;
    this.centre = [
      this.centre[0] + (right * PAN_SHARE * width) / this.scale,
      this.centre[1] + (down * PAN_SHARE * height) / this.scale,
    ];
    this.apply();
  }

  // With Ctrl (and by pinching a touch pad) from the start; without it once zoomed, so that the page scrolls on.
  wheel(event) {
    const wanted = event.ctrlKey || event.metaKey || this.zoom > 1 || document.fullscreenElement;
    if (!wanted || (this.zoom === 1 && event.deltaY > 0 && !event.ctrlKey)) return;
    event.preventDefault();
    const pixels = event.deltaMode === 1 ? event.deltaY * 30 : event.deltaY;
    this.magnify(Math.exp(-pixels * WHEEL * (event.ctrlKey && Math.abs(pixels) < 30 ? 4 : 1)), event.clientX, event.clientY);
  }

  press(event) {
    if (event.button !== 0 || event.target.closest("button, input, a")) return;
    this.pointers.set(event.pointerId, event);
    if (this.pointers.size === 2) this.pinch();
    else if (this.pointers.size === 1) this.grab(event);
  }

  grab(start) {
    if (this.held || this.zoom === 1) return;
    let last = start;
    drag(
      start,
      (event, dragged) => {
        if (!dragged || this.pointers.size > 1) return;
        this.centre = [
          this.centre[0] - (event.clientX - last.clientX) / this.scale,
          this.centre[1] - (event.clientY - last.clientY) / this.scale,
        ];
        last = event;
        this.apply();
      },
      // The click that ends a drag is not a press on the video.
      (dragged) => dragged && this.swallowClick(),
    );
  }

  pinch() {
    const [first] = this.pointers.values();
    const spread = () => {
      const [a, b] = [...this.pointers.values()];
      return { width: Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY), x: (a.clientX + b.clientX) / 2, y: (a.clientY + b.clientY) / 2 };
    };
    let last = spread();
    this.dispatchEvent(new Event("pinch"));
    const move = (event) => {
      if (!this.pointers.has(event.pointerId) || this.pointers.size < 2) return;
      this.pointers.set(event.pointerId, event);
      const now = spread();
      this.centre = [
        this.centre[0] - (now.x - last.x) / this.scale,
        this.centre[1] - (now.y - last.y) / this.scale,
      ];
      this.magnify(now.width / Math.max(1, last.width), now.x, now.y);
      last = now;
    };
    window.addEventListener("pointermove", move);
    drag(first, () => {}, () => window.removeEventListener("pointermove", move));
    this.swallowClick();
  }

  swallowClick() {
    const stop = (event) => event.stopPropagation();
    this.screen.addEventListener("click", stop, { capture: true, once: true });
    window.setTimeout(() => this.screen.removeEventListener("click", stop, { capture: true }), 300);
  }

  // Two taps: closer at that place, or back to the whole picture.
  doubleTap(clientX, clientY) {
    if (this.zoom > 1) this.reset();
    else this.magnify(DOUBLE_TAP, clientX, clientY);
  }
}
