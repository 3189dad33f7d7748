// Charts over time whose cursor is the frame of the video: it follows the video, and moves it.

import { drag } from "./drag.js";

const HEIGHT = 260;
const DASH = [7, 5];
const LABEL_PX = 11;

const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

class FilmChart {
  // uPlot: the library; figure: the element; data: one chart of the server's; clock: zero and scale of all of them.
  constructor(uPlot, figure, data, clock, film) {
    Object.assign(this, { uPlot, figure, data, clock, film });
    this.place = figure.querySelector("[data-plot]");
    this.hidden = new Set();
    this.legend();
    this.build();
  }

  realX(filmTime) {
    return (filmTime - this.clock.zero_film_s) * this.clock.time_scale;
  }

  filmTime(x) {
    return this.clock.zero_film_s + x / this.clock.time_scale;
  }

  // The shadow's curve has the colour of the athlete's and is dashed: which belongs to which is seen at once.
  colour(line) {
    const role = this.partner(line)?.role ?? line.role;
    return css(`--c-${role}`) || css("--c-ink");
  }

  partner(line) {
    return line.role === "shadow" ? this.data.lines.find((one) => line.label === `${one.label}, shadow`) : null;
  }

  build() {
    this.plot?.destroy();
    this.place.replaceChildren();
    const { x, lines } = this.data;
    this.plot = new this.uPlot(this.options(), [x, ...lines.map((line) => line.y)], this.place);
    this.plot.over.addEventListener("pointerdown", (event) => this.scrub(event));
    lines.forEach((_, index) => this.plot.setSeries(index + 1, { show: !this.hidden.has(index) }));
    this.show(this.film.shownTime);
  }

  options() {
    const axis = { stroke: css("--c-quiet"), grid: { stroke: css("--c-rule"), width: 1 }, ticks: { show: false }, font: `${LABEL_PX}px system-ui, sans-serif` };
    return {
      width: this.place.clientWidth,
      height: HEIGHT,
      padding: [26, 8, 0, 0],
      legend: { show: false },
      cursor: { show: false },
      scales: { x: { time: false, range: (_, low, high) => [low, high] }, y: { range: (_, low, high) => this.extent(low, high) } },
      axes: [
        { ...axis, size: 28, label: this.clock.x_label, labelSize: 16, labelFont: `${LABEL_PX}px system-ui, sans-serif`, labelGap: 0 },
        { ...axis, size: 54, values: (_, ticks) => ticks.map((tick) => `${tick}${this.data.unit}`.replace("-", "−")) },
      ],
      series: [{}, ...this.data.lines.map((line) => this.series(line))],
      hooks: { drawClear: [(plot) => this.background(plot)], draw: [(plot) => this.cursor(plot)] },
    };
  }

  series(line) {
    const shadow = line.role === "shadow";
    const style = shadow ? { width: 1.6, dash: DASH } : { width: 2.4 };
    return { label: line.label, stroke: this.colour(line), points: { show: false }, ...style };
  }

  extent(low, high) {
    const ends = this.data.bands.flatMap((band) => [band.low, band.high]);
    const [least, most] = [Math.min(low ?? 0, ...ends), Math.max(high ?? 1, ...ends)];
    const margin = (most - least || 1) * 0.06;
    return [least - margin, most + margin];
  }

  background(plot) {
    const { ctx, bbox } = plot;
    const at = (x) => plot.valToPos(x, "x", true);
    ctx.save();
    for (const { x, low, high } of this.data.bands) {
      const [top, bottom] = [plot.valToPos(high, "y", true), plot.valToPos(low, "y", true)];
      ctx.fillStyle = css("--c-band");
      ctx.strokeStyle = css("--c-pelvis");
      ctx.fillRect(at(x) - 5, top, 10, bottom - top);
      ctx.strokeRect(at(x) - 5, top, 10, bottom - top);
    }
    ctx.font = `${LABEL_PX * devicePixelRatio}px system-ui, sans-serif`;
    ctx.textAlign = "center";
    ctx.strokeStyle = css("--c-quiet");
    let end = [-Infinity, -Infinity];
    for (const event of this.data.events) {
      const x = at(event.x);
      if (x < bbox.left - 1 || x > bbox.left + bbox.width + 1) continue;
      ctx.setLineDash(event.estimated ? [3, 3] : []);
      ctx.beginPath();
      ctx.moveTo(x, bbox.top);
      ctx.lineTo(x, bbox.top + bbox.height);
      ctx.stroke();
      end = this.eventLabel(ctx, bbox, event, x, end);
    }
    ctx.restore();
  }

