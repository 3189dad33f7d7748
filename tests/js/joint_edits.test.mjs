import assert from "node:assert/strict";
import { test } from "node:test";

import { JOINTS, Moved, followers, inOrder, nearestOf, sigmaPx, stateAt, words } from "../../static/js/report/joint_edits.js";

const times = Array.from({ length: 40 }, (_, row) => row / 60);

// As report/landmarks.js: places that can be asked for and put.
function landmarks(known = () => true) {
  const points = times.map((_, row) => (known(row) ? [10 * row, 100] : null));
  return { time_s: times, point: (row) => points[row], put: (row, _index, point) => (points[row] = point) };
}

test("the frames around follow less and less, on both sides alike", () => {
  const out = new Map(followers(times, 20, "right_elbow").map(({ row, share }) => [row, share]));
  assert.equal(out.get(20), 1);
  for (let k = 1; out.has(20 + k); k += 1) {
    assert.ok(Math.abs(out.get(20 + k) - out.get(20 - k)) < 1e-9);
    assert.ok(out.get(20 + k) < out.get(20 + k - 1));
  }
  assert.ok(followers(times, 20, "right_wrist").length < out.size);
});

test("at the ends of the film nobody follows from beyond", () => {
  assert.ok(followers(times, 0, "left_knee").every(({ row }) => row >= 0));
  assert.ok(followers(times, 39, "left_knee").every(({ row }) => row < 40));
});

test("a joint goes where it is put and back to where it was", () => {
  const marks = landmarks();
  const moved = new Moved(marks, 20, "right_wrist", 16);
  moved.to([260, 40]);
  assert.deepEqual(marks.point(20), [260, 40]);
  const [x, y] = marks.point(21);
  assert.ok(x > 210 && x < 270 && y < 100 && y > 40);
  // A second place counts from the start, not from the first.
  moved.to([200, 100]);
  assert.deepEqual(marks.point(21), [210, 100]);
  moved.to([0, 0]);
  moved.back();
  assert.deepEqual([marks.point(20), marks.point(19), marks.point(30)], [[200, 100], [190, 100], [300, 100]]);
});

test("what is not known around it stays unknown, and a joint that is not known can be put", () => {
  const marks = landmarks((row) => row !== 20 && row !== 21);
  const moved = new Moved(marks, 20, "right_wrist", 16);
  moved.to([5, 6]);
  assert.deepEqual(marks.point(20), [5, 6]);
  assert.equal(marks.point(21), null);
});

test("the closer one looks the more exact a place is, and never better than the picture", () => {
  assert.ok(sigmaPx(0.5) > sigmaPx(1));
  assert.equal(sigmaPx(8), sigmaPx(16));
  assert.ok(sigmaPx(1e-3) <= 30);
});

test("the throwing wrist is the first handle, and every joint is one", () => {
  assert.equal(inOrder("left")[0][0], "left_wrist");
  assert.equal(inOrder("right")[0][0], "right_wrist");
  assert.equal(new Set(inOrder("right").map(([, index]) => index)).size, JOINTS.length);
});

test("the last step of a joint holds in its frame alone", () => {
  const step = (kind, at_s, joint = "left_knee") => ({ kind, joint, at_s });
  const steps = [step("set", 1), step("hidden", 1), step("set", 2), step("exchange", 1, "arms")];
  assert.deepEqual([...stateAt(steps, 1.001, 0.01).values()], [steps[1]]);
  assert.equal(stateAt(steps, 1.5, 0.01).size, 0);
  assert.equal(words("left_knee"), "Left knee");
});

test("of handles that overlap the nearest is meant", () => {
  assert.equal(nearestOf([[0, 0], [10, 0], [30, 0]], [13, 4]), 1);
});
