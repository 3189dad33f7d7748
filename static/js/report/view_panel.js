// The second panel: the delivery in space, or another pitch beside this one. Nothing of it is loaded before it opens.

import { Landmarks } from "./landmarks.js";

export function bindViewPanel(panel, film) {
  if (!panel) return;
  panel.hidden = false;
  const opened = {};
  const open = () => {
    if (!panel.open) return;
    const kind = panel.querySelector("[data-view-kind]:checked").value;
    for (const part of panel.querySelectorAll("[data-view-part]")) part.hidden = part.dataset.viewPart !== kind;
    const part = panel.querySelector(`[data-view-part="${kind}"]`);
    opened[kind] ??= kind === "space" ? openSpace(part, film) : openOther(part, film);
  };
  panel.addEventListener("toggle", open);
  for (const choice of panel.querySelectorAll("[data-view-kind]")) choice.addEventListener("change", open);
}

async function openOther(part, film) {
  const { bindOther } = await import("./other.js");
  bindOther(part, film);
}

async function openSpace(part, film) {
  const message = part.querySelector("[data-message]");
  try {
    const [athlete, { SceneGeometry }, { Orbit }] = await Promise.all([
      Landmarks.load(part.dataset.athlete),
      import("./scene_geometry.js"),
      import("./orbit.js"),
    ]);
    const canvas = part.querySelector("canvas");
    const orbit = new Orbit(canvas, athlete.throws);
    const sceneGeometry = new SceneGeometry(athlete, film.line?.timeOf("leg_lift"));
    const view = await bestView(part, canvas, orbit, sceneGeometry);
    message.textContent = "";
    film.addEventListener("frame", ({ detail }) => view.show(athlete.rowAt(detail.time)));
    view.show(athlete.rowAt(film.shownTime));
    bindView(part, view, orbit);
  } catch (error) {
    console.error("the view in space could not be opened:", error);
    message.textContent = "The 3D data could not be loaded. Reload the page to try again.";
  }
}

// three.js where the browser has WebGL; our own lines on a plain canvas where it has not.
async function bestView(part, canvas, orbit, sceneGeometry) {
  if (hasWebGL()) {
    try {
      const [three, { Space }] = await Promise.all([import(part.dataset.library), import("./space.js")]);
      part.dataset.view = "webgl";
      return new Space(three, canvas, orbit, sceneGeometry);
    } catch (error) {
      console.warn("no view with WebGL:", error);
    }
  }
  const { View3D } = await import("./view3d.js");
  part.dataset.view = "plain";
  return new View3D(canvas, orbit, sceneGeometry);
}

function hasWebGL() {
  const context = document.createElement("canvas").getContext("webgl2");
  context?.getExtension("WEBGL_lose_context")?.loseContext();
  return Boolean(context);
}

function bindView(part, view, orbit) {
  for (const button of part.querySelectorAll("[data-preset]")) {
    button.addEventListener("click", () => orbit.preset(button.dataset.preset));
  }
  const trails = part.querySelector("[data-trails]");
  trails.addEventListener("change", () => {
    view.trails = trails.checked;
    view.draw();
  });
  const turntable = part.querySelector("[data-turntable]");
  turntable.addEventListener("change", () => orbit.turntable(turntable.checked));
  bindGhost(part, view);
}

function bindGhost(part, view) {
  const box = part.querySelector("[data-ghost]");
  if (!box) return;
  const pin = part.querySelector("[data-ghost-pin]");
  const modes = [...part.querySelectorAll("[data-ghost-mode]")];
  let loaded = {};
  const show = async () => {
    const mode = modes.find((choice) => choice.checked).value;
    const key = `${mode} ${pin.checked}`;
    if (box.checked) loaded[key] ??= Landmarks.loadShadow(part.dataset.shadow, mode, pin.checked);
    view.ghost = box.checked ? await loaded[key] : null;
    view.draw();
  };
  for (const input of [box, pin, ...modes]) input.addEventListener("change", show);
  // An event was moved: it is another shadow now.
  document.addEventListener("remeasured", () => {
    loaded = {};
    show();
  });
  show();
}
