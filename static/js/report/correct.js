// Moving an event: by dragging its mark, frame by frame with its buttons or keys, or with "Set" to the frame
// that is shown. The server measures again, and the parts of the page that depend on it are exchanged without
// touching the video.

import { drag } from "./drag.js";

// A double press is one correction. What is pressed while the server measures is sent when it has answered.
const PAUSE_MS = 60;

export class Corrections {
  constructor(player, film, rebind) {
    Object.assign(this, { player, film, rebind });
    this.busy = false;
    this.nudged = null;
    document.addEventListener("click", (event) => this.click(event));
    document.addEventListener("submit", (event) => this.submit(event));
    player.addEventListener("pointerdown", (event) => this.grab(event));
    player.addEventListener("keydown", (event) => this.key(event));
    // Otherwise the browser would drag the link itself.
    player.addEventListener("dragstart", (event) => event.preventDefault());
    this.showButtons();
  }

  showButtons() {
    for (const part of document.querySelectorAll("[data-live-only]")) part.hidden = false;
    for (const part of document.querySelectorAll("[data-plain-only]")) part.hidden = true;
  }

  click(event) {
    const set = event.target.closest("[data-set]");
    const nudge = event.target.closest("[data-nudge]");
    if (set) this.sendShown(set.dataset.set);
    else if (nudge) this.nudge(nudge.dataset.event, Number(nudge.dataset.nudge));
    else if (event.target.closest("[data-undo-events]")) this.send({});
  }

  // With the focus on a mark, comma and full stop move its event by a frame.
  key(event) {
    const link = event.target.closest("[data-event]");
    if (!link || !(event.key === "," || event.key === ".")) return;
    event.preventDefault();
    this.nudge(link.dataset.event, event.key === "," ? -1 : 1);
  }

  nudge(name, frames) {
    const { film } = this;
    if (this.nudged && this.nudged.name !== name) return;
    // A press that came while the server measured goes on from where the event was sent to.
    const start = this.nudged ?? (this.sent?.name === name ? this.sent : { time: film.line.timeOf(name) });
    this.nudged = { name, time: Math.max(0, start.time + frames / film.fps) };
    film.pause();
    film.seek(this.nudged.time);
    film.line.move(this.link(name), this.nudged.time);
    this.say(`${this.link(name).dataset.label} at ${(this.nudged.time * film.scale).toFixed(3)} s…`);
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.sendNudged(), PAUSE_MS);
  }

  async sendNudged() {
    const { nudged } = this;
    await this.film.settled();
    // Busy: measure() calls again. Pressed once more: its own timer does.
    if (this.busy || nudged !== this.nudged) return;
    this.nudged = null;
    this.sent = { name: nudged.name, time: this.film.shownTime };
    this.send({ [nudged.name]: this.sent.time * this.film.scale });
  }

  link(name) {
    return this.film.line.links.find((one) => one.dataset.event === name);
  }

  grab(event) {
    const link = event.target.closest("[data-event]");
    if (!link || event.button !== 0 || this.busy) return;
    const { line } = this.film;
    drag(
      event,
      (at, dragged) => {
        if (!dragged) return;
        this.film.pause();
        const time = line.timeAt(at.clientX);
        this.film.seek(time);
        line.move(link, time);
      },
      (dragged) => {
        if (!dragged) return;
        // The click that ends a drag must not jump back to where the event was.
        const stop = (click) => click.stopPropagation() || click.preventDefault();
        link.addEventListener("click", stop, { once: true, capture: true });
        this.sendShown(link.dataset.event);
      },
    );
  }

  async sendShown(name) {
    await this.film.settled();
    this.send({ [name]: this.film.shownTime * this.film.scale });
  }

  say(words, place = "[data-events-note]") {
    const note = document.querySelector(place);
    if (note) note.textContent = words;
  }

  send(events) {
    const { dataset } = this.player;
    return this.measure(dataset.eventsUrl, { delivery: Number(dataset.delivery), events }, "[data-events-note]");
  }

  // Hand, height, capture rate and what else the numbers rest on.
  submit(event) {
    const address = event.target.dataset.assumptions;
    if (!address) return;
    event.preventDefault();
    const values = Object.fromEntries(new FormData(event.target));
    delete values.csrf_token;
    this.measure(address, values, "[data-assumptions-note]");
  }

  async measure(address, body, note) {
    if (this.busy) return;
    this.busy = true;
    this.say("Measuring again…", note);
    try {
      const answer = await fetch(address, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-CSRFToken": this.player.dataset.token },
        body: JSON.stringify(body),
      });
      const found = await answer.json();
      // A refused form keeps what was typed.
      if (!this.nudged && (answer.ok || note === "[data-events-note]")) await this.refresh();
      if (!answer.ok) this.say(`${found.message} ${found.fix}`, note);
    } catch {
      this.say("The server does not answer. Try again.", note);
    }
    this.busy = false;
    this.sent = null;
    if (this.nudged) this.sendNudged();
  }

  async refresh() {
    const focus = focusedPlace();
    const answer = await fetch(window.location.href, { headers: { Accept: "text/html" } });
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (ground(fresh) !== ground(document)) return window.location.reload();
    for (const part of document.querySelectorAll("[data-part]")) {
      const other = fresh.querySelector(`[data-part="${part.dataset.part}"]`);
      if (other) part.replaceWith(document.importNode(other, true));
    }
    this.showButtons();
    this.rebind();
    return focus();
  }
}

// What the video and the landmarks rest on: another hand, clock or set of parts is another page.
function ground(page) {
  const { scale, throws } = page.querySelector("[data-player]").dataset;
  return [scale, throws, ...Array.from(page.querySelectorAll("[data-part]"), (part) => part.dataset.part)].join();
}

// Exchanging a part of the page must not throw a keyboard user out of it.
function focusedPlace() {
  const { set, event, nudge } = document.activeElement?.dataset ?? {};
  const selector = set
    ? `[data-set="${set}"]`
    : event && nudge
      ? `[data-nudge="${nudge}"][data-event="${event}"]`
      : event && `[data-marks] [data-event="${event}"]`;
  return () => selector && document.querySelector(selector)?.focus({ preventScroll: true });
}
