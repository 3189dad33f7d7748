// The upload form: drop zone, a look at the chosen film, checks before sending, progress, cancel.
// Everything here stands on top of a form that works without it.

import { DirectUpload } from "./direct_upload.js";

const form = document.querySelector("[data-upload]");
const find = (name) => form.querySelector(`[data-${name}]`);
const film = form.querySelector("#video");
const camera = form.querySelector("#camera");
const problem = form.querySelector("#upload-problem");
const maxBytes = Number(form.dataset.maxMb) * 1e6;
let sending = null;
let shownUrl = null;

function chosenFile() {
  return film.files[0] || camera.files[0] || null;
}

function megabytes(bytes) {
  return bytes < 1e6 ? "less than 1 MB" : `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
}

function announce(words) {
  find("live").textContent = words;
}

function showProblem({ title, fix, errors = [] }) {
  find("problem-title").textContent = title;
  find("problem-fix").textContent = fix || "";
  find("problem-list").replaceChildren(
    ...errors.map((error) => {
      const item = document.createElement("li");
      const link = document.createElement("a");
      link.href = `#${error.field}`;
      link.textContent = error.message;
      link.addEventListener("click", () => openFor(error.field));
      item.append(link);
      return item;
    }),
  );
  for (const field of form.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
  for (const error of errors) {
    const field = form.querySelector(`#${CSS.escape(error.field)}`);
    field?.setAttribute("aria-invalid", "true");
    openFor(error.field);
  }
  problem.hidden = false;
  problem.focus();
}

function openFor(field) {
  form.querySelector(`#${CSS.escape(field)}`)?.closest("details")?.setAttribute("open", "");
}

function clearProblem() {
  problem.hidden = true;
}

// A look at the film: what the browser can play is shown; what it cannot is still uploaded.
function showChosen() {
  const file = chosenFile();
  const video = find("chosen-film");
  if (shownUrl) URL.revokeObjectURL(shownUrl);
  shownUrl = null;
  find("chosen").hidden = !file;
  if (!file) return;
  clearProblem();
  find("chosen-name").textContent = file.name;
  find("chosen-facts").textContent = megabytes(file.size);
  shownUrl = URL.createObjectURL(file);
  video.hidden = false;
  video.onerror = () => {
    video.hidden = true;
    find("chosen-facts").textContent = `${megabytes(file.size)} · this browser cannot play it, the analysis may`;
  };
  video.onloadedmetadata = () => {
    find("chosen-facts").textContent =
      `${megabytes(file.size)} · ${video.duration.toFixed(1)} s · ${video.videoWidth} × ${video.videoHeight}`;
  };
  video.src = shownUrl;
  announce(`Chosen: ${file.name}`);
}

function checkFile(file) {
  if (!file) return { title: "No film was chosen.", fix: "Choose a video file, then press “Analyse”.", errors: [{ field: "video", message: "Choose a film" }] };
  if (file.size === 0) return { title: `The file “${file.name}” is empty.`, fix: "Wait until it is fully copied from the phone, and choose it again." };
  if (file.size > maxBytes) return { title: `The film is larger than the limit of ${form.dataset.maxMb} MB.`, fix: "Trim the film to the pitch, or film at a lower resolution, and upload that." };
  return null;
}

function dropZone(zone) {
  let depth = 0;
  const over = (change) => {
    depth = Math.max(0, depth + change);
    zone.classList.toggle("over", depth > 0);
  };
  zone.addEventListener("dragenter", () => over(1));
  zone.addEventListener("dragleave", () => over(-1));
  zone.addEventListener("dragover", (event) => event.preventDefault());
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    depth = 0;
    zone.classList.remove("over");
    if (!event.dataTransfer.files.length) return;
    const one = new DataTransfer();
    one.items.add(event.dataTransfer.files[0]);
    film.files = one.files;
    showChosen();
  });
  // A film dropped beside the zone must not replace the page.
  for (const name of ["dragover", "drop"]) {
    window.addEventListener(name, (event) => event.preventDefault());
  }
}

function setSending(active) {
  find("sending").hidden = !active;
  find("submit").disabled = active;
}

function showSent(event) {
  if (!event.lengthComputable) return;
  const percent = Math.floor((100 * event.loaded) / event.total);
  const bar = form.querySelector("progress");
  if (Math.floor(bar.value / 25) !== Math.floor(percent / 25)) announce(`${percent} percent uploaded`);
  bar.value = percent;
  find("sending-words").textContent =
    percent < 100
      ? `Uploading… ${percent} % of ${megabytes(event.total)}`
      : "Uploaded. Putting it in the queue…";
}

function finish(request) {
  setSending(false);
  sending = null;
  const answer = request.response;
  if (request.status === 202 && answer?.result_url) {
    window.location.assign(answer.result_url);
    return;
  }
  showProblem({
    title: answer?.message || "The upload did not arrive.",
    fix: answer?.fix || "Check the connection and try again.",
    errors: answer?.errors || [],
  });
}

function send() {
  const data = new FormData(form);
  // Two inputs share one name (file and camera); only the filled one is sent.
  data.delete("video");
  if (form.dataset.presign) sendToBucket(data, chosenFile());
  else sendThroughSite(data, chosenFile());
}

// Where films are kept in a bucket they go straight there; if it cannot be reached from here, through the site.
async function sendToBucket(data, film) {
  const upload = new DirectUpload(form.dataset, data, film);
  upload.onprogress = showSent;
  sending = upload;
  setSending(true);
  const answer = await upload.send();
  if (upload.aborted) {
    sending = null;
    setSending(false);
    announce("Upload canceled");
  } else if (answer.bucket) {
    announce("The storage did not take the film. Sending it through the site.");
    sendThroughSite(data, film);
  } else finish(answer);
}

function sendThroughSite(data, film) {
  data.append("video", film);
  const request = new XMLHttpRequest();
  request.open("POST", form.dataset.upload);
  request.setRequestHeader("X-CSRFToken", data.get("csrf_token"));
  request.responseType = "json";
  request.upload.addEventListener("progress", showSent);
  request.addEventListener("load", () => finish(request));
  request.addEventListener("error", () => finish(request));
  request.addEventListener("abort", () => {
    setSending(false);
    announce("Upload canceled");
  });
  sending = request;
  setSending(true);
  request.send(data);
}

film.addEventListener("change", () => {
  if (film.files.length) camera.value = "";
  showChosen();
});
camera.addEventListener("change", () => {
  if (camera.files.length) film.value = "";
  showChosen();
});
find("stop").addEventListener("click", () => sending?.abort());
window.addEventListener("beforeunload", (event) => {
  if (sending) event.preventDefault();
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  const wrong = checkFile(chosenFile());
  if (wrong) showProblem(wrong);
  else send();
});
dropZone(find("drop"));
if (chosenFile()) showChosen();
