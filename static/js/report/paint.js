// Strokes that can be read on grass, dirt and night sky: every line and word has a dark edge.

export const CASING = "#0b111a";

export function stroke(context, points, { colour, width, alpha = 1, casing = CASING, edge = width * 0.9 }) {
  context.globalAlpha = alpha;
  for (const [style, wide] of [[casing, width + edge], [colour, width]]) {
    context.strokeStyle = style;
    context.lineWidth = wide;
    context.beginPath();
    points.forEach((point, place) => context[place ? "lineTo" : "moveTo"](point[0], point[1]));
    context.stroke();
  }
  context.globalAlpha = 1;
}

export function dot(context, [x, y], radius, { fill = "#fff", casing = CASING } = {}) {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fillStyle = fill;
  context.fill();
  context.lineWidth = Math.min(radius * 0.45, 3);
  context.strokeStyle = casing;
  context.stroke();
}

export function label(context, words, [x, y], size, { align = "center", fill = "#fff" } = {}) {
  context.font = `600 ${size}px system-ui, sans-serif`;
  context.textAlign = align;
  context.textBaseline = "middle";
  context.lineJoin = "round";
  context.lineWidth = size / 3.5;
  context.strokeStyle = CASING;
  context.strokeText(words, x, y);
  context.fillStyle = fill;
  context.fillText(words, x, y);
}

// A number in a dark disc, as on the line of events.
export function badge(context, words, [x, y], radius) {
  dot(context, [x, y], radius, { fill: "#17202b", casing: "#fff" });
  context.font = `700 ${radius * 1.35}px system-ui, sans-serif`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillStyle = "#fff";
  context.fillText(words, x, y + radius * 0.08);
}

// The angle at ``corner`` between two points, in degrees from 0 to 180.
export function degreesAt(from, corner, to) {
  const turn = turnOf(from, corner, to);
  return (Math.abs(turn) * 180) / Math.PI;
}

function turnOf(from, corner, to) {
  const start = Math.atan2(from[1] - corner[1], from[0] - corner[0]);
  const end = Math.atan2(to[1] - corner[1], to[0] - corner[0]);
  return ((end - start + 3 * Math.PI) % (2 * Math.PI)) - Math.PI;
}

// A filled wedge with its degrees beside it.
export function wedge(context, from, corner, to, { radius, size, fill = "rgb(255 255 255 / 35%)" }) {
  const start = Math.atan2(from[1] - corner[1], from[0] - corner[0]);
  const turn = turnOf(from, corner, to);
  context.beginPath();
  context.moveTo(corner[0], corner[1]);
  context.arc(corner[0], corner[1], radius, start, start + turn, turn < 0);
  context.closePath();
  context.fillStyle = fill;
  context.fill();
  const middle = start + turn / 2;
  const away = radius + size * 1.1;
  const place = [corner[0] + Math.cos(middle) * away, corner[1] + Math.sin(middle) * away];
  label(context, `${Math.round(degreesAt(from, corner, to))}°`, place, size);
}
