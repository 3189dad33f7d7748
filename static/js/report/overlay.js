// Draws on a canvas over the video, for exactly the frame that is shown: skeleton, shadow, trails, angles, events.

import { UNDRAWN } from "./landmarks.js";
import { badge, dot, label, stroke, wedge } from "./paint.js";

const LEAST_SURE = 0.15;
const TRAIL_S = 0.6;

export class Overlay {
  // viewport: where the picture lies; landmarks: of the athlete; events: [{name, label, number, time}] of the video.
  constructor(viewport, landmarks, events = []) {
    Object.assign(this, { viewport, landmarks, events });
    this.shown = { skeleton: true, shadow: false, wrist: false, hips: false, angles: false, events: true };
    this.shadow = null;
    this.opacity = 0.7;
    this.visible = true;
    this.canvas = document.createElement("canvas");
    this.canvas.className = "overlay";
    this.canvas.setAttribute("aria-hidden", "true");
    viewport.screen.append(this.canvas);
    this.context = this.canvas.getContext("2d");
    viewport.addEventListener("change", () => this.resize());
    this.resize();
  }

  resize() {
    const [width, height] = this.viewport.size;
    this.density = Math.min(window.devicePixelRatio || 1, 2);
    this.canvas.width = Math.round(width * this.density);
    this.canvas.height = Math.round(height * this.density);
    const picture = this.landmarks.height * this.viewport.fit * this.density;
    // A little thicker when zoomed, not as much as the picture: lines must not hide what one looks at.
    this.line = Math.max(2, 0.0045 * picture * Math.sqrt(this.viewport.zoom));
    this.draw();
  }

  show(time) {
    this.row = this.landmarks.rowAt(time);
    this.draw();
  }

  draw(context = this.context) {
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    // What is drawn belongs to this row of the landmarks: tests compare it with the frame of the video.
    this.canvas.dataset.row = this.row ?? "";
    if (!this.visible || this.row === undefined) return;
    context.lineCap = "round";
    context.lineJoin = "round";
    if (this.shown.shadow && this.shadow) this.ghost(context);
    for (const name of ["wrist", "hips"]) if (this.shown[name]) this.trail(context, name);
    if (this.shown.skeleton) this.skeleton(context);
    if (this.shown.angles) this.angles(context);
    if (this.shown.events) this.marks(context);
  }

  onCanvas(point) {
    return point && this.viewport.toScreen(point).map((value) => value * this.density);
  }

  at(index, landmarks = this.landmarks, row = this.row) {
    return this.onCanvas(landmarks.point(row, index));
  }

  skeleton(context) {
    const bridged = !this.landmarks.measured[this.row];
    const { colours } = this.landmarks;
    context.setLineDash(bridged ? [this.line * 2, this.line * 2] : []);
    for (const [a, b, role] of this.landmarks.bones) {
      const ends = [this.at(a), this.at(b)];
      if (!ends.every(Boolean)) continue;
      const sure = Math.min(this.landmarks.confidenceOf(this.row, a), this.landmarks.confidenceOf(this.row, b));
      if (sure < LEAST_SURE) continue;
      stroke(context, ends, { colour: colours[role], width: this.line, alpha: 0.35 + 0.65 * sure });
    }
    context.setLineDash([]);
    for (let index = 0; index < 33; index += 1) {
      const point = UNDRAWN.has(index) ? null : this.at(index);
      if (point && this.landmarks.confidenceOf(this.row, index) >= LEAST_SURE) dot(context, point, this.line * 0.75);
    }
  }

  // The reference in the athlete's place: dashed as well as coloured, so that colour never stands alone.
  ghost(context) {
    context.setLineDash([this.line * 2.5, this.line * 1.6]);
    for (const [a, b] of this.shadow.bones) {
      const ends = [this.at(a, this.shadow), this.at(b, this.shadow)];
      if (!ends.every(Boolean)) continue;
      stroke(context, ends, { colour: this.landmarks.colours.shadow, width: this.line * 1.1, alpha: this.opacity });
    }
    context.setLineDash([]);
  }

  trailPoint(name, row) {
    const marks = this.landmarks;
    if (name === "hips") return this.onCanvas(marks.middle(row, "hip"));
    return this.at(marks.index("wrist", marks.throwing), marks, row);
  }

  trail(context, name) {
    const marks = this.landmarks;
    const first = marks.rowAt(marks.filmTime(this.row) - TRAIL_S / marks.time_scale);
    const points = [];
    for (let row = first; row <= this.row; row += 1) {
      const point = this.trailPoint(name, row);
      if (point) points.push(point);
    }
    const colour = name === "hips" ? marks.colours.centre : marks.colours.throwing;
    if (points.length > 1) stroke(context, points, { colour, width: this.line * 0.7, alpha: 0.85 });
  }

  // The name of the event while its frame is shown, and its number where the hand was on the trail.
  marks(context) {
    const size = Math.max(12, this.line * 3.6);
    let captions = 0;
    for (const event of this.events) {
      const row = this.landmarks.rowAt(event.time);
      if (row === this.row) {
        this.caption(context, event, size, captions);
        captions += 1;
      }
      if (!this.shown.wrist || row > this.row || this.landmarks.filmTime(this.row) - event.time > TRAIL_S) continue;
      const place = this.trailPoint("wrist", row);
      if (!place) continue;
      badge(context, String(event.number), place, Math.max(9, this.line * 2.4));
    }
  }

  // Two events may share a frame: the second stands below the first.
  caption(context, event, size, place) {
    const words = `${event.number}  ${event.label}${event.estimated ? " (rough)" : ""}`;
    label(context, words, [size, size * (1.4 + 1.6 * place)], size, { align: "left" });
  }

  // Angles as they look in the picture; the table holds the angles in space.
  angles(context) {
    const { throwing, glove } = this.landmarks;
    const joint = (name, side) => this.at(this.landmarks.index(name, side));
    const triples = [
      [joint("shoulder", throwing), joint("elbow", throwing), joint("wrist", throwing)],
      [joint("hip", throwing), joint("shoulder", throwing), joint("elbow", throwing)],
      [joint("hip", glove), joint("knee", glove), joint("ankle", glove)],
      [joint("hip", throwing), joint("knee", throwing), joint("ankle", throwing)],
      this.lean(),
    ];
    const shape = { radius: this.line * 6, size: Math.max(12, this.line * 4.2) };
    for (const points of triples) if (points?.every(Boolean)) wedge(context, ...points, shape);
  }

  // The trunk against the vertical of the picture.
  lean() {
    const [hips, shoulders] = ["hip", "shoulder"].map((name) => this.onCanvas(this.landmarks.middle(this.row, name)));
    if (!hips || !shoulders) return null;
    return [[hips[0], hips[1] - 100], hips, shoulders];
  }
}
