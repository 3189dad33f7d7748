// What both views in space share: the box that holds the delivery, where the rubber is, and the trails.

const TRAIL_S = 0.6;
const GRID_M = 0.5;
const SAMPLES = 12;

export class SceneGeometry {
  // athlete: landmarks with places; liftTime: of the leg lift, on the video's own clock, when it is known.
  constructor(athlete, liftTime) {
    this.athlete = athlete;
    this.measure();
    this.findRubber(liftTime === undefined ? 0 : Math.max(0, athlete.rowAt(liftTime) - SAMPLES / 2));
  }

  // The box that holds the whole delivery: the view does not jump while the athlete strides through it.
  measure() {
    this.low = [Infinity, Infinity, Infinity];
    this.high = [-Infinity, -Infinity, -Infinity];
    this.each((point) => {
      point.forEach((value, axis) => {
        this.low[axis] = Math.min(this.low[axis], value);
        this.high[axis] = Math.max(this.high[axis], value);
      });
    });
    this.floor = this.low[2];
    this.middle = this.low.map((value, axis) => (value + this.high[axis]) / 2);
    this.size = Math.max(...this.low.map((value, axis) => this.high[axis] - value), 1);
  }

  each(visit) {
    for (let row = 0; row < this.athlete.rows; row += 1) {
      for (let index = 0; index < 33; index += 1) {
        const point = this.athlete.place(row, index);
        if (point) visit(point, row, index);
      }
    }
  }

  // The rubber is where the foot of the throwing side stands while the other leg is lifted.
  findRubber(from) {
    const { athlete } = this;
    const ankle = athlete.index("ankle", athlete.throwing);
    const places = [];
    for (let row = from; row < athlete.rows && places.length < SAMPLES; row += 1) {
      const point = athlete.place(row, ankle);
      if (point) places.push(point);
    }
    const median = (axis) => places.map((point) => point[axis]).sort((a, b) => a - b)[places.length >> 1] ?? 0;
    this.rubber = [median(0), median(1), this.floor];
  }

  get grid() {
    const down = (value) => Math.floor(value / GRID_M) * GRID_M;
    const up = (value) => Math.ceil(value / GRID_M) * GRID_M;
    const [x0, x1] = [down(this.low[0]), up(this.high[0])];
    const [y0, y1] = [down(this.low[1]), up(this.high[1])];
    const lines = [];
    for (let x = x0; x <= x1 + 1e-6; x += GRID_M) lines.push([[x, y0, this.floor], [x, y1, this.floor]]);
    for (let y = y0; y <= y1 + 1e-6; y += GRID_M) lines.push([[x0, y, this.floor], [x1, y, this.floor]]);
    return lines;
  }

  // From the rubber along the ground toward the plate.
  get way() {
    const [x, y, z] = this.rubber;
    return [[x, y, z], [Math.max(this.high[0], x + 1) + GRID_M / 2, y, z]];
  }

  // Where the throwing hand and the hips were in the last moments before ``row``.
  trails(body, row) {
    const first = this.athlete.rowAt(this.athlete.filmTime(row) - TRAIL_S / this.athlete.time_scale);
    const wrist = body.index("wrist", body.throwing);
    const hips = ["left", "right"].map((side) => body.index("hip", side));
    const found = { wrist: [], hips: [] };
    for (let at = first; at <= row; at += 1) {
      const hand = body.place(at, wrist);
      const [a, b] = hips.map((index) => body.place(at, index));
      if (hand) found.wrist.push(hand);
      if (a && b) found.hips.push(a.map((value, axis) => (value + b[axis]) / 2));
    }
    return found;
  }
}
