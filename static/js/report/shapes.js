// What a coach draws: lines, angles, circles and free hand, in pixels of the video.

import { label, stroke, wedge } from "./paint.js";

// How many points make a shape; free hand takes as many as come.
export const POINTS = { line: 2, angle: 3, circle: 2, free: Infinity };

// White, yellow, cyan, magenta: they differ in lightness and hue, and each is drawn on a dark edge.
export const COLOURS = ["#ffffff", "#ffd400", "#2fd6ff", "#ff6ad5"];

const FREE_STEP = 3;

export function complete(shape) {
  if (shape.tool === "free") return shape.points.length > 1;
  return shape.points.length >= POINTS[shape.tool];
}

// Free hand keeps only points that are apart: a drawing of a minute must fit into the browser's storage.
export function extend(shape, point) {
  const last = shape.points[shape.points.length - 1];
  if (last && Math.hypot(point[0] - last[0], point[1] - last[1]) < FREE_STEP) return;
  shape.points.push(point);
}

// place: pixels of the video to pixels of the canvas; width: of a line on the canvas; hover: the point that
// would come next.
export function paint(context, shape, { place, width, hover = null }) {
  const points = [...shape.points, ...(hover ? [hover] : [])].map(place);
  context.lineCap = "round";
  context.lineJoin = "round";
  const style = { colour: shape.colour, width };
  if (shape.tool === "circle" && points.length > 1) circle(context, points, style);
  else if (shape.tool === "angle") angle(context, points, style);
  else if (points.length > 1) stroke(context, points, style);
  if (points.length === 1) stroke(context, [points[0], points[0]], style);
}

function circle(context, [centre, edge], style) {
  const radius = Math.hypot(edge[0] - centre[0], edge[1] - centre[1]);
  const steps = 72;
  const points = Array.from({ length: steps + 1 }, (_, step) => {
    const turn = (2 * Math.PI * step) / steps;
    return [centre[0] + Math.cos(turn) * radius, centre[1] + Math.sin(turn) * radius];
  });
  stroke(context, points, style);
}

function angle(context, points, style) {
  if (points.length > 1) stroke(context, points.slice(0, 3), style);
  if (points.length < 3) return;
  const [from, corner, to] = points;
  const reach = Math.min(...[from, to].map((point) => Math.hypot(point[0] - corner[0], point[1] - corner[1])));
  const radius = Math.max(style.width * 4, Math.min(style.width * 12, reach * 0.5));
  wedge(context, from, corner, to, { radius, size: Math.max(13, style.width * 5.5) });
}

export function caption(context, words, at, size) {
  label(context, words, at, size, { align: "left" });
}
