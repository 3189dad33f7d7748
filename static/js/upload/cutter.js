// Two handles under the video: where the part to analyse begins and ends. And which way is up.
// They write into the form's own fields, which also work without them.

import { seconds } from "./words.js";

const LEAST_S = 0.5;

export class Cutter {
  constructor(form) {
    const find = (name) => form.querySelector(`[data-${name}]`);
    this.box = find("cutter");
    this.words = find("cut-words");
    this.selection = find("selection");
    this.handles = { start: form.querySelector("[data-cut=start]"), end: form.querySelector("[data-cut=end]") };
    this.fields = { start: form.querySelector("#start_s"), end: form.querySelector("#end_s") };
    this.turn = form.querySelector("#turn_deg");
    this.video = null;
    this.duration = 0;
    for (const side of ["start", "end"]) {
      this.handles[side].addEventListener("input", () => this.move(side, Number(this.handles[side].value)));
      this.fields[side].addEventListener("change", () => this.read());
      form.querySelector(`[data-cut-here=${side}]`).addEventListener("click", () => {
        this.move(side, this.video.currentTime);
      });
    }
    find("turn-on").addEventListener("click", () => {
      this.turn.value = String((Number(this.turn.value) + 90) % 360);
      this.showTurn();
    });
    this.turn.addEventListener("change", () => this.showTurn());
  }

  // With one video that the browser can play; with none or several there is nothing to cut.
  show(video) {
    this.box.hidden = true;
    this.duration = 0;
    // What was said of the video before is not said of this one.
    if (this.video) this.reset();
    this.video = video;
    video?.addEventListener("loadedmetadata", () => this.begin(), { once: true });
  }

  begin() {
    if (!Number.isFinite(this.video.duration) || this.video.duration <= LEAST_S) return;
    this.duration = this.video.duration;
    for (const handle of Object.values(this.handles)) handle.max = String(this.duration);
    this.box.hidden = false;
    this.read();
    this.showTurn();
  }

  reset() {
    for (const field of Object.values(this.fields)) field.value = "";
    this.turn.value = "0";
  }

  get part() {
    const number = (field) => Number(field.value.replace(",", "."));
    const start = Math.min(number(this.fields.start) || 0, this.duration);
    const end = Math.min(number(this.fields.end) || this.duration, this.duration);
    return { start, end };
  }

  move(side, time) {
    const { start, end } = this.part;
    const at = side === "start" ? Math.min(time, end - LEAST_S) : Math.max(time, start + LEAST_S);
    const edge = Math.max(0, Math.min(this.duration, at));
    const whole = side === "start" ? edge <= 0.005 : edge >= this.duration - 0.005;
    this.fields[side].value = whole ? "" : edge.toFixed(2);
    this.video.currentTime = edge;
    this.read();
  }

  // The handles as the fields say.
  read() {
    if (!this.duration) return;
    const { start, end } = this.part;
    this.handles.start.value = String(start);
    this.handles.end.value = String(end);
    const whole = !this.fields.start.value && !this.fields.end.value;
    this.words.textContent = whole
      ? "The whole video"
      : `${seconds(start)} to ${seconds(end)}, ${seconds(end - start)} long`;
    this.selection.style.left = `${(100 * start) / this.duration}%`;
    this.selection.style.right = `${100 - (100 * end) / this.duration}%`;
    this.handles.start.setAttribute("aria-valuetext", seconds(start));
    this.handles.end.setAttribute("aria-valuetext", seconds(end));
  }

  showTurn() {
    if (!this.video) return;
    this.video.dataset.turned = this.turn.value;
    // The browser draws its buttons on the picture, and they would lie on their side with it.
    this.video.controls = this.turn.value === "0";
  }

  // Longer than the server accepts, as far as this browser can tell.
  wrong(longest) {
    if (!this.duration) return null;
    const { start, end } = this.part;
    if (end - start <= longest) return null;
    return {
      title: `The video is ${seconds(end - start)} long; at most ${seconds(longest)} are analysed at once.`,
      fix: "Move the two handles under the video to the pitches.",
    };
  }
}
