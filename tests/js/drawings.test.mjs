import assert from "node:assert/strict";
import { test } from "node:test";

import { Drawings } from "../../static/js/report/drawings.js";
import { Storage } from "./storage.mjs";

const LINE = { tool: "line", colour: "#fff", points: [[0, 0], [1, 1]] };

test("a drawing is there again when the page is opened again, and for no other analysis", () => {
  const store = new Storage();
  assert.equal(new Drawings("a", store).add(7, LINE, false), true);
  assert.deepEqual(new Drawings("a", store).at(7)[0].points, LINE.points);
  assert.deepEqual(new Drawings("b", store).at(7), []);
});

test("a drawing is on its own frame, or on every frame", () => {
  const drawings = new Drawings("a", new Storage());
  drawings.add(7, LINE, false);
  drawings.add(7, { ...LINE, tool: "circle" }, true);
  assert.equal(drawings.at(7).length, 2);
  assert.deepEqual(drawings.at(8).map((shape) => shape.tool), ["circle"]);
});

test("the list is in the order of the film, after those on every frame", () => {
  const drawings = new Drawings("a", new Storage());
  for (const frame of [10, 9, 100]) drawings.add(frame, LINE, false);
  drawings.add(5, LINE, true);
  assert.deepEqual(drawings.list().map(({ frame }) => frame), [null, 9, 10, 100]);
});

test("undo takes the newest that is seen on this frame, and nothing of another", (t) => {
  t.mock.timers.enable({ apis: ["Date"] });
  const drawings = new Drawings("a", new Storage());
  drawings.add(3, LINE, false);
  t.mock.timers.tick(1);
  drawings.add(3, LINE, true);
  t.mock.timers.tick(1);
  drawings.add(4, LINE, false);
  assert.equal(drawings.undo(3), true);
  assert.deepEqual(drawings.list().map(({ frame }) => frame), [3, 4]);
  assert.equal(drawings.undo(3), true);
  assert.equal(drawings.undo(3), false);
  assert.deepEqual(drawings.list().map(({ frame }) => frame), [4]);
});

test("what is removed or cleared leaves nothing in the storage", () => {
  const store = new Storage();
  const drawings = new Drawings("a", store);
  drawings.add(1, LINE, false);
  drawings.remove(drawings.list()[0]);
  drawings.add(2, LINE, true);
  drawings.clear(2);
  assert.equal(store.values.size, 0);
});

test("a browser that keeps nothing is told, and the drawing stays on the page", () => {
  const drawings = new Drawings("a", new Storage(true));
  assert.equal(drawings.add(1, LINE, false), false);
  assert.equal(drawings.at(1).length, 1);
});

test("what somebody else wrote under the key is no drawing", () => {
  const store = new Storage();
  store.setItem("shadow-trainer/drawings/a", "{not json");
  assert.deepEqual(new Drawings("a", store).at(1), []);
});
