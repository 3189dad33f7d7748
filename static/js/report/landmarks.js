// The athlete's landmarks: which frame is on the screen, and where each landmark is in it.

const DELIVERY_LANDMARKS = {
  wrist: { left: 15, right: 16 },
  elbow: { left: 13, right: 14 },
  shoulder: { left: 11, right: 12 },
  hip: { left: 23, right: 24 },
  knee: { left: 25, right: 26 },
  ankle: { left: 27, right: 28 },
};

export class Landmarks {
  static async load(address) {
    const answer = await fetch(address, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(`landmarks: ${answer.status}`);
    return new Landmarks(await answer.json());
  }

  constructor(data) {
    Object.assign(this, data);
    this.throwing = data.throws;
    this.glove = data.throws === "left" ? "right" : "left";
    // The browser's copy shows row r from tick round(t * fps) on; see video/preview.py.
    this.ticks = data.time_s.map((time) => Math.round((time / data.time_scale) * data.fps));
  }

  // Index of the row that the copy of the film shows at this time of its own clock.
  rowAt(filmTime) {
    const tick = Math.round(filmTime * this.fps);
    let low = 0;
    let high = this.ticks.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.ticks[middle] <= tick) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  filmTime(row) {
    return this.time_s[row] / this.time_scale;
  }

  // [x, y] in pixels of the film, or null.
  point(row, index) {
    const frame = this.frames[row];
    if (!frame || frame[2 * index] === null) return null;
    return [frame[2 * index] / 10, frame[2 * index + 1] / 10];
  }

  index(joint, side) {
    return DELIVERY_LANDMARKS[joint][side];
  }

  middle(row, joint) {
    const a = this.point(row, this.index(joint, "left"));
    const b = this.point(row, this.index(joint, "right"));
    return a && b ? [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2] : null;
  }

  sureness(row, index) {
    const values = this.confidence[row];
    return values ? (values[index] ?? 0) / 100 : 0;
  }
}
