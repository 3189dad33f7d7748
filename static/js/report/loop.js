// Playing a part of the delivery again and again: between any two events.

export class Loop {
  constructor(panel, film) {
    this.film = film;
    this.box = panel.querySelector("[data-loop]");
    this.part = panel.querySelector("[data-loop-part]");
    [this.from, this.to] = ["from", "to"].map((name) => panel.querySelector(`[data-loop-${name}]`));
    if (!this.box) return;
    this.box.addEventListener("change", () => this.apply());
    this.from.addEventListener("change", () => this.choose(this.from));
    this.to.addEventListener("change", () => this.choose(this.to));
    this.apply();
  }

  toggle() {
    if (!this.box) return;
    this.box.checked = !this.box.checked;
    this.apply();
  }

  time(choice) {
    return this.film.line?.timeOf(choice.value);
  }

  // The end follows the beginning: an order that makes no loop is mended on the other side.
  choose(changed) {
    const [start, end] = [this.from.selectedIndex, this.to.selectedIndex];
    if (start >= end) {
      if (changed === this.from) this.to.selectedIndex = Math.min(this.to.options.length - 1, start + 1);
      else this.from.selectedIndex = Math.max(0, end - 1);
    }
    if (this.from.selectedIndex === this.to.selectedIndex) this.from.selectedIndex = Math.max(0, this.to.selectedIndex - 1);
    this.apply();
  }

  apply() {
    const [start, end] = [this.time(this.from), this.time(this.to)];
    const usable = this.box.checked && start !== undefined && end !== undefined && end > start;
    this.part.hidden = !this.box.checked;
    this.film.range = usable ? { start, end } : null;
    this.film.line?.shade(this.film.range);
  }
}
