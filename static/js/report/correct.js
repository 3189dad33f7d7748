// Moving an event: by dragging its mark, or with "Set" to the frame that is shown. The server measures
// again, and the parts of the page that depend on it are exchanged without touching the film.

const MOVE_PX = 4;

export class Corrections {
  constructor(player, film, rebind) {
    this.player = player;
    this.film = film;
    this.rebind = rebind;
    this.busy = false;
    document.addEventListener("click", (event) => this.click(event));
    player.addEventListener("pointerdown", (event) => this.grab(event));
    // Otherwise the browser would drag the link itself.
    player.addEventListener("dragstart", (event) => event.preventDefault());
    this.showButtons();
  }

  showButtons() {
    for (const part of document.querySelectorAll("[data-live-only]")) part.hidden = false;
  }

  click(event) {
    const set = event.target.closest("[data-set]");
    if (set) this.settle().then(() => this.send({ [set.dataset.set]: this.film.shownTime * this.film.scale }));
    else if (event.target.closest("[data-undo-events]")) this.send({});
  }

  grab(event) {
    const link = event.target.closest("[data-event]");
    if (!link || event.button !== 0 || this.busy) return;
    const line = this.film.line;
    const start = event.clientX;
    let dragged = false;
    const move = (at) => {
      if (!dragged && Math.abs(at.clientX - start) < MOVE_PX) return;
      dragged = true;
      this.film.pause();
      const time = line.timeAt(at.clientX);
      this.film.seek(time);
      link.closest("li").style.left = `${line.percent(time)}%`;
    };
    const stop = () => {
      window.removeEventListener("pointermove", move);
      window.removeEventListener("pointerup", stop);
      window.removeEventListener("pointercancel", stop);
      if (!dragged) return;
      // The click that ends a drag must not jump back to where the event was.
      link.addEventListener("click", (click) => click.stopPropagation() || click.preventDefault(), { once: true, capture: true });
      this.settle().then(() => this.send({ [link.dataset.event]: this.film.shownTime * this.film.scale }));
    };
    window.addEventListener("pointermove", move);
    window.addEventListener("pointerup", stop);
    window.addEventListener("pointercancel", stop);
  }

  // Until the frame that was asked for is the one that is shown.
  settle() {
    if (!this.film.video.seeking) return new Promise((resolve) => window.setTimeout(resolve, 60));
    return new Promise((resolve) => {
      this.film.video.addEventListener("seeked", () => window.setTimeout(resolve, 60), { once: true });
    });
  }

  say(words) {
    const note = document.querySelector("[data-events-note]");
    if (note) note.textContent = words;
  }

  async send(events) {
    if (this.busy) return;
    this.busy = true;
    this.say("Measuring again…");
    try {
      const answer = await fetch(this.player.dataset.eventsUrl, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-CSRFToken": this.player.dataset.token },
        body: JSON.stringify({ delivery: Number(this.player.dataset.delivery), events }),
      });
      const found = await answer.json();
      await this.refresh();
      if (!answer.ok) this.say(`${found.message} ${found.fix}`);
    } catch {
      this.say("The server does not answer. Try again.");
    }
    this.busy = false;
  }

  async refresh() {
    const answer = await fetch(window.location.href, { headers: { Accept: "text/html" } });
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of document.querySelectorAll("[data-part]")) {
      const other = fresh.querySelector(`[data-part="${part.dataset.part}"]`);
      if (other) part.replaceWith(document.importNode(other, true));
    }
    this.showButtons();
    this.rebind();
  }
}
