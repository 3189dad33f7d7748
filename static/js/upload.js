// The upload form: a look at the video, what part of it counts, checks before sending, one or many at once.
// Everything here stands on top of a form that works without it.

import { bindAthlete } from "./upload/athlete.js";
import { Batch } from "./upload/batch.js";
import { Chosen } from "./upload/chosen.js";
import { Cutter } from "./upload/cutter.js";
import { Problem } from "./upload/problem.js";
import { Transfer } from "./upload/transfer.js";
import { megabytes } from "./upload/words.js";

const form = document.querySelector("[data-upload]");
const find = (name) => form.querySelector(`[data-${name}]`);
const announce = (words) => {
  find("live").textContent = words;
};
const problem = new Problem(form);
const cutter = new Cutter(form);
const chosen = new Chosen(form, {
  announce,
  changed(files) {
    problem.clear();
    cutter.show(files.length === 1 ? find("chosen-film") : null);
  },
});
let sending = null;

function setSending(active) {
  find("sending").hidden = !active;
  find("submit").disabled = active;
}

function showSent(event) {
  if (!event.lengthComputable) return;
  const percent = Math.floor((100 * event.loaded) / event.total);
  const bar = find("sending").querySelector("progress");
  if (Math.floor(bar.value / 25) !== Math.floor(percent / 25)) announce(`${percent} percent uploaded`);
  bar.value = percent;
  find("sending-words").textContent =
    percent < 100
      ? `Uploading… ${percent} % of ${megabytes(event.total)}`
      : "Uploaded. Putting it in the queue…";
}

function fields() {
  const data = new FormData(form);
  // Two inputs share one name (file and camera); the video itself is added when it is sent.
  data.delete("video");
  return data;
}

async function sendOne(file) {
  sending = new Transfer(form.dataset, fields(), file, { progress: showSent, announce });
  setSending(true);
  const answer = await sending.send();
  const { aborted } = sending;
  sending = null;
  setSending(false);
  if (aborted) announce("Upload canceled");
  else if (answer.status === 202 && answer.response?.result_url) window.location.assign(answer.response.result_url);
  else problem.show(Problem.of(answer));
}

async function sendMany(files) {
  find("submit").disabled = true;
  sending = new Batch(find("batch"), form.dataset, announce);
  const { done, refused } = await sending.send(files, fields);
  sending = null;
  find("submit").disabled = false;
  if (refused) problem.show(refused);
  else if (done === files.length) chosen.empty();
  announce(`${done} of ${files.length} videos are in the queue.`);
}

find("stop").addEventListener("click", () => sending?.abort());
window.addEventListener("beforeunload", (event) => {
  if (sending) event.preventDefault();
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (sending) return;
  const files = chosen.files;
  const wrong = chosen.wrong() || cutter.wrong(Number(form.dataset.maxS));
  if (wrong) problem.show(wrong);
  else if (files.length > 1) sendMany(files);
  else sendOne(files[0]);
});
bindAthlete(form);
chosen.show();
