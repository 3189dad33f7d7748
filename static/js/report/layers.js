// Which video is shown, and what is drawn over it. With landmarks at hand the skeleton is drawn live over the
// plain video; without them the rendered video takes its place, as it does without JavaScript.

import { saveLayer, savedLayers } from "./local_storage.js";
import { Landmarks } from "./landmarks.js";
import { Overlay } from "./overlay.js";

export class Layers {
  constructor(player, film, viewport) {
    Object.assign(this, { player, film, viewport });
    this.links = [...player.querySelectorAll("[data-film-source]")];
    this.panel = player.querySelector("[data-draw]");
    this.overlay = null;
    this.mode = "aligned";
    this.atHips = false;
    this.shadows = {};
    for (const link of this.links) link.addEventListener("click", (event) => this.choose(event, link));
  }

  async start() {
    const address = this.player.dataset.landmarks;
    this.film.video.preload = "auto";
    if (!address || !this.link("plain")) return;
    const current = this.links.find((link) => link.hasAttribute("aria-current"))?.dataset.film || "overlay";
    try {
      this.overlay = new Overlay(this.viewport, await Landmarks.load(address), this.film.line?.events);
    } catch (error) {
      // The rendered video takes their place; the reason belongs to whoever looks into the console.
      console.error("the landmarks could not be drawn:", error);
      this.apply(current);
      return;
    }
    this.film.addEventListener("frame", ({ detail }) => this.overlay.show(detail.time));
    if (this.film.isThere) this.overlay.show(this.film.shownTime);
    this.bindBoxes();
    this.bindShadow();
    this.bindPin();
    this.apply(current);
  }

  bindBoxes() {
    const saved = savedLayers();
    for (const box of this.panel.querySelectorAll("[data-shows]")) {
      const name = box.dataset.shows;
      box.checked = saved[name] ?? box.checked;
      box.addEventListener("change", () => {
        saveLayer(name, box.checked);
        this.toggle(box);
      });
      this.toggle(box);
    }
  }

  toggle(box) {
    this.overlay.shown[box.dataset.shows] = box.checked;
    if (box.dataset.shows === "shadow") this.wantShadow(box.checked);
    this.overlay.draw();
  }

  bindShadow() {
    const slider = this.panel.querySelector("[data-opacity]");
    slider?.addEventListener("input", () => {
      this.overlay.opacity = Number(slider.value) / 100;
      this.overlay.draw();
    });
    for (const choice of this.panel.querySelectorAll("[data-shadow-mode]")) {
      choice.addEventListener("change", () => {
        this.mode = choice.value;
        this.wantShadow(true);
      });
    }
  }

  bindPin() {
    const pin = this.panel.querySelector("[data-shadow-pin]");
    pin?.addEventListener("change", () => {
      this.atHips = pin.checked;
      this.wantShadow(true);
    });
  }

  // The shadow is fetched when it is first asked for, once for each way of playing it.
  async wantShadow(on) {
    for (const part of this.panel.querySelectorAll("[data-shadow-options]")) part.hidden = !on;
    if (!on) return;
    const { mode, atHips } = this;
    const key = `${mode} ${atHips}`;
    this.shadows[key] ??= Landmarks.loadShadow(this.player.dataset.shadow, mode, atHips);
    const loaded = await this.shadows[key];
    if (mode !== this.mode || atHips !== this.atHips) return;
    this.overlay.shadow = loaded;
    this.overlay.draw();
  }

  // The joints are others now.
  async reload() {
    if (!this.overlay) return;
    const { row } = this.overlay;
    this.overlay.landmarks = await Landmarks.load(this.player.dataset.landmarks);
    this.overlay.row = row;
    this.overlay.draw();
  }

  // An event was moved: the shadow is another one now, and so are the marks.
  renew() {
    if (!this.overlay) return;
    this.shadows = {};
    this.overlay.events = this.film.line?.events || [];
    if (this.overlay.shown.shadow) this.wantShadow(true);
    this.overlay.draw();
  }

  link(name) {
    return this.links.find((one) => one.dataset.film === name);
  }

  choose(event, link) {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    for (const other of this.links) other.removeAttribute("aria-current");
    link.setAttribute("aria-current", "true");
    this.apply(link.dataset.film);
  }

  apply(name) {
    const live = name === "overlay" && this.overlay;
    const link = this.link(live ? "plain" : name) ?? this.link("plain");
    this.film.show(link.dataset.filmSource);
    this.panel.hidden = !live;
    if (!this.overlay) return;
    this.overlay.visible = Boolean(live);
    this.overlay.draw();
  }
}
