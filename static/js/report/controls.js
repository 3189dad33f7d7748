// Buttons and keys of the player.

const DIGITS = /^[1-8]$/;

export function bindControls(panel, film) {
  if (!panel) return;
  panel.hidden = false;
  // The buttons below step by frames and keep what is drawn over the film; the browser's own do not.
  film.video.controls = false;
  film.video.addEventListener("click", () => film.toggle());
  const actions = {
    back: () => film.step(-1),
    forward: () => film.step(1),
    play: () => film.toggle(),
    fullscreen: () => toggleFullscreen(panel.closest("[data-player]")),
  };
  panel.addEventListener("click", (event) => {
    const button = event.target.closest("[data-do]");
    if (button) actions[button.dataset.do]();
  });
  const play = panel.querySelector("[data-do=play]");
  const speed = panel.querySelector("[data-speed]");
  const loop = panel.querySelector("[data-loop]");
  const time = panel.querySelector("[data-time]");
  speed.addEventListener("change", () => {
    film.speed = Number(speed.value);
  });
  loop.addEventListener("change", () => {
    film.looping = loop.checked;
    film.range = film.line ? film.line.range : null;
  });
  film.addEventListener("state", () => {
    play.classList.toggle("playing", !film.paused);
    play.setAttribute("aria-label", film.paused ? "Play" : "Pause");
  });
  film.addEventListener("frame", ({ detail }) => {
    time.textContent = `${(detail.time * film.scale).toFixed(3)} s`;
  });
}

// The whole player, so that what is drawn over the film and the buttons come along.
function toggleFullscreen(player) {
  if (document.fullscreenElement) document.exitFullscreen();
  else if (player.requestFullscreen) player.requestFullscreen().catch(() => {});
  else player.querySelector("video").webkitEnterFullscreen?.();
}

function typing(target) {
  return target.closest("input:not([type=checkbox]):not([type=radio]), select, textarea, [contenteditable]");
}

export function bindKeys(film) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    const big = event.shiftKey ? 10 : 1;
    if (event.key === " ") {
      // On a button or link the space bar belongs to it.
      if (event.target.closest("button, a, summary, input")) return;
      film.toggle();
    } else if (event.key === "f") toggleFullscreen(film.video.closest("[data-player]"));
    else if (event.key === "ArrowLeft") film.step(-big);
    else if (event.key === "ArrowRight") film.step(big);
    else if (DIGITS.test(event.key) && film.line) film.line.go(Number(event.key));
    else return;
    event.preventDefault();
  });
}
