// What setting a joint by hand needs and no page does: names, how the frames around follow until the server has
// solved the motion again, how exact a place is at this zoom.

export const JOINTS = [
  ["left_shoulder", 11], ["right_shoulder", 12], ["left_elbow", 13], ["right_elbow", 14], ["left_wrist", 15], ["right_wrist", 16],
  ["left_hip", 23], ["right_hip", 24], ["left_knee", 25], ["right_knee", 26], ["left_ankle", 27], ["right_ankle", 28],
];
// Seconds after which a neighbour follows by 1/e, as pose/motion/hand_set.py has it.
const ALIKE_S = { wrist: 0.02, knee: 0.06, ankle: 0.05 };
const ALIKE_ELSE_S = 0.04;
const LEAST_SHARE = 0.05;
// A place is set to about so many pixels of the screen, and never better than the picture shows it.
const AIM_PX = 2.5;
const LEAST_SIGMA_PX = 1.5;
const MOST_SIGMA_PX = 30;

export function words(joint) {
  const name = joint.replace("_", " ");
  return name[0].toUpperCase() + name.slice(1);
}

// The throwing arm first: it is what most needs a hand.
export function inOrder(throwing) {
  const rank = ([name]) => {
    const [side, part] = name.split("_");
    return (side === throwing ? 0 : 10) + ["wrist", "elbow", "shoulder", "hip", "knee", "ankle"].indexOf(part);
  };
  return [...JOINTS].sort((a, b) => rank(a) - rank(b));
}

export function sigmaPx(scale) {
  return Math.min(MOST_SIGMA_PX, Math.max(LEAST_SIGMA_PX, AIM_PX / scale));
}

// [{row, share}] of the frames that follow a joint of the frame `row`, that one among them; times in real seconds.
export function followers(times, row, joint) {
  const alike = ALIKE_S[joint.split("_")[1]] ?? ALIKE_ELSE_S;
  const out = [];
  for (const way of [-1, 1]) {
    for (let at = way < 0 ? row : row + 1; at >= 0 && at < times.length; at += way) {
      const share = Math.exp(-Math.abs(times[at] - times[row]) / alike);
      if (share < LEAST_SHARE) break;
      out.push({ row: at, share });
    }
  }
  return out;
}

// A joint on its way: moves it and the frames around in the landmarks at hand; back() leaves them as they were.
export class Moved {
  constructor(landmarks, row, joint, index) {
    Object.assign(this, { landmarks, row, joint, index });
    this.before = followers(landmarks.time_s, row, joint).map((one) => ({ ...one, point: landmarks.point(one.row, index) }));
    this.start = landmarks.point(row, index);
  }

  to([x, y]) {
    const [fromX, fromY] = this.start ?? [x, y];
    for (const { row, share, point } of this.before) {
      if (row === this.row) this.landmarks.put(row, this.index, [x, y]);
      else if (point) this.landmarks.put(row, this.index, [point[0] + share * (x - fromX), point[1] + share * (y - fromY)]);
    }
  }

  back() {
    for (const { row, point } of this.before) this.landmarks.put(row, this.index, point);
  }
}

// What is set in one frame: joint -> its last step. Steps in the order in which they were made, times in real seconds.
export function stateAt(steps, time, half) {
  const found = new Map();
  for (const step of steps) if (step.kind !== "exchange" && Math.abs(step.at_s - time) <= half) found.set(step.joint, step);
  return found;
}

// Which of some places lies nearest to a point.
export function nearestOf(places, [x, y]) {
  const away = places.map((place) => Math.hypot(place[0] - x, place[1] - y));
  return away.indexOf(Math.min(...away));
}
