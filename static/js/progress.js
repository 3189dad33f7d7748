// The progress page: asks for the status, shows it, and loads the report at the same address when done.

const panel = document.querySelector("[data-progress]");
const find = (name) => document.querySelector(`[data-${name}]`);
const FINAL = new Set(["completed", "failed", "canceled"]);
const FIRST_MS = 700;
const SLOWEST_MS = 10000;
let wait = FIRST_MS;
let announced = panel.dataset.stage;
let filmShown = Boolean(document.querySelector("[data-film] video"));

function setText(name, words) {
  const place = find(name);
  if (place && place.textContent !== words) place.textContent = words;
}

function showStages(status) {
  for (const item of panel.querySelectorAll("[data-stage-name]")) {
    const place = status.stages.find((stage) => stage.name === item.dataset.stageName);
    if (!place) continue;
    item.dataset.state = place.state;
    if (place.state === "now") item.setAttribute("aria-current", "step");
    else item.removeAttribute("aria-current");
    item.querySelector("[data-stage-detail]").textContent = place.detail || "";
  }
}

function showFilm(status) {
  if (filmShown || !status.preview_url) return;
  const template = document.querySelector("#film-template");
  if (!template) return;
  const film = template.content.cloneNode(true);
  film.querySelector("video").src = status.preview_url;
  find("film").replaceChildren(film);
  find("film").hidden = false;
  filmShown = true;
}

function show(status) {
  const bar = panel.querySelector("progress");
  if (status.status === "queued" && status.progress === 0) bar.removeAttribute("value");
  else bar.value = status.progress;
  setText("percent", `${Math.floor(status.progress)} %`);
  setText("message", status.message);
  setText("eta", status.eta_words || "");
  document.title = `${Math.floor(status.progress)} % · ${panel.dataset.title} · Shadow Trainer`;
  showStages(status);
  showFilm(status);
  // The live region speaks once for each stage, not for each percent.
  const key = `${status.status}/${status.stage}`;
  if (announced !== key) {
    announced = key;
    setText("live", status.message);
  }
}

async function poll() {
  try {
    const answer = await fetch(panel.dataset.statusUrl, { headers: { Accept: "application/json" } });
    if (answer.status === 404) {
      window.location.reload();
      return;
    }
    if (!answer.ok) throw new Error(String(answer.status));
    const status = await answer.json();
    setText("connection", "");
    if (FINAL.has(status.status)) {
      window.location.reload();
      return;
    }
    show(status);
    wait = status.status === "queued" ? 2000 : FIRST_MS;
  } catch {
    // The server restarts or the network is away: the analysis goes on, this page asks less often.
    wait = Math.min(wait * 2, SLOWEST_MS);
    setText("connection", "The server does not answer right now; the analysis goes on. Asking again…");
  }
  window.setTimeout(poll, document.hidden ? Math.max(wait, 5000) : wait);
}

window.setTimeout(poll, FIRST_MS);
