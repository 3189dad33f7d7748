// Turning a view in space: by dragging, wheel and keys, with presets and a turntable. What is seen is drawn by others.

import { drag } from "./drag.js";

const PRESETS = { open: [-90, 8], plate: [0, 8], behind: [180, 8], top: [-90, 88] };
const ZOOM = { least: 0.5, most: 4 };
const TURN_DEG_PER_S = 30;

const radians = (degrees) => (degrees * Math.PI) / 180;

export class Orbit extends EventTarget {
  // The side that the chest faces: third base for a right-hander, first base for a left-hander.
  constructor(canvas, throws) {
    super();
    this.canvas = canvas;
    this.open = throws === "left" ? 1 : -1;
    this.zoom = 1;
    this.turning = false;
    this.preset("open");
    canvas.addEventListener("pointerdown", (event) => this.grab(event));
    canvas.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    canvas.addEventListener("keydown", (event) => this.key(event));
  }

  changed() {
    this.dispatchEvent(new Event("change"));
  }

  preset(name) {
    const [turn, lift] = PRESETS[name];
    this.turn = radians(name === "open" || name === "top" ? turn * -this.open : turn);
    this.lift = radians(lift);
    this.changed();
  }

  rotate(turn, lift) {
    this.turn += turn;
    this.lift = Math.min(radians(89), Math.max(radians(-10), this.lift + lift));
    this.changed();
  }

  magnify(factor) {
    this.zoom = Math.min(ZOOM.most, Math.max(ZOOM.least, this.zoom * factor));
    this.changed();
  }

  grab(event) {
    if (event.button !== 0) return;
    event.preventDefault();
    this.canvas.focus();
    let [x, y] = [event.clientX, event.clientY];
    drag(event, (at) => {
      this.rotate((at.clientX - x) * -0.01, (at.clientY - y) * 0.01);
      [x, y] = [at.clientX, at.clientY];
    });
  }

  wheel(event) {
    if (!event.ctrlKey && document.activeElement !== this.canvas) return;
    event.preventDefault();
    this.magnify(event.deltaY < 0 ? 1.1 : 1 / 1.1);
  }

  // With the view focused the arrows turn it; elsewhere they step the video.
  key(event) {
    const steps = { ArrowLeft: [-0.1, 0], ArrowRight: [0.1, 0], ArrowUp: [0, 0.1], ArrowDown: [0, -0.1] };
    if (steps[event.key]) this.rotate(...steps[event.key]);
    else if (event.key === "+") this.magnify(1.1);
    else if (event.key === "-") this.magnify(1 / 1.1);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  turntable(on) {
    this.turning = on;
    let last = null;
    const step = (now) => {
      if (!this.turning) return;
      if (last !== null) this.rotate(radians(TURN_DEG_PER_S * (now - last)) / 1000, 0);
      last = now;
      window.requestAnimationFrame(step);
    };
    if (on) window.requestAnimationFrame(step);
  }
}
