// The athlete in space: orbit by dragging, presets, turntable, ground, trails. Drawn on a plain 2D canvas, so
// it needs no WebGL: a body is two dozen lines, and those are sorted by depth here.

const PRESETS = { open: [-90, 8], plate: [0, 8], behind: [180, 8], top: [-90, 88] };
const ZOOM = { least: 0.5, most: 4 };
const TRAIL_S = 0.5;
const TURN_DEG_PER_S = 30;
const GRID_M = 0.5;
const FACE = new Set([1, 2, 3, 4, 5, 6, 9, 10, 17, 18, 21, 22]);

const radians = (degrees) => (degrees * Math.PI) / 180;

export class View3D {
  constructor(canvas, data, film) {
    this.canvas = canvas;
    this.data = data;
    this.context = canvas.getContext("2d");
    this.zoom = 1;
    this.trails = false;
    this.turning = false;
    // Seen from the side that the chest faces: third base for a right-hander, first base for a left-hander.
    this.open = data.throws === "left" ? 1 : -1;
    this.preset("open");
    this.measure();
    this.row = this.rowAt(film.shownTime);
    film.addEventListener("frame", ({ detail }) => {
      this.row = this.rowAt(detail.time);
      this.draw();
    });
    new ResizeObserver(() => this.resize()).observe(canvas);
    canvas.addEventListener("pointerdown", (event) => this.orbit(event));
    canvas.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    canvas.addEventListener("keydown", (event) => this.key(event));
    this.resize();
  }

