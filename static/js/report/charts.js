// A cursor in every chart that follows the film, and moves it.

const SVG = "http://www.w3.org/2000/svg";

class ChartCursor {
  constructor(figure, film, signal) {
    this.svg = figure.querySelector("svg.chart");
    this.reading = figure.querySelector("[data-reading]");
    this.data = JSON.parse(figure.querySelector("[data-chart-data]").textContent);
    this.film = film;
    this.line = document.createElementNS(SVG, "line");
    this.line.setAttribute("class", "cursor");
    this.line.setAttribute("y1", "40");
    this.line.setAttribute("y2", "256");
    this.svg.append(this.line);
    this.svg.classList.add("live");
    this.svg.addEventListener("pointerdown", (event) => this.drag(event));
    film.addEventListener("frame", ({ detail }) => this.show(detail.time), { signal });
    this.show(film.shownTime);
  }

  get from() {
    return this.data.film_s[0];
  }

  get to() {
    return this.data.film_s[this.data.film_s.length - 1];
  }

  show(time) {
    const inside = time >= this.from - 1e-3 && time <= this.to + 1e-3;
    this.line.setAttribute("visibility", inside ? "visible" : "hidden");
    if (!inside) {
      this.reading.textContent = "";
      return;
    }
    const { left, right } = this.data;
    const x = left + ((time - this.from) / (this.to - this.from)) * (right - left);
    this.line.setAttribute("x1", x);
    this.line.setAttribute("x2", x);
    this.reading.textContent = this.values(time);
  }

  // The values of the nearest frame: nothing is invented between frames.
  values(time) {
    const times = this.data.film_s;
    let place = 0;
    while (place < times.length - 1 && Math.abs(times[place + 1] - time) < Math.abs(times[place] - time)) place += 1;
    return this.data.lines
      .filter((line) => line.y[place] !== null)
      .map((line) => `${line.label} ${Math.round(line.y[place])}${this.data.unit}`.replace("-", "−"))
      .join(" · ");
  }

  drag(event) {
    if (event.button !== 0) return;
    this.film.pause();
    const box = this.svg.getBoundingClientRect();
    const units = this.svg.viewBox.baseVal.width / box.width;
    const move = (at) => {
      const x = (at.clientX - box.left) * units;
      const share = Math.min(1, Math.max(0, (x - this.data.left) / (this.data.right - this.data.left)));
      this.film.seek(this.from + share * (this.to - this.from));
    };
    move(event);
    const stop = () => {
      window.removeEventListener("pointermove", move);
      window.removeEventListener("pointerup", stop);
      window.removeEventListener("pointercancel", stop);
    };
    window.addEventListener("pointermove", move);
    window.addEventListener("pointerup", stop);
    window.addEventListener("pointercancel", stop);
  }
}

export function bindCharts(film, signal) {
  for (const figure of document.querySelectorAll("[data-chart]")) new ChartCursor(figure, film, signal);
  document.querySelector("[data-charts-hint]")?.removeAttribute("hidden");
}
