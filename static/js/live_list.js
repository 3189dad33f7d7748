// Lists of analyses: while one of them is under way the list is fetched again, and changes in place.

const ASK_MS = 4000;
const ACTIVE = ".chip.queued, .chip.processing, .chip.retrying";

async function renew(list) {
  const answer = await fetch(window.location.href, { headers: { Accept: "text/html" }, cache: "no-store" });
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.querySelector("[data-live-list]");
  // Nothing moves under a pointer, and what was ticked stays ticked.
  if (fresh && !list.querySelector("input:checked") && !list.contains(document.activeElement)) {
    list.replaceChildren(...fresh.childNodes);
  }
}

async function watch(list) {
  if (!document.hidden) {
    try {
      await renew(list);
    } catch {
      // The server restarts or the network is away: it is asked again.
    }
  }
  if (list.querySelector(ACTIVE)) window.setTimeout(() => watch(list), ASK_MS);
}

for (const list of document.querySelectorAll("[data-live-list]")) {
  if (list.querySelector(ACTIVE)) window.setTimeout(() => watch(list), ASK_MS);
}
