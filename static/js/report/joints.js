// Setting joints by hand: each joint of the frame is a handle, by pointer and by keys. The picture follows at once;
// the server solves the motion again, and the page with its numbers is exchanged.

import { drag } from "./drag.js";
import { Moved, inOrder, nearestOf, sigmaPx, stateAt, words } from "./joint_edits.js";
import { bindGuide } from "./joint_guide.js";
import { Loupe } from "./loupe.js";

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const BIG = 10;
// After the last arrow the joint is taken to be where it should.
const PAUSE_MS = 500;

export class Joints {
  constructor(panel, { film, viewport, layers, corrections }) {
    Object.assign(this, { panel, film, viewport, layers, corrections });
    this.address = panel.dataset.joints;
    this.toggleButton = panel.querySelector("[data-joints-toggle]");
    this.tools = panel.querySelector("[data-joints-tools]");
    this.note = panel.querySelector("[data-joints-note]");
    this.active = this.busy = false;
    this.waiting = [];
    this.selected = null;
    this.box = document.createElement("div");
    this.box.className = "handles";
    this.box.hidden = true;
    this.box.setAttribute("role", "group");
    this.box.setAttribute("aria-label", "Joints of this frame");
    this.viewport.screen.append(this.box);
    this.loupe = new Loupe(viewport);
    this.guide = bindGuide(panel.querySelector("[data-joints-guide]"), this);
    this.bind();
  }

  bind() {
    const { film, viewport, box } = this;
    this.toggleButton.addEventListener("click", () => this.toggle());
    film.addEventListener("frame", () => this.draw());
    film.addEventListener("state", () => this.draw());
    viewport.addEventListener("change", () => this.draw());
    box.addEventListener("pointerdown", (event) => this.grab(event));
    box.addEventListener("click", (event) => event.stopPropagation());
    box.addEventListener("dblclick", (event) => event.stopPropagation());
    box.addEventListener("focusin", (event) => this.select(event.target.dataset.joint));
    box.addEventListener("keydown", (event) => this.key(event));
    document.addEventListener("keydown", (event) => this.walk(event));
    this.tools.addEventListener("click", (event) => {
      const name = event.target.closest("[data-joints-do]")?.dataset.jointsDo;
      if (name === "undo" || name === "redo") this.send(`/${name}`, {});
      else if (name === "hidden" || name === "free") this.mark(name);
      else if (name === "exchange") this.exchange();
      else if (name === "guide") this.guide.show(this.state?.guide ?? []);
    });
  }

  get landmarks() {
    return this.layers.overlay?.landmarks;
  }

  get row() {
    return this.landmarks.rowAt(this.film.shownTime);
  }

  say(text) {
    this.note.textContent = text;
  }

  async toggle(on = !this.active) {
    if (on && !this.landmarks) return this.say("The skeleton is not loaded yet. Try again in a moment.");
    this.active = on;
    this.toggleButton.setAttribute("aria-pressed", String(on));
    this.tools.hidden = this.box.hidden = !on;
    if (!on) {
      this.flush();
      this.say("");
      if (document.activeElement === document.body) this.toggleButton.focus({ preventScroll: true });
      return this.draw();
    }
    this.film.pause();
    this.make();
    await this.load();
    this.draw();
    this.viewport.screen.scrollIntoView({ block: "nearest" });
    return null;
  }

  async load() {
    const answer = await fetch(this.address, { cache: "no-store" });
    if (!answer.ok) return this.say("What was set by hand could not be loaded. Try again.");
    this.state = await answer.json();
    if (!this.state.possible) this.say("An earlier release made this report. Press “Run again”, then its joints can be set.");
    return this.show();
  }

  show() {
    for (const name of ["undo", "redo"]) this.button(name).disabled = !this.state[name];
    this.draw();
  }

  button(name) {
    return this.tools.querySelector(`[data-joints-do=${name}]`);
  }