  rowAt(filmTime) {
    const time = filmTime * this.data.time_scale;
    const times = this.data.time_s;
    let low = 0;
    let high = times.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (times[middle] <= time + 1e-4) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  // The box that holds the whole delivery: the view does not jump while the athlete strides through it.
  measure() {
    const low = [Infinity, Infinity, Infinity];
    const high = [-Infinity, -Infinity, -Infinity];
    for (const row of this.data.world) {
      if (!row) continue;
      row.forEach((value, place) => {
        if (value === null) return;
        low[place % 3] = Math.min(low[place % 3], value / 1000);
        high[place % 3] = Math.max(high[place % 3], value / 1000);
      });
    }
    this.floor = low[2];
    this.middle = low.map((value, axis) => (value + high[axis]) / 2);
    this.size = Math.max(...low.map((value, axis) => high[axis] - value), 1);
    this.low = low;
    this.high = high;
  }

  preset(name) {
    const [turn, lift] = PRESETS[name];
    this.turn = radians(name === "open" || name === "top" ? turn * -this.open : turn);
    this.lift = radians(lift);
    if (this.low) this.draw();
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
    const dx = x - this.middle[0];
    const dy = y - this.middle[1];
    const dz = z - this.middle[2];
    const across = -dx * Math.sin(this.turn) + dy * Math.cos(this.turn);
    const toward = dx * Math.cos(this.turn) + dy * Math.sin(this.turn);
    const up = dz * Math.cos(this.lift) - toward * Math.sin(this.lift);
    const near = toward * Math.cos(this.lift) + dz * Math.sin(this.lift);
    const distance = 3.2 * this.size;
    const scale = ((0.82 * this.canvas.height * this.zoom) / this.size) * (distance / (distance - near));
    return [this.canvas.width / 2 + across * scale, this.canvas.height / 2 - up * scale, -near];
  }

  point(row, index, world = this.data.world) {
    const values = world[row];
    if (!values || values[3 * index] === null) return null;
    return [0, 1, 2].map((axis) => values[3 * index + axis] / 1000);
  }

  draw() {
    const context = this.context;
    const style = getComputedStyle(this.canvas);
    this.ink = style.getPropertyValue("--c-rule");
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    this.canvas.dataset.row = this.row;
    context.lineCap = "round";
    this.ground();
    if (this.trails) this.trail();
    if (this.ghost) this.body(this.ghost.world, true);
    this.body(this.data.world, false);
  }

  stroke(from, to, colour, width, alpha = 1) {
    const context = this.context;
    context.globalAlpha = alpha;
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.beginPath();
    context.moveTo(from[0], from[1]);
    context.lineTo(to[0], to[1]);
    context.stroke();
    context.globalAlpha = 1;
  }

  ground() {
    const down = (value) => Math.floor(value / GRID_M) * GRID_M;
    const up = (value) => Math.ceil(value / GRID_M) * GRID_M;
    const [x0, x1, y0, y1] = [down(this.low[0]), up(this.high[0]), down(this.low[1]), up(this.high[1])];
    for (let x = x0; x <= x1 + 1e-6; x += GRID_M) {
      this.stroke(this.project([x, y0, this.floor]), this.project([x, y1, this.floor]), this.ink, 1);
    }
    for (let y = y0; y <= y1 + 1e-6; y += GRID_M) {
      this.stroke(this.project([x0, y, this.floor]), this.project([x1, y, this.floor]), this.ink, 1);
    }
    // The way to the plate.
    const start = this.project([x0, 0, this.floor]);
    const end = this.project([x1 + GRID_M / 2, 0, this.floor]);
    this.stroke(start, end, this.ink, 3);
    this.context.fillStyle = getComputedStyle(this.canvas).color;
    this.context.font = `${Math.round(this.line * 3.2)}px system-ui, sans-serif`;
    this.context.fillText("plate", Math.min(end[0], this.canvas.width - this.line * 14), end[1] + this.line * 4);
  }

  body(world, ghostly) {
    const parts = [];
    for (const [a, b, role] of this.data.bones) {
      const from = this.point(this.row, a, world);
      const to = this.point(this.row, b, world);
      if (!from || !to) continue;
      const [p, q] = [this.project(from), this.project(to)];
      parts.push({ depth: (p[2] + q[2]) / 2, p, q, role });
    }
    parts.sort((one, other) => other.depth - one.depth);
    if (ghostly) {
      this.context.setLineDash([this.line * 2.5, this.line * 1.8]);
      for (const { p, q } of parts) this.stroke(p, q, this.data.colours.shadow, this.line * 1.2, 0.85);
      this.context.setLineDash([]);
      return;
    }
    for (const { p, q, role } of parts) {
      this.stroke(p, q, this.data.colours.casing, this.line * 1.9);
      this.stroke(p, q, this.data.colours[role], this.line * 1.2);
    }
    const nose = this.point(this.row, 0);
    if (nose) this.joint(this.project(nose), this.line * 1.6);
    for (let index = 11; index < 33; index += 1) {
      const point = FACE.has(index) ? null : this.point(this.row, index);
      if (point) this.joint(this.project(point), this.line * 0.8);
    }
  }

  joint([x, y], radius) {
    const context = this.context;
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    context.fillStyle = "#fff";
    context.fill();
    context.lineWidth = radius / 2.5;
    context.strokeStyle = this.data.colours.casing;
    context.stroke();
  }

  trail() {
    const wrist = this.data.throws === "left" ? 15 : 16;
    const first = this.rowAt((this.data.time_s[this.row] - TRAIL_S) / this.data.time_scale);
    let last = null;
    for (let row = first; row <= this.row; row += 1) {
      const point = this.point(row, wrist);
      const now = point && this.project(point);
      if (last && now) {
        this.stroke(last, now, this.data.colours.throwing, this.line * 0.8, 0.2 + (0.8 * (row - first)) / (this.row - first));
      }
      last = now;
    }
  }

  orbit(event) {
    if (event.button !== 0) return;
    event.preventDefault();
    this.canvas.focus();
    let [x, y] = [event.clientX, event.clientY];
    const move = (at) => {
      this.rotate((at.clientX - x) * -0.01, (at.clientY - y) * 0.01);
      [x, y] = [at.clientX, at.clientY];
    };
    const stop = () => {
      window.removeEventListener("pointermove", move);
      window.removeEventListener("pointerup", stop);
      window.removeEventListener("pointercancel", stop);
    };
    window.addEventListener("pointermove", move);
    window.addEventListener("pointerup", stop);
    window.addEventListener("pointercancel", stop);
  }

  rotate(turn, lift) {
    this.turn += turn;
    this.lift = Math.min(radians(89), Math.max(radians(-10), this.lift + lift));
    this.draw();
  }

  wheel(event) {
    if (!event.ctrlKey && document.activeElement !== this.canvas) return;
    event.preventDefault();
    this.magnify(event.deltaY < 0 ? 1.1 : 1 / 1.1);
  }

  magnify(factor) {
    this.zoom = Math.min(ZOOM.most, Math.max(ZOOM.least, this.zoom * factor));
    this.draw();
  }

  // With the view focused the arrows turn it; elsewhere they step the film.
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

function bindGhost(panel, view) {
  const box = panel.querySelector("[data-ghost]");
  let loaded = null;
  box?.addEventListener("change", async () => {
    if (box.checked && !loaded) {
      const answer = await fetch(panel.dataset.shadow3d, { headers: { Accept: "application/json" } });
      if (answer.ok) loaded = await answer.json();
    }
    view.ghost = box.checked ? loaded : null;
    view.draw();
  });
}

export function bindView3D(panel, film) {
  if (!panel) return;
  panel.hidden = false;
  panel.addEventListener("toggle", async () => {
    if (!panel.open || panel.dataset.loaded) return;
    panel.dataset.loaded = "true";
    const message = panel.querySelector("[data-message]");
    try {
      const answer = await fetch(panel.dataset.view3d, { headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(String(answer.status));
      const view = new View3D(panel.querySelector("canvas"), await answer.json(), film);
      message.textContent = "";
      for (const button of panel.querySelectorAll("[data-preset]")) {
        button.addEventListener("click", () => view.preset(button.dataset.preset));
      }
      bindGhost(panel, view);
      panel.querySelector("[data-trails]").addEventListener("change", (event) => {
        view.trails = event.target.checked;
        view.draw();
      });
      panel.querySelector("[data-turntable]").addEventListener("change", (event) => view.turntable(event.target.checked));
    } catch {
      message.textContent = "The 3D data could not be loaded. Reload the page to try again.";
    }
  });
}
