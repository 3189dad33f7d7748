// The drawings of one analysis, by frame, kept in this browser: nobody else sees them.

const EVERY = "every";

export class Drawings {
  constructor(analysis, store = window.localStorage) {
    this.key = `shadow-trainer/drawings/${analysis}`;
    this.store = store;
    this.frames = this.read();
  }

  read() {
    try {
      return JSON.parse(this.store.getItem(this.key)) || {};
    } catch {
      return {};
    }
  }

  // False when the browser keeps nothing (private window, full storage); the drawing stays until it is closed.
  keep() {
    try {
      if (Object.keys(this.frames).length) this.store.setItem(this.key, JSON.stringify(this.frames));
      else this.store.removeItem(this.key);
      return true;
    } catch {
      return false;
    }
  }

  at(frame) {
    return [...(this.frames[EVERY] || []), ...(this.frames[frame] || [])];
  }

  // Every drawing with its frame (null: on all of them), in the order of the video.
  list() {
    const frames = Object.keys(this.frames).filter((name) => name !== EVERY).map(Number).sort((a, b) => a - b);
    const of = (name, frame) => (this.frames[name] || []).map((shape) => ({ frame, shape }));
    return [...of(EVERY, null), ...frames.flatMap((frame) => of(frame, frame))];
  }

  remove({ frame, shape }) {
    const name = frame ?? EVERY;
    this.frames[name] = (this.frames[name] || []).filter((one) => one !== shape);
    if (!this.frames[name].length) delete this.frames[name];
    return this.keep();
  }

  add(frame, shape, everywhere) {
    const name = everywhere ? EVERY : frame;
    (this.frames[name] ??= []).push({ ...shape, made: Date.now() });
    return this.keep();
  }

  // Takes away the newest of what is seen on this frame.
  undo(frame) {
    const newest = (name) => this.frames[name]?.at(-1)?.made ?? -1;
    const name = newest(EVERY) > newest(frame) ? EVERY : frame;
    if (!this.frames[name]?.length) return false;
    this.frames[name].pop();
    if (!this.frames[name].length) delete this.frames[name];
    return this.keep();
  }

  clear(frame) {
    delete this.frames[frame];
    delete this.frames[EVERY];
    return this.keep();
  }
}
