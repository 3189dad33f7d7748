// Drawing on the paused frame: by pointer (drag, or one press for each point) and by keyboard (a cross that the
// arrows move; Enter sets a point).

import { drag } from "./drag.js";
import { DrawnList } from "./drawn.js";
import { Drawings } from "./drawings.js";
import { COLOURS, POINTS, complete, extend, paint } from "./shapes.js";

const STEP_PX = 12;
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const WORDS = {
  line: ["Set the first end.", "Set the other end."],
  angle: ["Set a point on the first side.", "Set the corner.", "Set a point on the second side."],
  circle: ["Set the middle.", "Set a point on the circle."],
  free: ["Press and draw; with the keyboard Enter begins and ends.", "Press Enter to end."],
};

export class AnnotationCanvas extends EventTarget {
  constructor(player, film, viewport) {
    super();
    Object.assign(this, { player, film, viewport });
    this.panel = player.querySelector("[data-annotation-panel]");
    this.button = player.querySelector("[data-do=draw]");
    this.drawings = new Drawings(player.dataset.analysis);
    this.list = new DrawnList(this.panel.querySelector("[data-drawn]"), this);
    this.active = false;
    this.shape = null;
    this.cross = null;
    this.canvas = document.createElement("canvas");
    this.canvas.className = "annotation-canvas";
    this.canvas.setAttribute("aria-label", "Drawing board: arrow keys move the cross, Enter sets a point, Escape ends");
    this.canvas.setAttribute("role", "application");
    viewport.screen.append(this.canvas);
    this.context = this.canvas.getContext("2d");
    this.bind();
    this.resize();
  }

  bind() {
    this.button.addEventListener("click", () => this.toggle());
    this.viewport.addEventListener("change", () => this.resize());
    this.viewport.addEventListener("pinch", () => this.drop());
    this.film.addEventListener("frame", () => this.draw());
    this.film.addEventListener("state", () => !this.film.paused && this.active && this.toggle(false));
    this.canvas.addEventListener("pointerdown", (event) => this.press(event));
    this.canvas.addEventListener("pointermove", (event) => this.hover(event));
    this.canvas.addEventListener("click", (event) => event.stopPropagation());
    this.canvas.addEventListener("dblclick", (event) => event.stopPropagation());
    this.canvas.addEventListener("keydown", (event) => this.key(event));
    this.panel.addEventListener("change", () => this.drop());
    this.panel.addEventListener("click", (event) => {
      const name = event.target.closest("[data-annotation-do]")?.dataset.annotationDo;
      if (name === "undo") this.undo();
      else if (name === "clear") this.keep(this.drawings.clear(this.film.frame));
      else if (name === "done") this.toggle(false);
    });
  }

  get tool() {
    return this.panel.querySelector("[data-tool]:checked").value;
  }

  get colour() {
    return COLOURS[Number(this.panel.querySelector("[data-colour]:checked").value)];
  }

  get everywhere() {
    return this.panel.querySelector("[data-everywhere]").checked;
  }

  toggle(on = !this.active) {
    if (on) this.film.pause();
    this.active = this.viewport.held = on;
    this.dispatchEvent(new Event("change"));
    this.button.setAttribute("aria-pressed", String(on));
    this.panel.hidden = !on;
    this.list.show();
    this.canvas.classList.toggle("active", on);
    if (on) this.canvas.tabIndex = 0;
    else this.canvas.removeAttribute("tabindex");
    this.drop();
    if (on) {
      this.canvas.focus({ preventScroll: true });
      this.viewport.screen.scrollIntoView({ block: "nearest" });
    } else if (document.activeElement === document.body) this.button.focus({ preventScroll: true });
  }

  // What was begun and not finished goes.
  drop() {
    this.shape = this.cross = this.at = null;
    this.tell();
    this.draw();
  }

  tell(words = WORDS[this.tool][this.shape ? Math.min(this.shape.points.length, WORDS[this.tool].length - 1) : 0]) {
    this.panel.querySelector("[data-annotation-note]").textContent = words;
  }

