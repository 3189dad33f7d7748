import assert from "node:assert/strict";
import { test } from "node:test";

import { degreesAt } from "../../static/js/report/paint.js";
import { complete, extend } from "../../static/js/report/shapes.js";

test("a line is complete with two points, an angle with three", () => {
  assert.equal(complete({ tool: "line", points: [[0, 0]] }), false);
  assert.equal(complete({ tool: "line", points: [[0, 0], [1, 1]] }), true);
  assert.equal(complete({ tool: "angle", points: [[0, 0], [1, 1]] }), false);
  assert.equal(complete({ tool: "angle", points: [[0, 0], [1, 1], [2, 0]] }), true);
});

test("free hand is complete with any two points and keeps only points that are apart", () => {
  const shape = { tool: "free", points: [] };
  for (const x of [0, 1, 2, 4, 5, 9]) extend(shape, [x, 0]);
  assert.deepEqual(shape.points, [[0, 0], [4, 0], [9, 0]]);
  assert.equal(complete(shape), true);
});

test("an angle is between 0 and 180 degrees, whichever side comes first", () => {
  const corner = [10, 10];
  for (const degrees of [1, 45, 90, 179]) {
    const turn = (degrees * Math.PI) / 180;
    const side = [10 + Math.cos(turn) * 5, 10 + Math.sin(turn) * 5];
    assert.ok(Math.abs(degreesAt([20, 10], corner, side) - degrees) < 1e-9);
    assert.ok(Math.abs(degreesAt(side, corner, [20, 10]) - degrees) < 1e-9);
  }
});
