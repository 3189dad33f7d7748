import assert from "node:assert/strict";
import { test } from "node:test";

import { saveLayer, savedLayers } from "../../static/js/report/local_storage.js";
import { Storage } from "./storage.mjs";

test("each layer is remembered beside the others", () => {
  const store = new Storage();
  saveLayer("skeleton", false, store);
  saveLayer("shadow", true, store);
  assert.deepEqual(savedLayers(store), { skeleton: false, shadow: true });
});

test("a browser that keeps nothing shows the usual layers", () => {
  const store = new Storage(true);
  assert.equal(saveLayer("skeleton", false, store), false);
  assert.deepEqual(savedLayers(store), {});
});