  keep(saved) {
    this.drop();
    this.list.show();
    if (!saved) this.tell("This browser keeps no drawings: they stay until the page is closed.");
  }

  undo() {
    if (this.shape) this.drop();
    else this.keep(this.drawings.undo(this.film.frame));
  }

  point(event) {
    return this.viewport.toFilm(event.clientX, event.clientY).map((value) => Math.round(value * 10) / 10);
  }

  set(point) {
    this.shape ??= { tool: this.tool, colour: this.colour, points: [] };
    this.shape.points.push(point);
    if (this.tool !== "free" && complete(this.shape)) this.finish();
    else this.tell();
    this.draw();
  }

  finish() {
    const { shape } = this;
    if (shape && complete(shape)) this.keep(this.drawings.add(this.film.frame, shape, this.everywhere));
    else this.drop();
  }

  press(event) {
    if (event.button !== 0 || !event.isPrimary) return;
    this.canvas.focus({ preventScroll: true });
    this.cross = null;
    this.set(this.point(event));
    const { shape } = this;
    if (!shape) return;
    const free = shape.tool === "free";
    drag(
      event,
      (move, dragged) => {
        if (this.shape !== shape) return;
        if (free) extend(shape, this.point(move));
        else if (dragged) this.at = this.point(move);
        this.draw();
      },
      (dragged, end) => {
        if (this.shape !== shape) return;
        if (free) this.finish();
        else if (dragged && end.type === "pointerup") this.set(this.point(end));
      },
    );
  }

  hover(event) {
    if (!this.shape || this.shape.tool === "free") return;
    this.at = this.point(event);
    this.draw();
  }

  key(event) {
    const way = ARROWS[event.key];
    if (way) this.moveCross(way, event.shiftKey ? 1 : STEP_PX);
    else if (event.key === "Enter" || event.key === " ") this.enter();
    else if (event.key === "Escape") {
      if (this.shape) this.drop();
      else this.toggle(false);
    } else if (event.key === "z" || event.key === "Backspace") this.undo();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  moveCross([right, down], pixels) {
    const step = pixels / this.viewport.scale;
    const [x, y] = this.cross || this.viewport.centre;
    this.cross = this.at = [x + right * step, y + down * step];
    if (this.shape?.tool === "free") extend(this.shape, this.cross);
    this.draw();
  }

  enter() {
    this.cross ??= [...this.viewport.centre];
    if (this.shape?.tool === "free") {
      this.finish();
      return;
    }
    const cross = [...this.cross];
    this.set(cross);
    this.cross = cross;
    this.draw();
  }

  resize() {
    this.density = Math.min(window.devicePixelRatio || 1, 2);
    this.canvas.width = Math.round(this.viewport.size[0] * this.density);
    this.canvas.height = Math.round(this.viewport.size[1] * this.density);
    this.draw();
  }

  draw() {
    const { context } = this;
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    const place = (point) => this.viewport.toScreen(point).map((value) => value * this.density);
    this.paint(context, place, 3 * this.density);
    if (this.shape) {
      const open = this.at && this.shape.points.length < POINTS[this.shape.tool] && this.shape.tool !== "free";
      paint(context, this.shape, { place, width: 3 * this.density, hover: open ? this.at : null });
    }
    if (this.active && this.cross) this.drawCross(place(this.cross));
    this.canvas.dataset.shapes = this.drawings.at(this.film.frame).length;
  }

  // What belongs to the frame on the screen; also for the saved picture.
  paint(context, place, width) {
    for (const shape of this.drawings.at(this.film.frame)) paint(context, shape, { place, width });
  }

  drawCross([x, y]) {
    const arm = 14 * this.density;
    const style = { tool: "line", colour: this.colour };
    for (const points of [[[x - arm, y], [x + arm, y]], [[x, y - arm], [x, y + arm]]]) {
      paint(this.context, { ...style, points }, { place: (point) => point, width: 1.5 * this.density });
    }
  }
}
