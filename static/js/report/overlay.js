// Draws on a canvas over the film, for exactly the frame that is shown: skeleton, trails, angles.

const LEAST_SURE = 0.15;
const TRAIL_S = 0.45;
const FACE = new Set([1, 2, 3, 4, 5, 6, 9, 10, 17, 18, 21, 22]);

export class Overlay {
  constructor(screen, video, landmarks) {
    this.video = video;
    this.landmarks = landmarks;
    this.shown = { skeleton: true, shadow: false, trails: false, angles: false };
    this.shadow = null;
    this.opacity = 0.7;
    this.visible = true;
    this.view = null;
    this.canvas = document.createElement("canvas");
    this.canvas.className = "overlay";
    this.canvas.setAttribute("aria-hidden", "true");
    screen.append(this.canvas);
    this.context = this.canvas.getContext("2d");
    new ResizeObserver(() => this.resize()).observe(video);
    video.addEventListener("loadedmetadata", () => this.resize());
    this.resize();
  }

  // The picture inside the video element: the element may be wider than the film.
  resize() {
    const box = this.video.getBoundingClientRect();
    const parent = this.canvas.parentElement.getBoundingClientRect();
    const density = Math.min(window.devicePixelRatio || 1, 2);
    const scale = Math.min(box.width / this.landmarks.width, box.height / this.landmarks.height);
    const width = this.landmarks.width * scale;
    const height = this.landmarks.height * scale;
    Object.assign(this.canvas.style, {
      left: `${box.left - parent.left + (box.width - width) / 2}px`,
      top: `${box.top - parent.top + (box.height - height) / 2}px`,
      width: `${width}px`,
      height: `${height}px`,
    });
    this.canvas.width = Math.round(width * density);
    this.canvas.height = Math.round(height * density);
    this.scale = scale * density;
    this.line = Math.max(2, 0.0045 * this.canvas.height);
    this.draw();
  }

  show(time) {
    this.row = this.landmarks.rowAt(time);
    this.draw();
  }

  draw() {
    const context = this.context;
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    // For tests and for screen readers of developers: what is drawn belongs to this row.
    this.canvas.dataset.row = this.row ?? "";
    if (!this.visible || this.row === undefined) return;
    context.lineCap = "round";
    context.lineJoin = "round";
    if (this.shown.shadow && this.shadow) this.ghost();
    if (this.shown.trails) this.trails();
    if (this.shown.skeleton) this.skeleton();
    if (this.shown.angles) this.angles();
  }

  at(index) {
    const point = this.landmarks.point(this.row, index);
    return point && [point[0] * this.scale, point[1] * this.scale];
  }

  stroke(points, colour, width, alpha = 1) {
    const context = this.context;
    context.globalAlpha = alpha;
    for (const [stroke, wide] of [[this.landmarks.colours.casing, width + this.line * 0.9], [colour, width]]) {
      context.strokeStyle = stroke;
      context.lineWidth = wide;
      context.beginPath();
      points.forEach((point, place) => context[place ? "lineTo" : "moveTo"](point[0], point[1]));
      context.stroke();
    }
    context.globalAlpha = 1;
  }

  skeleton() {
    const bridged = !this.landmarks.measured[this.row];
    this.context.setLineDash(bridged ? [this.line * 2, this.line * 2] : []);
    for (const [a, b, role] of this.landmarks.bones) {
      const from = this.at(a);
      const to = this.at(b);
      if (!from || !to) continue;
      const sure = Math.min(this.landmarks.sureness(this.row, a), this.landmarks.sureness(this.row, b));
      if (sure < LEAST_SURE) continue;
      this.stroke([from, to], this.landmarks.colours[role], this.line, 0.35 + 0.65 * sure);
    }
    this.context.setLineDash([]);
    this.joints();
  }

  // The reference in the athlete's place: dashed as well as coloured, so that colour never stands alone.
  ghost() {
    this.context.setLineDash([this.line * 2.5, this.line * 1.6]);
    for (const [a, b] of this.shadow.bones) {
      const [from, to] = [a, b].map((index) => this.shadow.point(this.row, index));
      if (!from || !to) continue;
      const ends = [from, to].map(([x, y]) => [x * this.scale, y * this.scale]);
      this.stroke(ends, this.landmarks.colours.shadow, this.line * 1.1, this.opacity);
    }
    this.context.setLineDash([]);
  }

  joints() {
    const context = this.context;
    for (let index = 0; index < 33; index += 1) {
      const point = FACE.has(index) ? null : this.at(index);
      if (!point || this.landmarks.sureness(this.row, index) < LEAST_SURE) continue;
      context.beginPath();
      context.arc(point[0], point[1], this.line * 0.75, 0, 2 * Math.PI);
      context.fillStyle = "#fff";
      context.fill();
      context.lineWidth = this.line * 0.35;
      context.strokeStyle = this.landmarks.colours.casing;
      context.stroke();
    }
  }

  trails() {
    const marks = this.landmarks;
    const first = marks.rowAt(marks.filmTime(this.row) - TRAIL_S / marks.time_scale);
    const wrist = marks.index("wrist", marks.throwing);
    const ways = [
      [(row) => marks.point(row, wrist), marks.colours.throwing],
      [(row) => marks.middle(row, "hip"), marks.colours.centre],
    ];
    for (const [place, colour] of ways) {
      const points = [];
      for (let row = first; row <= this.row; row += 1) {
        const point = place(row);
        if (point) points.push([point[0] * this.scale, point[1] * this.scale]);
      }
      if (points.length > 1) this.stroke(points, colour, this.line * 0.7, 0.85);
    }
  }

  // Angles as they look in the picture; the table holds the angles in space.
  angles() {
    const marks = this.landmarks;
    const joints = [
      ["shoulder", "elbow", "wrist", marks.throwing],
      ["hip", "knee", "ankle", marks.glove],
    ];
    for (const [a, corner, b, side] of joints) {
      const points = [a, corner, b].map((joint) => this.at(marks.index(joint, side)));
      if (points.every(Boolean)) this.arc(...points);
    }
  }

  arc(from, corner, to) {
    const context = this.context;
    const start = Math.atan2(from[1] - corner[1], from[0] - corner[0]);
    const end = Math.atan2(to[1] - corner[1], to[0] - corner[0]);
    const turn = ((end - start + 3 * Math.PI) % (2 * Math.PI)) - Math.PI;
    const radius = this.line * 6;
    context.beginPath();
    context.moveTo(corner[0], corner[1]);
    context.arc(corner[0], corner[1], radius, start, start + turn, turn < 0);
    context.closePath();
    context.fillStyle = "rgb(255 255 255 / 35%)";
    context.fill();
    const words = `${Math.round((Math.abs(turn) * 180) / Math.PI)}°`;
    const middle = start + turn / 2;
    this.label(words, corner[0] + Math.cos(middle) * radius * 2, corner[1] + Math.sin(middle) * radius * 2);
  }

  label(words, x, y) {
    const context = this.context;
    const size = Math.max(12, this.line * 4.2);
    context.font = `600 ${size}px system-ui, sans-serif`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.lineWidth = size / 4;
    context.strokeStyle = this.landmarks.colours.casing;
    context.strokeText(words, x, y);
    context.fillStyle = "#fff";
    context.fillText(words, x, y);
  }
}
