import assert from "node:assert/strict";
import { test } from "node:test";

import { Chosen } from "../../static/js/upload/chosen.js";
import { Problem } from "../../static/js/upload/problem.js";
import { megabytes, seconds } from "../../static/js/upload/words.js";

const form = { dataset: { maxMb: "20", extensions: ".mp4 .mov .insv" } };
const wrong = (file) => Chosen.prototype.wrongFile.call({ form }, { name: "a.mp4", size: 10, type: "video/mp4", ...file });

test("sizes and times are written as a person reads them", () => {
  assert.deepEqual([999999, 1234567, 45600000].map(megabytes), ["less than 1 MB", "1.2 MB", "46 MB"]);
  assert.deepEqual([3.14159, 65.2].map(seconds), ["3.14 s", "1:05.2"]);
});

test("an empty file, one that is too large and one that is no film are told before anything is sent", () => {
  assert.match(wrong({ size: 0 }).title, /empty/);
  assert.match(wrong({ size: 20e6 + 1 }).title, /limit of 20 MB/);
  assert.match(wrong({ name: "a.pdf", type: "application/pdf" }).title, /not a video/);
});

test("a film that the browser does not know by its type goes by its name, or to the server", () => {
  assert.equal(wrong({}), null);
  assert.equal(wrong({ name: "A.INSV", type: "application/octet-stream" }), null);
  assert.equal(wrong({ name: "unknown", type: "" }), null);
});

test("an upload that nobody answered says what to do", () => {
  assert.match(Problem.of({ response: null }).fix, /connection/);
  assert.equal(Problem.of({ response: { message: "Full.", fix: "Wait." } }).title, "Full.");
});
