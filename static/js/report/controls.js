// Buttons and keys of the player.

const DIGITS = /^[1-8]$/;

export function bindControls(panel, film, more = {}) {
  if (!panel) return;
  panel.hidden = false;
  // The buttons below step by frames and keep what is drawn over the video; the browser's own do not.
  film.video.controls = false;
  const actions = {
    back: () => film.step(-1),
    forward: () => film.step(1),
    play: () => film.toggle(),
    fullscreen: () => toggleFullscreen(panel.closest("[data-player], [data-pair]")),
    ...more,
  };
  panel.addEventListener("click", (event) => {
    const name = event.target.closest("[data-do]")?.dataset.do;
    actions[name]?.(event);
  });
  const play = panel.querySelector("[data-do=play]");
  film.addEventListener("state", () => {
    play.classList.toggle("playing", !film.paused);
    play.setAttribute("aria-label", film.paused ? "Play" : "Pause");
  });
  bindSpeed(panel.querySelector("[data-speed]"), film);
  bindClock(panel.querySelector("[data-time]"), film);
  bindTaps(film, more.viewport);
}

function bindSpeed(choice, film) {
  if (!choice) return;
  choice.addEventListener("change", () => {
    film.speed = Number(choice.value);
  });
  film.addEventListener("state", () => {
    if (Number(choice.value) !== film.speed) choice.value = String(film.speed);
  });
}

function bindClock(clock, film) {
  const show = () => {
    clock.textContent = `${(film.shownTime * film.scale).toFixed(3)} s`;
    clock.title = `Frame ${film.frame}`;
    clock.dataset.frame = film.frame;
  };
  film.addEventListener("frame", show);
  show();
}

// One tap plays and stops; two zoom, and leave the video where the first one found it.
function bindTaps(film, viewport) {
  const target = viewport?.screen ?? film.video;
  let before = null;
  target.addEventListener("click", (event) => {
    if (event.target.closest("button, a, input")) return;
    if (event.detail === 1) before = { time: film.wantedTime, paused: film.paused };
    if (event.detail < 2 || !viewport) film.toggle();
  });
  if (!viewport) return;
  target.addEventListener("dblclick", (event) => {
    if (event.target.closest("button, a, input")) return;
    // Without a first tap of its own (a drag ended just before) there is nothing to undo.
    if (before?.paused) {
      film.pause();
      film.seek(before.time);
    } else if (before && film.paused) film.play();
    before = null;
    viewport.doubleTap(event.clientX, event.clientY);
  });
}

// The whole player, so that what is drawn over the video and the buttons come along.
export function toggleFullscreen(player) {
  if (document.fullscreenElement) document.exitFullscreen();
  else if (player.requestFullscreen) player.requestFullscreen().catch(() => {});
  else player.querySelector("video").webkitEnterFullscreen?.();
}

function typing(target) {
  return target.closest("input:not([type=checkbox]):not([type=radio]), select, textarea, [contenteditable], dialog[open]");
}

// keys: {key: action} on top of those of every video; go(number): to the event with this number.
export function bindKeys(film, { keys = {}, go } = {}) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || typing(event.target)) return;
    const big = event.shiftKey ? 10 : 1;
    if (event.key === " ") {
      // On a button, a link or a box the space bar belongs to it.
      if (event.target.closest("button, a, summary, input")) return;
      film.toggle();
    } else if (event.key === "ArrowLeft" || event.key === "ArrowRight") {
      // Arrows choose between radio buttons.
      if (event.target.closest("input[type=radio]")) return;
      film.step(event.key === "ArrowLeft" ? -big : big);
    } else if (event.key === "f") toggleFullscreen(film.video.closest("[data-player], [data-pair]"));
    else if (DIGITS.test(event.key) && go) go(Number(event.key));
    else if (keys[event.key]) keys[event.key](event);
    else return;
    event.preventDefault();
  });
}