  make() {
    if (this.handles) return;
    this.handles = inOrder(this.landmarks.throwing).map(([joint, index]) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = `handle ${joint.startsWith(this.landmarks.throwing) ? "throwing" : "glove"}`;
      button.dataset.joint = joint;
      this.box.append(button);
      return { joint, index, button };
    });
  }

  draw() {
    if (!this.active || !this.handles) return;
    const playing = !this.film.paused;
    const { row } = this;
    const half = 0.6 * ((this.landmarks.time_s[row + 1] ?? this.landmarks.time_s[row] + 1 / 60) - this.landmarks.time_s[row]);
    const set = stateAt(this.state?.joints ?? [], this.landmarks.time_s[row], half);
    for (const { joint, index, button } of this.handles) {
      const point = this.landmarks.point(row, index);
      const kind = set.get(joint)?.kind;
      button.hidden = playing || !point;
      button.classList.toggle("is-set", kind === "set");
      button.classList.toggle("unseen", kind === "hidden");
      const how = kind === "set" ? "set by hand" : kind === "hidden" ? "hidden" : `${Math.round(100 * this.landmarks.confidenceOf(row, index))} % sure`;
      button.setAttribute("aria-label", `${words(joint)}, ${how}`);
      if (!point) continue;
      const [x, y] = this.viewport.toScreen(point);
      Object.assign(button.style, { left: `${x}px`, top: `${y}px` });
    }
  }

  select(joint) {
    if (!joint) return;
    this.selected = joint;
    for (const { joint: name, button } of this.handles) button.classList.toggle("selected", name === joint);
    this.tools.querySelector("[data-joints-selected]").textContent = words(joint);
    for (const name of ["hidden", "free"]) this.button(name).disabled = false;
  }

  handle(joint) {
    return this.handles?.find((one) => one.joint === joint);
  }

  // Handles overlap: what is meant is the joint nearest to the pointer, whichever handle lies on top.
  nearest(event) {
    const at = this.viewport.toFilm(event.clientX, event.clientY);
    const places = this.handles.filter(({ button }) => !button.hidden).map(({ index }) => this.landmarks.point(this.row, index));
    return this.handles.filter(({ button }) => !button.hidden)[nearestOf(places, at)];
  }

  grab(event) {
    if (!event.target.closest(".handle") || event.button !== 0 || !this.state?.possible) return;
    const one = this.nearest(event);
    event.preventDefault();
    event.stopPropagation();
    one.button.focus({ preventScroll: true });
    this.flush();
    const start = this.landmarks.point(this.row, one.index);
    const from = this.viewport.toFilm(event.clientX, event.clientY);
    const moved = new Moved(this.landmarks, this.row, one.joint, one.index);
    let at = start;
    this.viewport.held = true;
    drag(
      event,
      (move, dragged) => {
        if (!dragged) return;
        const now = this.viewport.toFilm(move.clientX, move.clientY);
        at = start.map((value, axis) => value + now[axis] - from[axis]);
        moved.to(at);
        this.redraw();
        this.loupe.show(at);
      },
      (dragged, end) => {
        this.viewport.held = false;
        this.loupe.hide();
        if (!dragged) return;
        if (end.type === "pointerup") this.set(one.joint, moved.row, at);
        else moved.back();
        this.redraw();
      },
    );
  }

  redraw() {
    this.layers.overlay.draw();
    this.draw();
  }

  key(event) {
    const one = this.handle(event.target.dataset.joint);
    if (!one || event.ctrlKey || event.metaKey || event.altKey) return;
    const way = ARROWS[event.key];
    if (way) this.nudge(one, way, event.shiftKey ? BIG : 1);
    else if (event.key === "h") this.mark("hidden");
    else if (event.key === "Delete" || event.key === "Backspace") this.mark("free");
    else if (event.key === "Enter") this.flush();
    else if (event.key === "Escape") this.toggle(false);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  nudge(one, [right, down], pixels) {
    if (!this.state?.possible) return;
    if (this.nudged && (this.nudged.moved.joint !== one.joint || this.nudged.moved.row !== this.row)) this.flush();
    this.nudged ??= { moved: new Moved(this.landmarks, this.row, one.joint, one.index), at: this.landmarks.point(this.row, one.index) };
    const step = pixels / this.viewport.scale;
    this.nudged.at = [this.nudged.at[0] + right * step, this.nudged.at[1] + down * step];
    this.nudged.moved.to(this.nudged.at);
    this.redraw();
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.flush(), PAUSE_MS);
  }

  // What the arrows have moved is where it should be.
  flush() {
    window.clearTimeout(this.timer);
    const { nudged } = this;
    this.nudged = null;
    if (nudged) this.set(nudged.moved.joint, nudged.moved.row, nudged.at);
  }

  set(joint, row, [x, y]) {
    const sigma_px = sigmaPx(this.viewport.scale);
    this.step({ kind: "set", joint, at_s: this.landmarks.time_s[row], x: Math.round(10 * x) / 10, y: Math.round(10 * y) / 10, sigma_px });
  }

  mark(kind) {
    if (this.selected) this.step({ kind, joint: this.selected, at_s: this.landmarks.time_s[this.row] });
  }

  exchange() {
    const at_s = this.landmarks.time_s[this.row];
    const joint = this.tools.querySelector("[data-joints-limb]").value;
    const long = this.tools.querySelector("[data-joints-until]").value === "end";
    const end = Number(this.film.line?.end ?? this.film.shownTime) * this.film.scale;
    this.step({ kind: "exchange", joint, at_s, to_s: long ? Math.max(at_s, end) : at_s });
  }

  // While the server solves, steps wait and are sent together.
  step(one) {
    this.waiting.push(one);
    this.sendWaiting();
  }

  sendWaiting() {
    if (this.busy || !this.waiting.length) return;
    const steps = this.waiting;
    this.waiting = [];
    this.send("", { steps });
  }

  walk(event) {
    if (!this.active || !(event.ctrlKey || event.metaKey) || event.target.closest("input, select, textarea")) return;
    const key = event.key.toLowerCase();
    const name = key === "y" || (key === "z" && event.shiftKey) ? "redo" : key === "z" ? "undo" : null;
    if (!name) return;
    event.preventDefault();
    this.flush();
    if (!this.busy && this.state?.[name]) this.send(`/${name}`, {});
  }

  async send(tail, body) {
    if (this.busy) return;
    this.busy = true;
    this.panel.setAttribute("aria-busy", "true");
    this.say("Solving the motion again…");
    try {
      const answer = await fetch(`${this.address}${tail}`, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-CSRFToken": this.panel.dataset.token },
        body: JSON.stringify({ revision: this.state?.revision ?? null, ...body }),
      });
      const told = await answer.json();
      await Promise.all([this.corrections.refresh(), this.layers.reload(), this.load()]);
      this.say(answer.ok ? this.told(tail) : `${told.message} ${told.fix}`);
      this.guide.renew(this.state?.guide ?? []);
    } catch {
      this.say("The server does not answer. Try again.");
    }
    this.busy = false;
    this.panel.removeAttribute("aria-busy");
    this.redraw();
    this.sendWaiting();
  }

  told(tail) {
    const done = { "": "Set. The numbers follow it.", "/undo": "Undone.", "/redo": "Done again." }[tail];
    return `${done} ${this.state.undo ? `${this.state.undo} ${this.state.undo === 1 ? "step" : "steps"} by hand.` : "Nothing is set by hand."}`;
  }
}
