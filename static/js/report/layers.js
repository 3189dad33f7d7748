// Which film is shown, and what is drawn over it. With landmarks at hand the skeleton is drawn live over the
// plain film; without them the rendered film takes its place, as it does without JavaScript.

import { Landmarks } from "./landmarks.js";
import { Overlay } from "./overlay.js";

export class Layers {
  constructor(player, film) {
    this.player = player;
    this.film = film;
    this.links = [...player.querySelectorAll("[data-film-source]")];
    this.panel = player.querySelector("[data-draw]");
    this.overlay = null;
    for (const link of this.links) link.addEventListener("click", (event) => this.choose(event, link));
  }

  async start() {
    const address = this.player.dataset.landmarks;
    if (!address || !this.link("plain")) {
      this.film.video.preload = "auto";
      return;
    }
    try {
      const landmarks = await Landmarks.load(address);
      this.overlay = new Overlay(this.player.querySelector("[data-screen]"), this.film.video, landmarks);
    } catch (error) {
      // The rendered film stays; the reason belongs to whoever looks into the console.
      console.error("the landmarks could not be drawn:", error);
      return;
    }
    this.film.addEventListener("frame", ({ detail }) => this.overlay.show(detail.time));
    this.overlay.show(this.film.shownTime);
    for (const box of this.panel.querySelectorAll("[data-shows]")) {
      box.addEventListener("change", () => {
        this.overlay.shown[box.dataset.shows] = box.checked;
        if (box.dataset.shows === "shadow") this.wantShadow(box.checked);
        this.overlay.draw();
      });
      this.overlay.shown[box.dataset.shows] = box.checked;
      if (box.dataset.shows === "shadow" && box.checked) this.wantShadow(true);
    }
    const current = this.links.find((link) => link.hasAttribute("aria-current"));
    this.apply(current?.dataset.film || "overlay", { first: true });
  }

  // The shadow is fetched when it is first asked for.
  async wantShadow(on) {
    const label = this.panel.querySelector("[data-opacity-label]");
    label.hidden = !on;
    if (!on || this.overlay.shadow) return;
    const slider = label.querySelector("[data-opacity]");
    slider.addEventListener("input", () => {
      this.overlay.opacity = Number(slider.value) / 100;
      this.overlay.draw();
    });
    this.overlay.opacity = Number(slider.value) / 100;
    this.overlay.shadow = await Landmarks.load(this.player.dataset.shadow);
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
    this.film.show(this.link(live ? "plain" : name).dataset.filmSource);
    this.panel.hidden = !live;
    if (!this.overlay) return;
    this.overlay.visible = Boolean(live);
    this.overlay.draw();
  }
}
