// The frame on the screen as a picture: the video, what is laid over it and what was drawn, in the video's own size.

import { readable } from "./readable.js";
import { caption } from "./shapes.js";

export async function saveSnapshot({ film, overlay, annotationCanvas, title }) {
  film.pause();
  await film.settled();
  const source = await readable(film.video);
  const canvas = picture({ film, overlay, annotationCanvas, title, source });
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = `${title.replace(/[^\p{L}\p{N}]+/gu, "-")}-${film.frame}.png`;
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

// On paper stands the poster, and a frame on which something was drawn where that is the one shown.
export function bindPrint(shown) {
  document.querySelector("[data-print]")?.addEventListener("click", () => window.print());
  const place = document.querySelector("[data-print-snapshot]");
  if (!place) return;
  const poster = [...place.childNodes];
  window.addEventListener("beforeprint", () => {
    const { film, annotationCanvas } = shown();
    const drawn = annotationCanvas.drawings.at(film.frame).length > 0;
    if (!drawn || film.video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) {
      place.replaceChildren(...poster);
      return;
    }
    const words = document.createElement("figcaption");
    words.textContent = `The video at ${(film.shownTime * film.scale).toFixed(3)} s`;
    place.replaceChildren(picture(shown()), words);
  });
}

export function picture({ film, overlay, annotationCanvas, title, source: video = film.video }) {
  const canvas = document.createElement("canvas");
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  const context = canvas.getContext("2d");
  context.drawImage(video, 0, 0);
  const width = overlay ? overlay.landmarks.width : video.videoWidth;
  const scale = video.videoWidth / width;
  const line = Math.max(2, 0.0045 * canvas.height);
  if (overlay?.visible) {
    const layer = document.createElement("canvas");
    layer.width = canvas.width;
    layer.height = canvas.height;
    const viewport = { toScreen: (point) => point.map((value) => value * scale) };
    // The same drawing with another place to go: the video's own pixels instead of the screen's.
    Object.assign(Object.create(overlay), { viewport, density: 1, line, canvas: layer }).draw(layer.getContext("2d"));
    context.drawImage(layer, 0, 0);
  }
  annotationCanvas?.paint(context, (point) => point.map((value) => value * scale), line);
  const size = Math.max(12, canvas.height / 40);
  caption(context, `${title} · ${(film.shownTime * film.scale).toFixed(3)} s`, [size, canvas.height - size], size);
  return canvas;
}
