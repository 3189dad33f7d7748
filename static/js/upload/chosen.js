// Which videos were chosen: by the file field, the camera or dropping; what is known of them before sending.

import { megabytes } from "./words.js";

export class Chosen {
  constructor(form, { changed, announce }) {
    Object.assign(this, { form, changed, announce });
    this.film = form.querySelector("#video");
    this.camera = form.querySelector("#camera");
    this.address = null;
    for (const [input, other] of [
      [this.film, this.camera],
      [this.camera, this.film],
    ]) {
      input.addEventListener("change", () => {
        if (input.files.length) other.value = "";
        this.show();
      });
    }
    this.bindDrop(form.querySelector("[data-drop]"));
  }

  find(name) {
    return this.form.querySelector(`[data-${name}]`);
  }

  get files() {
    return [...(this.film.files.length ? this.film.files : this.camera.files)];
  }

  empty() {
    this.film.value = "";
    this.camera.value = "";
    this.show({ keepBatch: true });
  }

  // A look at one video: what the browser can play is shown; what it cannot is still uploaded.
  show({ keepBatch = false } = {}) {
    const { files } = this;
    const one = files.length === 1 ? files[0] : null;
    if (this.address) URL.revokeObjectURL(this.address);
    this.address = null;
    this.find("chosen").hidden = !one;
    if (!keepBatch) this.list(files.length > 1 ? files : []);
    if (one) this.play(one);
    if (files.length) this.announce(one ? `Chosen: ${one.name}` : `${files.length} videos chosen`);
    this.changed(files);
  }

  play(file) {
    const video = this.find("chosen-film");
    const facts = this.find("chosen-facts");
    this.find("chosen-name").textContent = file.name;
    facts.textContent = megabytes(file.size);
    this.address = URL.createObjectURL(file);
    video.hidden = false;
    const dark = () => {
      video.hidden = true;
      facts.textContent = `${megabytes(file.size)} · this browser cannot play it, the analysis may`;
    };
    video.onerror = dark;
    video.onloadedmetadata = () => {
      // Sound that plays, and no picture: a codec that this browser has not.
      if (!video.videoWidth) return dark();
      facts.textContent = `${megabytes(file.size)} · ${video.duration.toFixed(1)} s · ${video.videoWidth} × ${video.videoHeight}`;
    };
    video.src = this.address;
  }

  list(files) {
    const list = this.find("batch");
    list.hidden = !files.length;
    list.replaceChildren(
      ...files.map((file) => {
        const item = document.createElement("li");
        const name = document.createElement("span");
        name.className = "name";
        name.textContent = `${file.name} · ${megabytes(file.size)}`;
        item.append(name);
        return item;
      }),
    );
  }

  // What can be said of the files before anything is sent; the server looks again.
  wrong() {
    const { files } = this;
    if (!files.length) {
      return {
        title: "No video was chosen.",
        fix: "Choose a video file, then press “Analyze”.",
        errors: [{ field: "video", message: "Choose a video" }],
      };
    }
    for (const file of files) {
      const found = this.wrongFile(file);
      if (found) return found;
    }
    return null;
  }

  wrongFile(file) {
    const { maxMb, extensions } = this.form.dataset;
    if (file.size === 0) {
      return {
        title: `The file “${file.name}” is empty.`,
        fix: "Wait until it is fully copied from the phone, and choose it again.",
      };
    }
    if (file.size > Number(maxMb) * 1e6) {
      return {
        title: `The video is larger than the limit of ${maxMb} MB.`,
        fix: "Trim the video to the pitch, or film at a lower resolution, and upload that.",
      };
    }
    const known = extensions.split(" ").some((extension) => file.name.toLowerCase().endsWith(extension));
    if (file.type && !file.type.startsWith("video/") && !known) {
      return { title: `The file “${file.name}” is not a video.`, fix: "Choose a video file, such as .mp4 or .mov." };
    }
    return null;
  }

  bindDrop(zone) {
    let depth = 0;
    const over = (change) => {
      depth = Math.max(0, depth + change);
      zone.classList.toggle("over", depth > 0);
    };
    zone.addEventListener("dragenter", () => over(1));
    zone.addEventListener("dragleave", () => over(-1));
    zone.addEventListener("drop", (event) => {
      over(-depth);
      if (!event.dataTransfer.files.length) return;
      const all = new DataTransfer();
      for (const file of event.dataTransfer.files) all.items.add(file);
      this.film.files = all.files;
      this.camera.value = "";
      this.show();
    });
    // A video dropped beside the zone must not replace the page.
    for (const name of ["dragover", "drop"]) {
      window.addEventListener(name, (event) => event.preventDefault());
    }
  }
}
