// The athlete and the shadow in space on a plain 2D canvas, for browsers without WebGL: a body is two dozen
// lines, and those are sorted by depth here.

import { UNDRAWN } from "./landmarks.js";
import { dot } from "./paint.js";

export class View3D {
  constructor(canvas, orbit, sceneGeometry) {
    Object.assign(this, { canvas, orbit, sceneGeometry, athlete: sceneGeometry.athlete });
    this.context = canvas.getContext("2d");
    this.trails = false;
    this.ghost = null;
    this.row = 0;
    orbit.addEventListener("change", () => this.draw());
    new ResizeObserver(() => this.resize()).observe(canvas);
    this.resize();
  }

  show(row) {
    this.row = row;
    this.draw();
  }

  resize() {
    const density = Math.min(window.devicePixelRatio || 1, 2);
    const { width, height } = this.canvas.getBoundingClientRect();
    this.canvas.width = Math.max(1, Math.round(width * density));
    this.canvas.height = Math.max(1, Math.round(height * density));
    this.line = Math.max(2, this.canvas.height / 120);
    this.draw();
  }

  // Metres to pixels, and how far away (larger is farther). The camera looks from (turn, lift) at the middle.
  project([x, y, z]) {
    const { turn, lift, zoom } = this.orbit;
    const { middle, size } = this.sceneGeometry;
    const [dx, dy, dz] = [x - middle[0], y - middle[1], z - middle[2]];
    const across = -dx * Math.sin(turn) + dy * Math.cos(turn);
    const toward = dx * Math.cos(turn) + dy * Math.sin(turn);
    const up = dz * Math.cos(lift) - toward * Math.sin(lift);
    const near = toward * Math.cos(lift) + dz * Math.sin(lift);
    const distance = 3.2 * size;
    const scale = ((0.82 * this.canvas.height * zoom) / size) * (distance / (distance - near));
    return [this.canvas.width / 2 + across * scale, this.canvas.height / 2 - up * scale, -near];
  }

  draw() {
    const { context } = this;
    const style = getComputedStyle(this.canvas);
    this.ink = style.getPropertyValue("--c-rule");
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    this.canvas.dataset.row = this.row;
    context.lineCap = "round";
    this.ground(style.color);
    if (this.trails) this.trail(this.athlete);
    if (this.ghost) {
      if (this.trails) this.trail(this.ghost);
      this.body(this.ghost);
    }
    this.body(this.athlete);
  }

  stroke(from, to, colour, width, alpha = 1) {
    const { context } = this;
    context.globalAlpha = alpha;
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.beginPath();
    context.moveTo(from[0], from[1]);
    context.lineTo(to[0], to[1]);
    context.stroke();
    context.globalAlpha = 1;
  }

  ground(words) {
    for (const [from, to] of this.sceneGeometry.grid) this.stroke(this.project(from), this.project(to), this.ink, 1);
    const [start, end] = this.sceneGeometry.way.map((point) => this.project(point));
    this.stroke(start, end, this.ink, 3);
    const { context } = this;
    context.fillStyle = words;
    context.font = `${Math.round(this.line * 3.2)}px system-ui, sans-serif`;
    context.fillText("plate", Math.min(end[0], this.canvas.width - this.line * 14), end[1] + this.line * 4);
    const [x, y, z] = this.sceneGeometry.rubber;
    const ends = [[x, y - 0.3, z], [x, y + 0.3, z]].map((point) => this.project(point));
    this.stroke(...ends, words, this.line * 1.5);
  }

  body(body) {
    const { colours } = this.athlete;
    const ghostly = body !== this.athlete;
    const parts = [];
    for (const [a, b, role] of body.bones) {
      const [from, to] = [body.place(this.row, a), body.place(this.row, b)];
      if (!from || !to) continue;
      const [p, q] = [this.project(from), this.project(to)];
      parts.push({ depth: (p[2] + q[2]) / 2, p, q, role });
    }
    parts.sort((one, other) => other.depth - one.depth);
    this.context.setLineDash(ghostly ? [this.line * 2.5, this.line * 1.8] : []);
    for (const { p, q, role } of parts) {
      if (!ghostly) this.stroke(p, q, colours.casing, this.line * 1.9);
      this.stroke(p, q, ghostly ? colours.shadow : colours[role], this.line * 1.2, ghostly ? 0.85 : 1);
    }
    this.context.setLineDash([]);
    if (ghostly) return;
    const nose = body.place(this.row, 0);
    if (nose) dot(this.context, this.project(nose), this.line * 1.6);
    for (let index = 11; index < 33; index += 1) {
      const point = UNDRAWN.has(index) ? null : body.place(this.row, index);
      if (point) dot(this.context, this.project(point), this.line * 0.8);
    }
  }

  trail(body) {
    const { colours } = this.athlete;
    const found = this.sceneGeometry.trails(body, this.row);
    const shadow = body === this.athlete ? null : colours.shadow;
    for (const [points, colour] of [[found.wrist, shadow || colours.throwing], [found.hips, shadow || colours.centre]]) {
      const places = points.map((point) => this.project(point));
      for (let at = 1; at < places.length; at += 1) {
        this.stroke(places[at - 1], places[at], colour, this.line * 0.8, 0.2 + (0.8 * at) / places.length);
      }
    }
  }
}
