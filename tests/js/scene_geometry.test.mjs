import assert from "node:assert/strict";
import { test } from "node:test";

import { SceneGeometry } from "../../static/js/report/scene_geometry.js";

const ANKLE = 28;
const WRIST = 16;

// A right-hander whose rear foot stands at (0, 0.1, 0) for one second of 60 frames, then everything moves on in X.
function athlete() {
  const rows = 90;
  return {
    rows,
    throwing: "right",
    time_scale: 1,
    rowAt: (time) => Math.min(rows - 1, Math.max(0, Math.round(time * 60))),
    filmTime: (row) => row / 60,
    index: (joint, side) => ({ ankle: ANKLE, wrist: WRIST, hip: side === "left" ? 23 : 24 })[joint],
    place(row, index) {
      const x = row < 60 ? 0 : (row - 60) / 30;
      if (index === ANKLE) return [x, 0.1, 0];
      if (index === WRIST) return row % 2 ? null : [x + 0.5, 0, 1.6];
      return [x, 0.2, 1];
    },
  };
}

test("the rubber is under the foot that stands while the leg is lifted", () => {
  assert.deepEqual(new SceneGeometry(athlete(), 0.5).rubber, [0, 0.1, 0]);
});

test("without a leg lift the film's beginning counts", () => {
  assert.deepEqual(new SceneGeometry(athlete()).rubber, [0, 0.1, 0]);
});

test("the grid lies on the ground and holds the whole delivery", () => {
  const geometry = new SceneGeometry(athlete(), 0.5);
  const points = geometry.grid.flat();
  assert.ok(points.every(([, , z]) => z === 0));
  assert.ok(Math.min(...points.map(([x]) => x)) <= geometry.low[0]);
  assert.ok(Math.max(...points.map(([x]) => x)) >= geometry.high[0]);
});

test("the way leads from the rubber along the ground toward the plate", () => {
  const [start, end] = new SceneGeometry(athlete(), 0.5).way;
  assert.deepEqual(start, [0, 0.1, 0]);
  assert.ok(end[0] > 1.5 - 1e-9 && end[1] === start[1] && end[2] === start[2]);
});

test("a trail ends at the frame that is shown and leaves out what was not seen", () => {
  const body = athlete();
  const trails = new SceneGeometry(body, 0.5).trails(body, 40);
  assert.equal(trails.hips.length, 37, "0.6 s at 60 frames a second, with both ends");
  assert.ok(trails.wrist.length < trails.hips.length);
  assert.deepEqual(trails.wrist.at(-1), [0.5, 0, 1.6]);
});
