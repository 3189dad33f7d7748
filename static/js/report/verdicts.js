// What is a pitch is the coach's to say: "Release is here" takes the frame that is shown and, where several people are
// in the video, the one who is pressed on it. Everything goes through the forms of the page, which lead back to it.

const SPLIT = "Split: another pitch here";

// people: who may be pressed on the video (report/people.js); null where there is one person alone.
export function bindVerdicts(film, people) {
  document.addEventListener("submit", (event) => {
    if (event.target.matches("[data-release]")) takeRelease(event, film, people);
    else if (event.target.matches("[data-verdict]")) busy(event.target);
  });
  const show = () => showSplit(film);
  film.addEventListener("frame", show);
  document.addEventListener("remeasured", show);
  bindScrub(film);
  prepare();
  document.addEventListener("remeasured", prepare);
}

// The time line spans one pitch; this reaches all of the video. One step is a frame.
function bindScrub(film) {
  const scrub = () => document.querySelector("[data-scrub]");
  document.addEventListener("input", ({ target }) => {
    if (!target.matches("[data-scrub]")) return;
    film.pause();
    film.seek(Number(target.value) / film.fps);
  });
  const show = () => {
    const input = scrub();
    if (!input) return;
    if (Number.isFinite(film.lastFrame)) input.max = film.lastFrame;
    // While it is dragged it is ahead of the decoder.
    input.value = Math.round(film.wantedTime * film.fps);
    input.setAttribute("aria-valuetext", `${(film.wantedTime * film.scale).toFixed(2)} seconds`);
  };
  film.addEventListener("frame", show);
  film.video.addEventListener("loadedmetadata", show);
  document.addEventListener("remeasured", show);
  show();
}

// The time is that of the frame: nobody types it.
function prepare() {
  for (const input of document.querySelectorAll("[data-release] [name=at_s]")) {
    input.type = "hidden";
    input.removeAttribute("required");
  }
}

// Inside a pitch that is there, one more is a split.
function showSplit(film) {
  const tools = document.querySelector("[data-pitch-tools]");
  const button = tools?.querySelector("[data-release-button]");
  if (!button || tools.dataset.from === undefined) return;
  button.dataset.words ??= button.textContent;
  const inside = film.shownTime >= Number(tools.dataset.from) && film.shownTime <= Number(tools.dataset.to);
  button.textContent = inside ? SPLIT : button.dataset.words;
}

async function takeRelease(event, film, people) {
  event.preventDefault();
  const form = event.target;
  film.pause();
  await film.settled();
  const { elements } = form;
  elements.at_s.value = (film.shownTime * film.scale).toFixed(5);
  if (people) {
    tell("Press the pitcher on the video. Escape ends it.");
    const person = await people.pick();
    tell("");
    if (person === null) return;
    elements.person.value = person;
  }
  busy(form);
  form.submit();
}

function tell(words) {
  const note = document.querySelector("[data-release-note]");
  if (note) note.textContent = words;
}

function busy(form) {
  const button = form.querySelector("button");
  button.textContent = "Measuring…";
  button.setAttribute("aria-busy", "true");
  window.setTimeout(() => (button.disabled = true));
}
