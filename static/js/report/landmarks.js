// The athlete's landmarks: which frame is on the screen, and where each landmark is in it.
// The file is described in shadow_trainer/web/presenters/packed.py.

const SIDES = {
  wrist: { left: 15, right: 16 },
  elbow: { left: 13, right: 14 },
  shoulder: { left: 11, right: 12 },
  hip: { left: 23, right: 24 },
  knee: { left: 25, right: 26 },
  ankle: { left: 27, right: 28 },
};
const ARRAYS = { i4: Int32Array, i2: Int16Array, u1: Uint8Array };
const UNKNOWN = -32768;

// Points of the face, the fingers and the thumbs are measured but not drawn.
export const UNDRAWN = new Set([1, 2, 3, 4, 5, 6, 9, 10, 17, 18, 21, 22]);

function unpack(buffer) {
  const length = new DataView(buffer).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)));
  let place = 4 + length;
  const columns = {};
  for (const { name, unit, type, width } of header.columns) {
    const values = new ARRAYS[type](buffer, place, header.rows * width);
    place += Math.ceil(values.byteLength / 4) * 4;
    // Typed arrays wrap around as the sender's integers did.
    for (let at = width; at < values.length; at += 1) values[at] += values[at - width];
    columns[name] = { unit, width, values };
  }
  return { ...header, columns };
}

export class Landmarks {
  static async load(address) {
    const answer = await fetch(address);
    if (!answer.ok) throw new Error(`landmarks: ${answer.status}`);
    return new Landmarks(unpack(await answer.arrayBuffer()));
  }

  // The shadow at an address that ends in a query; mode as the server calls it, held at the feet or the hips.
  static loadShadow(address, mode, atHips) {
    return Landmarks.load(`${address}&mode=${mode}&pin=${atHips ? "hips" : "feet"}`);
  }

  constructor(data) {
    Object.assign(this, data);
    this.throwing = data.throws;
    this.glove = data.throws === "left" ? "right" : "left";
    const { time_s: times, measured, px, world, confidence } = data.columns;
    this.time_s = Array.from(times.values, (value) => value * times.unit);
    this.measured = measured.values;
    Object.assign(this, { px, world, confidence });
    // The browser's copy shows row r from tick round(t * fps) on; see video/preview.py.
    this.ticks = this.time_s.map((time) => Math.round((time / data.time_scale) * data.fps));
  }

  // Index of the row that the copy of the video shows at this time of its own clock.
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

  // [x, y] in pixels of the video, or null.
  point(row, index) {
    return this.read(this.px, row, index, 2);
  }

  // Moves a landmark until the landmarks are loaded again; null: it is not known.
  put(row, index, point) {
    const start = row * this.px.width + 2 * index;
    for (const axis of [0, 1]) this.px.values[start + axis] = point ? Math.round(point[axis] / this.px.unit) : UNKNOWN;
  }

  // [x, y, z] in metres of the world frame, or null.
  place(row, index) {
    return this.read(this.world, row, index, 3);
  }

  read(column, row, index, size) {
    const start = row * column.width + size * index;
    const whole = column.values.subarray(start, start + size);
    if (whole.length < size || whole[0] === UNKNOWN) return null;
    return Array.from(whole, (value) => value * column.unit);
  }

  index(joint, side) {
    return SIDES[joint][side];
  }

  middle(row, joint) {
    const a = this.point(row, this.index(joint, "left"));
    const b = this.point(row, this.index(joint, "right"));
    return a && b ? [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2] : null;
  }

  confidenceOf(row, index) {
    return this.confidence.values[row * this.confidence.width + index] * this.confidence.unit;
  }
}
