// Guide me: the frames and joints whose correction would shrink the printed errors most, one after the other.

export function bindGuide(list, joints) {
  list.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-guide-at]");
    if (!button) return;
    const { film } = joints;
    film.pause();
    film.seek(Number(button.dataset.guideAt) / film.scale);
    await film.settled();
    joints.draw();
    const first = joints.handle(button.dataset.guideJoint);
    if (first && !first.button.hidden) first.button.focus({ preventScroll: true });
    joints.viewport.screen.scrollIntoView({ block: "nearest" });
  });

  function show(proposals) {
    list.hidden = false;
    list.replaceChildren(...(proposals.length ? proposals.map(item) : [nothing()]));
    list.querySelector("button")?.focus({ preventScroll: true });
  }

  function item(one) {
    const line = document.createElement("li");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button slim";
    Object.assign(button.dataset, { guideAt: one.at_s, guideJoint: one.joints[0] });
    button.textContent = one.words;
    const gain = document.createElement("span");
    gain.className = "small quiet";
    gain.textContent = one.gain;
    line.append(button, " ", gain);
    return line;
  }

  function nothing() {
    const line = document.createElement("li");
    line.textContent = "No correction would make the numbers of this pitch much surer.";
    return line;
  }

  return { show, renew: (proposals) => !list.hidden && list.replaceChildren(...(proposals.length ? proposals.map(item) : [nothing()])) };
}
