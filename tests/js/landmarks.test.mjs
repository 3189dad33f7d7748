import assert from "node:assert/strict";
import { test } from "node:test";

import { Landmarks } from "../../static/js/report/landmarks.js";

const UNKNOWN = -32768;
const WIDTH = { time_s: 1, measured: 1, px: 66, world: 99, confidence: 33 };
const TYPES = { time_s: [Int32Array, "i4", 1e-4], measured: [Uint8Array, "u1", 1], px: [Int16Array, "i2", 0.1],
  world: [Int16Array, "i2", 0.001], confidence: [Uint8Array, "u1", 0.01] };

// As presenters/packed.py writes it: a header, then each column as differences from row to row, padded to 4 bytes.
function packed(columns, more) {
  const rows = columns.time_s.length;
  const described = Object.entries(columns).map(([name]) => ({ name, unit: TYPES[name][2], type: TYPES[name][1], width: WIDTH[name] }));
  let head = JSON.stringify({ rows, columns: described, ...more });
  head += " ".repeat((4 - ((head.length + 4) % 4)) % 4);
  const parts = [new Uint8Array(new Uint32Array([head.length]).buffer), new TextEncoder().encode(head)];
  for (const [name, values] of Object.entries(columns)) {
    const flat = new TYPES[name][0](values.flat());
    for (let at = flat.length - 1; at >= WIDTH[name]; at -= 1) flat[at] -= flat[at - WIDTH[name]];
    parts.push(new Uint8Array(flat.buffer), new Uint8Array((4 - (flat.byteLength % 4)) % 4));
  }
  return new Blob(parts).arrayBuffer();
}

async function landmarks(t, { times, point = () => [0, 0], place = () => [0, 0, 0], ...more }) {
  const rows = times.map((_, row) => row);
  const joints = Array.from({ length: 33 }, (_, index) => index);
  const buffer = await packed({
    time_s: times.map((time) => Math.round(time / 1e-4)),
    measured: rows.map(() => 1),
    px: rows.map((row) => joints.flatMap((index) => point(row, index))),
    world: rows.map((row) => joints.flatMap((index) => place(row, index))),
    confidence: rows.map(() => joints.map(() => 90)),
  }, { fps: 60, time_scale: 1, throws: "right", ...more });
  t.mock.method(globalThis, "fetch", async () => ({ ok: true, arrayBuffer: async () => buffer }));
  return Landmarks.load("/anything");
}

test("what was packed is read back, in pixels and in metres", async (t) => {
  const read = await landmarks(t, {
    times: [0, 1 / 60, 2 / 60],
    point: (row, index) => [100 * row + index, 7000 - index],
    place: (row, index) => [row, -index, 1500],
  });
  assert.deepEqual(read.point(2, 5).map((value) => Math.round(value * 10)), [205, 6995]);
  assert.deepEqual(read.place(1, 32).map((value) => Math.round(value * 1000)), [1, -32, 1500]);
  assert.equal(read.confidenceOf(0, 0), 0.9);
});

test("a landmark that was not seen has no place", async (t) => {
  const read = await landmarks(t, { times: [0, 1 / 60], point: (row, index) => (row === 1 && index === 15 ? [UNKNOWN, UNKNOWN] : [1, 1]) });
  assert.equal(read.point(1, 15), null);
  assert.equal(read.middle(1, "wrist"), null, "the middle of two needs both");
  assert.deepEqual(read.middle(0, "wrist").map((value) => Math.round(value * 10)), [1, 1]);
});

test("the row is that of the frame on the screen, also between two and beyond the ends", async (t) => {
  const read = await landmarks(t, { times: [1, 2, 4].map((frame) => frame / 60) });
  const rows = [0, 1, 2, 3, 4, 99].map((frame) => read.rowAt(frame / 60));
  assert.deepEqual(rows, [0, 0, 1, 1, 2, 2]);
});

test("slow motion is counted on the film's own clock", async (t) => {
  const read = await landmarks(t, { times: [0, 1 / 240, 2 / 240], time_scale: 0.25 });
  assert.deepEqual([0, 1, 2].map((frame) => read.rowAt(frame / 60)), [0, 1, 2]);
  assert.ok(Math.abs(read.filmTime(2) - 2 / 60) < 1e-3);
});

test("the glove is on the hand that does not throw", async (t) => {
  assert.equal((await landmarks(t, { times: [0] })).glove, "left");
  assert.equal((await landmarks(t, { times: [0], throws: "left" })).glove, "right");
});

test("an answer that is none is an error", async (t) => {
  t.mock.method(globalThis, "fetch", async () => ({ ok: false, status: 404 }));
  await assert.rejects(Landmarks.load("/nothing"), /404/);
});
