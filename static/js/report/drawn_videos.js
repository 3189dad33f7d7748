// The videos that are drawn when somebody wants them: the link asks, tells how far it is, and downloads in the end.

const ASK_MS = 2000;

async function isReady(address) {
  // One byte, as JSON while it is being drawn; a bucket's answer is a redirection, which says that it is there.
  const answer = await fetch(address, {
    headers: { Accept: "application/json", Range: "bytes=0-0" },
    redirect: "manual",
    cache: "no-store",
  });
  if (answer.type === "opaqueredirect" || answer.status === 200 || answer.status === 206) return { ready: true };
  const told = await answer.json();
  if (answer.status !== 202) throw new Error(`${told.message || told.detail} ${told.fix || ""}`.trim());
  return { ready: false, ...told };
}

function words({ status, progress }) {
  return status === "processing" ? `Drawing… ${Math.round(progress)} %` : "Waiting for a free worker…";
}

async function follow(link, note) {
  link.setAttribute("aria-busy", "true");
  try {
    for (;;) {
      const told = await isReady(link.href);
      if (told.ready) break;
      note.textContent = words(told);
      await new Promise((resolve) => window.setTimeout(resolve, ASK_MS));
    }
    note.textContent = "Ready.";
    link.dataset.ready = "";
    link.click();
  } catch (error) {
    note.textContent = error.message;
  } finally {
    link.removeAttribute("aria-busy");
  }
}

export function bindDrawnVideos() {
  for (const link of document.querySelectorAll("[data-drawn-video]")) {
    const note = link.parentElement.querySelector("[data-drawn-note]");
    link.addEventListener("click", (event) => {
      if ("ready" in link.dataset) return;
      event.preventDefault();
      if (!link.hasAttribute("aria-busy")) follow(link, note);
    });
  }
}
