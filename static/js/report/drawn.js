// The list of what was drawn on a video: each leads to its frame and can be taken away.

const WORDS = { line: "Line", angle: "Angle", circle: "Circle", free: "Free hand" };

export class DrawnList {
  constructor(list, annotationCanvas) {
    Object.assign(this, { list, annotationCanvas });
  }

  show() {
    this.list.replaceChildren(...this.annotationCanvas.drawings.list().map((one) => this.item(one)));
  }

  item(one) {
    const { film } = this.annotationCanvas;
    const place = one.frame === null ? "on every frame" : `${((one.frame / film.fps) * film.scale).toFixed(3)} s`;
    const words = `${WORDS[one.shape.tool]}, ${place}`;
    const item = document.createElement("li");
    const name = one.frame === null ? document.createElement("span") : button("link", words);
    name.textContent = words;
    if (one.frame !== null) name.addEventListener("click", () => film.seek(one.frame / film.fps));
    const remove = button("button slim", "Remove");
    remove.setAttribute("aria-label", `Remove: ${words}`);
    remove.addEventListener("click", () => this.remove(one, item));
    item.append(name, " ", remove);
    return item;
  }

  // The focus goes to the next one, so that several go one after the other by keyboard.
  remove(one, item) {
    const place = [...this.list.children].indexOf(item);
    this.annotationCanvas.keep(this.annotationCanvas.drawings.remove(one));
    const next = this.list.children[Math.min(place, this.list.children.length - 1)];
    (next?.querySelector(".button") ?? this.annotationCanvas.panel.querySelector("[data-annotation-do=done]")).focus();
  }
}

function button(name, words) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = name;
  made.textContent = words;
  return made;
}
