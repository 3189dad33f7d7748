// Who is in the video: a button over each person on the frame that is shown. Pressing one of those who were not
// measured sends the form that the thumbnails belong to. Where everybody stands comes from pose/tracking/person_boxes.py.

const LEAST_PX = 44;
// Real seconds without somebody: they were hidden, or had left.
const GONE_S = 0.45;

// annotationCanvas: what else takes presses on the video, where there is one.
export function bindPeople(film, viewport, annotationCanvas = null) {
  const form = document.querySelector("[data-places]");
  const toggles = [...document.querySelectorAll("[data-people-toggle]")];
  if (!form || !toggles.length) return null;
  const people = new People({ form, film, viewport, toggles, note: document.querySelector("[data-people-note]") });
  if (!annotationCanvas) return people;
  // One thing at a time takes what is pressed on the video.
  annotationCanvas.addEventListener("change", () => annotationCanvas.active && people.toggle(false));
  people.addEventListener("change", () => people.active && annotationCanvas.toggle(false));
  return people;
}

class People extends EventTarget {
  // form: of the thumbnails, with the address of everybody's places; toggles: buttons that show and hide the boxes.
  constructor({ form, film, viewport, toggles, note }) {
    super();
    Object.assign(this, { form, film, viewport, toggles, note });
    this.active = false;
    this.places = null;
    // While somebody else of the page asks who it is, a press answers and sends nothing.
    this.picking = null;
    this.box = document.createElement("div");
    this.box.className = "who";
    this.box.hidden = true;
    viewport.screen.append(this.box);
    this.box.addEventListener("click", (event) => this.picked(event));
    for (const toggle of toggles) toggle.addEventListener("click", () => this.toggle());
    film.addEventListener("frame", () => this.draw());
    film.addEventListener("state", () => !film.paused && this.toggle(false));
    viewport.addEventListener("change", () => this.draw());
    viewport.screen.addEventListener("keydown", (event) => event.key === "Escape" && this.toggle(false));
  }

  async toggle(on = !this.active) {
    if (on === this.active) return;
    this.active = on;
    this.dispatchEvent(new Event("change"));
    for (const toggle of this.toggles) toggle.setAttribute("aria-pressed", String(on));
    this.box.hidden = !on;
    if (!on) {
      this.answer(null);
      if (this.box.contains(document.activeElement)) this.toggles[0].focus({ preventScroll: true });
      this.tell("");
      return;
    }
    this.film.pause();
    this.places ??= this.load();
    await this.places;
    if (!this.active) return;
    this.find();
    await this.film.settled();
    if (!this.active) return;
    this.draw();
    this.viewport.screen.scrollIntoView({ block: "nearest" });
    this.people.find((one) => (this.picking || !one.chosen) && !one.button.hidden)?.button.focus({ preventScroll: true });
  }

  // The id of who is pressed on the film, or null when nobody is in the end.
  async pick() {
    await this.toggle(false);
    const chosen = new Promise((resolve) => (this.picking = resolve));
    await this.toggle(true);
    return chosen;
  }

  picked(event) {
    const button = event.target.closest("button");
    if (!this.picking || !button) return;
    event.preventDefault();
    this.answer(button.value);
    this.toggle(false);
  }

  answer(id) {
    this.picking?.(id);
    this.picking = null;
  }

  async load() {
    const answer = await fetch(this.form.dataset.places);
    if (!answer.ok) {
      this.tell("It could not be loaded who stands where. Choose by the pictures below.");
      throw new Error(`places: ${answer.status}`);
    }
    const places = await answer.json();
    // The places have the clock of the file, which the report may have found to be another.
    this.scale = places.time_scale ?? this.film.scale;
    this.people = places.people.map((one) => this.person(one));
    // The one in front is the smaller target: it lies on top.
    this.box.append(...this.people.map((one) => one.button));
  }

  person({ id, times, boxes }) {
    const thumb = this.form.querySelector(`[name=person][value="${id}"]`);
    const number = [...this.form.querySelectorAll("[name=person]")].indexOf(thumb) + 1;
    const chosen = thumb?.disabled ?? false;
    const button = document.createElement("button");
    button.type = "submit";
    button.name = "person";
    button.value = id;
    button.setAttribute("form", this.form.id);
    button.disabled = chosen;
    button.className = chosen ? "chosen" : "";
    const words = document.createElement("span");
    words.textContent = chosen ? "Measured" : "Measure";
    button.setAttribute("aria-label", chosen ? `Measured: person ${number}` : `Measure person ${number} instead`);
    button.append(words);
    return { button, words, number, chosen, times, boxes };
  }

  tell(words) {
    this.note.textContent = words;
  }

  realTime() {
    return this.film.wantedTime * this.scale;
  }

  // For whom a press is, and what it does.
  label({ button, words, number, chosen }) {
    const asked = Boolean(this.picking);
    button.disabled = chosen && !asked;
    button.className = chosen && !asked ? "chosen" : "";
    words.textContent = asked ? "Pitcher" : chosen ? "Measured" : "Measure";
    const said = chosen ? `Measured: person ${number}` : `Measure person ${number} instead`;
    button.setAttribute("aria-label", asked ? `Person ${number} is the pitcher` : said);
  }

  // When nobody else is on this frame, the video goes to where somebody is.
  find() {
    const now = this.realTime();
    for (const one of this.people) this.label(one);
    const others = this.people.filter((one) => this.picking || !one.chosen);
    if (this.picking) this.tell("Press the pitcher.");
    else if (others.some((one) => placeAt(one, now))) this.tell("Press the person who should be measured.");
    else {
      const seen = others.flatMap((one) => one.times).reduce((a, b) => (Math.abs(b - now) < Math.abs(a - now) ? b : a), Infinity);
      this.film.seek(seen / this.scale);
      this.tell(`Nobody else was on that frame; this one is at ${seen.toFixed(1)} s. Press the person who should be measured.`);
    }
  }

  draw() {
    if (!this.active || !this.people) return;
    const now = this.film.shownTime * this.scale;
    for (const one of this.people) {
      const place = placeAt(one, now);
      one.button.hidden = !place;
      if (place) this.put(one.button, place);
    }
  }

  put(button, [left, top, width, height]) {
    const [x, y] = this.viewport.toScreen([left + width / 2, top + height / 2]);
    const [across, down] = [width, height].map((side) => Math.max(LEAST_PX, side * this.viewport.scale));
    Object.assign(button.style, {
      left: `${x - across / 2}px`,
      top: `${y - down / 2}px`,
      width: `${across}px`,
      height: `${down}px`,
      zIndex: Math.round(1e5 / Math.sqrt(across * down)),
    });
  }
}

// [left, top, width, height] in pixels of the film at a real time, between the two places that are known around it.
function placeAt({ times, boxes }, now) {
  const next = times.findIndex((time) => time >= now);
  const [a, b] = next < 0 ? [times.length - 1, times.length - 1] : [Math.max(0, next - 1), next];
  const nearest = now - times[a] < times[b] - now ? a : b;
  if (Math.abs(times[nearest] - now) > GONE_S) return null;
  if (times[b] - times[a] > GONE_S || now < times[a] || now > times[b] || a === b) return boxes[nearest];
  const share = (now - times[a]) / (times[b] - times[a]);
  return boxes[a].map((value, k) => value + share * (boxes[b][k] - value));
}
