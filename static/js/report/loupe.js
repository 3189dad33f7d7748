// A round piece of the video, larger, beside the finger that hides it.

const SIZE_PX = 132;
const TIMES = 3;
const ASIDE_PX = 84;

export class Loupe {
  constructor(viewport) {
    this.viewport = viewport;
    this.canvas = document.createElement("canvas");
    this.canvas.className = "loupe";
    this.canvas.hidden = true;
    this.canvas.setAttribute("aria-hidden", "true");
    const density = Math.min(window.devicePixelRatio || 1, 2);
    this.canvas.width = this.canvas.height = SIZE_PX * density;
    this.context = this.canvas.getContext("2d");
    viewport.screen.append(this.canvas);
  }

  // point in pixels of the video.
  show(point) {
    const { viewport, canvas, context } = this;
    const { video } = viewport;
    const [x, y] = viewport.toScreen(point);
    const side = SIZE_PX / (TIMES * viewport.scale);
    const shown = video.videoWidth / viewport.width || 1;
    canvas.hidden = false;
    context.fillStyle = "#000";
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.drawImage(video, (point[0] - side / 2) * shown, (point[1] - side / 2) * shown, side * shown, side * shown, 0, 0, canvas.width, canvas.height);
    this.cross();
    // Above the finger; below it where there is no room.
    const above = y - ASIDE_PX - SIZE_PX / 2 > 0;
    const left = Math.min(viewport.size[0] - SIZE_PX, Math.max(0, x - SIZE_PX / 2));
    Object.assign(canvas.style, { left: `${left}px`, top: `${y + (above ? -ASIDE_PX : ASIDE_PX) - SIZE_PX / 2}px` });
  }

  cross() {
    const { context, canvas } = this;
    const middle = canvas.width / 2;
    for (const [width, colour] of [[4, "#000"], [1.5, "#fff"]]) {
      context.lineWidth = width;
      context.strokeStyle = colour;
      context.beginPath();
      for (const [a, b] of [[0.3, 0.47], [0.53, 0.7]]) {
        context.moveTo(canvas.width * a, middle);
        context.lineTo(canvas.width * b, middle);
        context.moveTo(middle, canvas.width * a);
        context.lineTo(middle, canvas.width * b);
      }
      context.stroke();
    }
  }

  hide() {
    this.canvas.hidden = true;
  }
}
