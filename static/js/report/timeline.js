// The list of event links as a time line with a play head.

import { drag } from "./drag.js";

const EDGE = 0.04;
const DISC_PX = 32;
const OVERHANG_PX = 16; // how far words may reach beyond the line's ends

export class TimeLine {
  constructor(list, film, signal) {
    this.list = list;
    this.film = film;
    this.start = Number(list.dataset.start);
    this.end = Number(list.dataset.end);
    this.links = [...list.querySelectorAll("[data-event]")];
    this.head = this.add("playhead");
    this.shaded = this.add("shaded");
    list.classList.add("live");
    this.frameEvents();
    this.place();
    film.addEventListener("frame", ({ detail }) => this.show(detail.time), { signal });
    this.show(film.shownTime);
    list.addEventListener("pointerdown", (event) => this.scrub(event), { signal });
    const observer = new ResizeObserver(() => this.place());
    observer.observe(list);
    signal.addEventListener("abort", () => observer.disconnect());
  }

  add(name) {
    const item = document.createElement("li");
    item.className = name;
    item.setAttribute("aria-hidden", "true");
    this.list.append(item);
    return item;
  }

  // For what is drawn over the video.
  get events() {
    return this.links.map((link) => ({
      name: link.dataset.event,
      number: Number(link.dataset.number),
      label: link.dataset.label,
      estimated: link.classList.contains("guess"),
      time: Number(link.dataset.seek),
    }));
  }

  timeOf(name) {
    const link = this.links.find((one) => one.dataset.event === name);
    return link ? Number(link.dataset.seek) : undefined;
  }

  // The line spans the events with a little room, not the whole video: that is where the marks are.
  frameEvents() {
    const times = this.links.map((link) => Number(link.dataset.seek));
    const low = Math.min(...times);
    const high = Math.max(...times);
    const margin = Math.max((high - low) * EDGE, 0.02);
    this.from = Math.max(0, low - margin);
    this.to = high + margin;
  }

  percent(time) {
    const share = (time - this.from) / (this.to - this.from);
    return 100 * Math.min(1, Math.max(0, share));
  }

  timeAt(clientX) {
    const box = this.list.getBoundingClientRect();
    const share = Math.min(1, Math.max(0, (clientX - box.left) / box.width));
    return this.from + share * (this.to - this.from);
  }

  // Layback, release and arm snap are a few hundredths of a second apart: where discs would cover each
  // other they step down a row and keep a stem to their place on the line.
  place() {
    const least = (100 * DISC_PX) / (this.list.clientWidth || 600);
    const rows = [];
    for (const link of this.links) {
      const at = this.percent(Number(link.dataset.seek));
      let row = rows.findIndex((last) => at - last >= least);
      if (row < 0) row = rows.length;
      rows[row] = at;
      const { style } = link.closest("li");
      style.left = `${at}%`;
      style.setProperty("--row", row);
    }
    this.list.style.setProperty("--rows", rows.length);
    for (const link of this.links) this.keepInside(link);
  }

  // Words stand under their mark, and at the ends of the line a little aside, so that none are cut off.
  keepInside(link) {
    const name = link.querySelector(".name");
    const half = name.offsetWidth / 2 - OVERHANG_PX;
    const x = (this.list.clientWidth * this.percent(Number(link.dataset.seek))) / 100;
    const aside = Math.max(0, half - x) - Math.max(0, x + half - this.list.clientWidth);
    name.style.translate = `${aside}px`;
  }

  // Moves one mark while it is dragged or nudged; nothing is decided by it.
  move(link, time) {
    link.closest("li").style.left = `${this.percent(time)}%`;
  }

  shade(range) {
    this.shaded.hidden = !range;
    if (!range) return;
    const [left, right] = [this.percent(range.start), this.percent(range.end)];
    Object.assign(this.shaded.style, { left: `${left}%`, width: `${right - left}%` });
  }

  show(time) {
    this.head.style.left = `${this.percent(time)}%`;
    const half = 0.6 / this.film.fps;
    for (const link of this.links) {
      link.classList.toggle("now", Math.abs(Number(link.dataset.seek) - time) <= half);
    }
  }

  go(number) {
    const link = this.links.find((one) => Number(one.dataset.number) === number);
    if (!link) return;
    this.film.pause();
    this.film.seek(Number(link.dataset.seek));
  }

  // To the event before or after what is shown.
  step(direction) {
    const half = 0.6 / this.film.fps;
    const now = this.film.wantedTime;
    const times = this.links.map((link) => Number(link.dataset.seek)).sort((a, b) => a - b);
    const ahead = direction > 0 ? times.find((time) => time > now + half) : times.findLast((time) => time < now - half);
    if (ahead === undefined) return;
    this.film.pause();
    this.film.seek(ahead);
  }

  // Dragging along the line moves through the video.
  scrub(event) {
    if (event.target.closest("a") || event.button !== 0) return;
    event.preventDefault();
    this.film.pause();
    this.film.seek(this.timeAt(event.clientX));
    drag(event, (at) => this.film.seek(this.timeAt(at.clientX)));
  }
}