  // Two rows of names above the plot; a name without room is left out, its line stays.
  eventLabel(ctx, bbox, event, x, end) {
    const half = ctx.measureText(event.label).width / 2;
    const middle = Math.min(bbox.left + bbox.width - half, Math.max(bbox.left + half, x));
    const row = end.findIndex((last) => middle - half > last + 6);
    if (row < 0) return end;
    ctx.fillStyle = css("--c-ink");
    ctx.fillText(event.label, middle, bbox.top - (row ? 15 : 4) * devicePixelRatio);
    return end.map((last, index) => (index === row ? middle + half : last));
  }

  cursor(plot) {
    if (this.index === null) return;
    const x = plot.valToPos(this.data.x[this.index], "x", true);
    const { ctx, bbox } = plot;
    ctx.save();
    ctx.strokeStyle = css("--c-ink");
    ctx.lineWidth = 2 * devicePixelRatio;
    ctx.setLineDash([]);
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    this.data.lines.forEach((line, place) => {
      const y = line.y[this.index];
      if (y === null || this.hidden.has(place)) return;
      ctx.beginPath();
      ctx.arc(x, plot.valToPos(y, "y", true), 4 * devicePixelRatio, 0, 2 * Math.PI);
      ctx.fillStyle = this.colour(line);
      ctx.fill();
    });
    ctx.restore();
  }

  // The values of the nearest frame: nothing is invented between frames.
  show(filmTime) {
    const { x } = this.data;
    const now = this.realX(filmTime);
    const margin = (x[1] - x[0]) / 2 + 1e-4;
    let index = nearest(x, now);
    if (now < x[0] - margin || now > x.at(-1) + margin) index = null;
    if (index === this.index && this.drawn) return;
    this.index = index;
    this.drawn = true;
    this.figure.dataset.at = index === null ? "" : x[index];
    this.plot.redraw(false, false);
    this.readings.forEach((reading, place) => {
      const value = index === null ? null : this.data.lines[place].y[index];
      reading.textContent = value === null ? "" : `${Math.round(value)}${this.data.unit}`.replace("-", "−");
    });
  }

  // A button for each curve, with its value and the shadow's; one for all curves of the shadow.
  legend() {
    const list = this.figure.querySelector("[data-curves]");
    const { lines } = this.data;
    this.readings = lines.map((line) => element("span", line.role === "shadow" ? "reading ghostly" : "reading"));
    const ghosts = lines.flatMap((line, place) => (line.role === "shadow" ? [place] : []));
    const items = lines.flatMap((line, place) => {
      if (line.role === "shadow") return [];
      const ghost = ghosts.find((one) => this.partner(lines[one]) === line);
      const readings = [this.readings[place], ...(ghost === undefined ? [] : [this.readings[ghost]])];
      return [this.button([place], line.label, line.role, readings)];
    });
    if (ghosts.length) items.push(this.button(ghosts, "Shadow", "shadow", []));
    list.replaceChildren(...items);
  }

  button(places, words, role, readings) {
    const button = element("button", `curve ${role}`);
    button.type = "button";
    button.setAttribute("aria-pressed", "true");
    button.append(words, ...readings.flatMap((reading) => [" ", reading]));
    button.addEventListener("click", () => {
      const show = button.getAttribute("aria-pressed") !== "true";
      button.setAttribute("aria-pressed", String(show));
      for (const place of places) {
        if (show) this.hidden.delete(place);
        else this.hidden.add(place);
        this.plot.setSeries(place + 1, { show });
      }
    });
    const item = element("li");
    item.append(button);
    return item;
  }

  scrub(event) {
    if (event.button !== 0) return;
    this.film.pause();
    const move = (at) => {
      const box = this.plot.over.getBoundingClientRect();
      const left = Math.min(box.width, Math.max(0, at.clientX - box.left));
      this.film.seek(this.filmTime(this.plot.posToVal(left, "x")));
    };
    move(event);
    drag(event, move);
  }

  resize() {
    const width = this.place.clientWidth;
    if (width && width !== this.plot.width) this.plot.setSize({ width, height: HEIGHT });
  }
}

function element(tag, name = "") {
  const made = document.createElement(tag);
  made.className = name;
  return made;
}

function nearest(values, wanted) {
  let low = 0;
  let high = values.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (values[middle] <= wanted) low = middle;
    else high = middle;
  }
  return wanted - values[low] <= values[high] - wanted ? low : high;
}

export function drawCharts(uPlot, box, data, film, signal) {
  const charts = data.charts.flatMap((one) => {
    const figure = box.querySelector(`[data-chart="${one.name}"]`);
    return figure ? [new FilmChart(uPlot, figure, one, data, film)] : [];
  });
  film.addEventListener("frame", ({ detail }) => charts.forEach((chart) => chart.show(detail.time)), { signal });
  const again = () => charts.forEach((chart) => chart.build());
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again, { signal });
  const observer = new ResizeObserver(() => charts.forEach((chart) => chart.resize()));
  observer.observe(box);
  signal.addEventListener("abort", () => observer.disconnect());
}
