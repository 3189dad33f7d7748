// The report: makes the video steppable and everything on the page point into it.

import { AnnotationCanvas } from "./report/annotation_canvas.js";
import { bindControls, bindKeys } from "./report/controls.js";
import { Corrections } from "./report/correct.js";
import { bindFigures } from "./report/figures.js";
import { bindDrawnVideos } from "./report/drawn_videos.js";
import { Film } from "./report/film.js";
import { bindHelp } from "./report/help.js";
import { bindLayerMenu } from "./report/layer_menu.js";
import { Layers } from "./report/layers.js";
import { Loop } from "./report/loop.js";
import { bindViewPanel } from "./report/view_panel.js";
import { bindPeople } from "./report/people.js";
import { bindStrip } from "./report/strip.js";
import { Viewport } from "./report/viewport.js";
import { bindPrint, saveSnapshot } from "./report/snapshot.js";
import { bindVerdicts } from "./report/verdicts.js";
import { TimeLine } from "./report/timeline.js";

const SPEEDS = [0.1, 0.25, 0.5, 0.75, 1];
const player = document.querySelector("[data-player]");

function bindSeeks(film) {
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-seek]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    film.pause();
    film.seek(Number(link.dataset.seek));
    if (!player.contains(link)) player.scrollIntoView({ block: "nearest" });
  });
}

function switches(layers) {
  const press = (...names) => () => {
    const boxes = names.map((name) => layers.panel.querySelector(`[data-shows=${name}]`)).filter(Boolean);
    const on = !boxes[0]?.checked;
    for (const box of boxes) if (box.checked !== on) box.click();
  };
  return { k: press("skeleton"), g: press("shadow"), t: press("wrist", "hips"), r: press("angles") };
}

function keysOf({ film, viewport, annotationCanvas, loop, help, snapshot, layers }) {
  const speed = (step) => () => {
    const now = SPEEDS.findIndex((value) => value >= film.speed);
    film.speed = SPEEDS[Math.min(SPEEDS.length - 1, Math.max(0, now + step))];
  };
  return {
    "?": help, p: () => annotationCanvas.toggle(), c: snapshot, l: () => loop?.toggle(),
    "+": () => viewport.closer(), "=": () => viewport.closer(), "-": () => viewport.farther(), 0: () => viewport.reset(),
    w: () => viewport.pan(0, -1), a: () => viewport.pan(-1, 0), s: () => viewport.pan(0, 1), d: () => viewport.pan(1, 0),
    "[": speed(-1), "]": speed(1),
    ...switches(layers),
  };
}

function start() {
  const { dataset } = player;
  const film = new Film(player.querySelector("video"), { fps: Number(dataset.fps), scale: Number(dataset.scale) });
  const size = { width: Number(dataset.width), height: Number(dataset.height) };
  const viewport = new Viewport(player.querySelector("[data-screen]"), film.video, size);
  const panel = player.querySelector("[data-controls]");
  const layers = new Layers(player, film, viewport);
  const annotationCanvas = new AnnotationCanvas(player, film, viewport);
  const figures = bindFigures(film);
  let loop = null;
  // What points into the video and is exchanged when an event moves.
  const bindParts = () => {
    film.bound?.abort();
    film.bound = new AbortController();
    const marks = player.querySelector("[data-marks]");
    film.line = marks ? new TimeLine(marks, film, film.bound.signal) : null;
    figures.bind(film.bound.signal);
    loop?.apply();
    layers.renew();
    document.dispatchEvent(new Event("remeasured"));
  };
  bindParts();
  loop = panel.querySelector("[data-loop]") ? new Loop(panel, film) : null;
  const shown = () => ({ film, overlay: layers.overlay, annotationCanvas, title: dataset.title });
  const snapshot = () => saveSnapshot(shown());
  bindPrint(shown);
  const help = bindHelp(panel.querySelector("[data-do=help]"), document.querySelector("[data-help]"));
  bindControls(panel, film, {
    viewport, snapshot, closer: () => viewport.closer(), farther: () => viewport.farther(),
    "event-back": () => film.line?.step(-1), "event-forward": () => film.line?.step(1),
  });
  bindLayerMenu(player.querySelector("[data-layer-menu]"));
  const keys = keysOf({ film, viewport, annotationCanvas, loop, help, snapshot, layers });
  bindKeys(film, { keys, go: (number) => film.line?.go(number) });
  bindSeeks(film);
  layers.start();
  bindViewPanel(document.querySelector("[data-view-panel]"), film);
  bindVerdicts(film, bindPeople(film, viewport, annotationCanvas));
  const corrections = new Corrections(player, film, bindParts);
  bindJoints(player.querySelector("[data-joints]"), { film, viewport, layers, corrections });
}

// Few visits set joints by hand: what it takes is loaded when it is asked for.
function bindJoints(place, parts) {
  if (!place) return;
  const begin = async () => {
    const { Joints } = await import("./report/joints.js");
    new Joints(place, parts).toggle(true);
  };
  place.querySelector("[data-joints-toggle]").addEventListener("click", begin, { once: true });
  place.hidden = false;
}

bindDrawnVideos();
bindStrip(document.querySelector("[data-strip]"));
if (player?.querySelector("video")) start();
