"""From the network's raw landmarks to one consistent 3D delivery: the stage ``motion``.

For each delivery window: left/right swaps mended, outliers dropped, gaps bridged; a first shape put in front
of the camera; then one fit of all points, bone lengths and focal length; then the world frame.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from ...body.series import PoseSeries
from ...body.skeleton import COUNT
from ..raw_track import ARMS, RawTrack
from . import body, contacts, fit, hand_set, hands, heading, joint_confidence, lifter, occlusion, offsets
from .assemble import all_landmarks
from .camera import (
    PRIOR_FOCAL_SPREAD,
    Camera,
    default_focal,
    level_rotation,
    project_camera,
)  # fmt: skip
from .hand_set import HandSet
from .lift import fill, root_positions
from .repair import Mended, body_size_px, repair

KNOWN_FOCAL_SPREAD = 0.01
LEAST_FRAMES = 5
ROUNDS = (8, 4, 4)  # iterations between updates of the landmark offsets
# After the first round the shape is lifted anew from this share of the fit and the rest of the network's shape.
# More of the fit is better still on ordinary deliveries, but draws unusual ones toward them.
FITTED_SHARE = 0.65
HIPS = [body.NODE["left_hip"], body.NODE["right_hip"]]
OWN_SHARE = 0.25  # of the lifted shape in the prior of the bone lengths; the rest is population
# Of the SD that the confidence claims. The trunk's landmarks lie on clothes and their errors are constant
# rather than random, and its turn depends on small differences of width: there the lifted shape knows better.
PX_SCALE = np.array([2.5 if "shoulder" in n or "hip" in n else 1.0 for n in body.NODES])
# Where a joint was set, its bones' foreshortening says more of its depth than the lifted shape does.
SHAPE_DOUBT = 3.0
SHAPE_SD_M = (np.array([0.01, 0.015]), np.array([0.08, 0.15]))  # least and most, across and in depth


@dataclass(frozen=True)
class View:
    """The picture: size in pixels, focal length in pixels when it is known."""

    width: int
    height: int
    focal_px: float | None = None

    @property
    def centre(self) -> np.ndarray:
        return np.array([self.width / 2, self.height / 2])


@dataclass(frozen=True)
class Solved:
    """One window: 33 points in world metres and pixels, SD in metres, camera and coarse events."""

    world_m: np.ndarray
    px: np.ndarray
    sd_m: np.ndarray
    confidence: np.ndarray
    camera: Camera
    events: heading.Events
    heading_known: bool


def solve(
    raw: RawTrack,
    width: int,
    height: int,
    *,
    throws: str = "auto",
    height_m: float | None = None,
    focal_px: float | None = None,
    shift_px: np.ndarray | None = None,
    given: HandSet | None = None,
    progress: Callable[[int, int], None] | None = None,
    check: Callable[[], None] | None = None,
) -> PoseSeries:
    """Mended, metric 3D of every delivery window of ``raw``; frames outside windows stay unknown (NaN).

    ``throws`` right, left or auto; ``height_m`` the athlete's height (an average adult's when unknown);
    ``focal_px`` the camera's focal length in pixels when known; ``shift_px`` (T, 2) how far the background
    has moved by each frame, to take a slight motion of the camera out; ``given`` are the joints that a person set. Extras of the result: ``world_sd_m`` (T, 33),
    ``camera_focal`` (T,), ``camera_R`` (T, 3, 3), ``camera_t`` (T, 3): the camera as if it had stood still;
    ``camera_shift_px`` (T, 2): what to add to its pixels to be in the picture;
    ``heading_known`` (T,): False where no stride showed the way to the plate (X is then the camera's right);
    ``repeated`` (T,): True where the frame only repeats the one before; where it is not ``measured`` either, its pixels
    are that one's and its motion is bridged; ``hand_set`` (T, 33), where any is: True for the joints of ``given``;
    ``first_arms_px`` (T, 4, 2): see :class:`..raw_track.RawTrack`.
    """
    view = View(width, height, focal_px)
    if shift_px is not None:
        still = raw.landmarks_px - shift_px[:, None]
        raw = raw.with_(landmarks_px=still, first_arms_px=np.asarray(raw.first_arms_px))
        given = given and given.less(shift_px)
    raw = raw.without_repeated()
    windows = [np.flatnonzero(raw.window_id == k) for k in np.unique(raw.window_id[raw.window_id >= 0])]
    out = _Output(raw)
    for done, rows in enumerate(windows):
        if progress:
            progress(done, len(windows))
        rows = _trim(raw, rows)
        if len(rows) >= LEAST_FRAMES:
            own = given and given.of(rows)
            out.put(
                rows, solve_window(raw, rows, view, throws=throws, height_m=height_m, given=own, check=check)
            )
    if progress:
        progress(len(windows), len(windows))
    series = out.series(shift_px, given)
    if given is not None and given.is_set.any():
        return series.with_(extras={**series.extras, "hand_set": given.is_set})
    return series


def _trim(raw: RawTrack, rows: np.ndarray) -> np.ndarray:
    """The window without unmeasured frames at its ends."""
    seen = np.flatnonzero(raw.measured[rows])
    return rows[seen[0] : seen[-1] + 1] if len(seen) else rows[:0]


def solve_window(
    raw: RawTrack, rows: np.ndarray, view: View, *, throws: str = "auto", height_m: float | None = None,
    given: HandSet | None = None, check: Callable[[], None] | None = None,
) -> Solved:  # fmt: skip
    """Solve the frames ``rows`` of one delivery; ``given`` is of these rows."""
    time_s = raw.time_s[rows].astype(float)
    tall = height_m or body.DEFAULT_HEIGHT_M
    focal = view.focal_px or default_focal(view.width, view.height)
    given = given or HandSet.nothing(len(rows))
    mended, lifted, meeting = mend_and_lift(raw, rows, view, focal, tall, throws, given)
    node = body.LANDMARK_OF_NODE
    seen, trust = mended.px[:, node], mended.confidence[:, node]
    whole = fill(seen, time_s)
    solid = lifted.shape * tall
    root = root_positions(solid, whole, trust, focal, view.centre, time_s)
    points = solid + root[:, None]
    lengths = body.prior_lengths(tall) ** (1 - OWN_SHARE) * body.lengths_of(solid) ** OWN_SHARE
    certain = given.is_set[:, node]
    seen = np.where(certain[..., None], given.px[:, node], seen)
    evidence = fit.Evidence(
        time_s, seen, pixel_sigma(seen, trust, given, time_s), solid, shape_sigma(lifted.sd, tall, certain), np.zeros_like(points),
        lifted.planted * contacts.planted(points, time_s, lifted.up), meeting.probability, view.centre, meeting.glove, meeting.release_s, lengths, focal, KNOWN_FOCAL_SPREAD if view.focal_px else PRIOR_FOCAL_SPREAD, certain,
    )  # fmt: skip
    state = fit.State(points, np.log(lengths), float(np.log(focal)))
    for number, rounds in enumerate(ROUNDS):
        # Offsets turn with the body, so they are taken from the fit so far.
        # What was set is a joint's center already.
        offset = np.where(certain[..., None], 0.0, offsets.landmark_offsets(state.points, tall))
        evidence = replace(evidence, offset=offset)
        state = fit.solve(state, evidence, iterations=rounds, check=check)
        if number == 0:
            mended = occlusion.doubt(mended, state.points)
            mended = replace(mended, confidence=hand_set.kept(mended.confidence, given))
            trust = mended.confidence[:, node]
            lifted = lift_again(state, tall, mended, time_s, view.centre)
            evidence = replace(
                evidence,
                shape=lifted.shape * tall,
                sigma_shape=shape_sigma(lifted.sd, tall, certain),
                sigma_px=pixel_sigma(seen, trust, given, time_s),
            )
            # Begun anew from there: what was misread the first time is not climbed out of in small steps.
            state = replace(state, points=evidence.shape + state.points[:, HIPS].mean(1, keepdims=True))
    sure = joint_confidence.of_fitted(mended.confidence)
    return _to_world(state, mended.world, time_s, view, lifted.up, throws, sure)


def mend_and_lift(
    raw: RawTrack, rows: np.ndarray, view: View, focal: float, tall: float, throws: str, given: HandSet
) -> tuple[Mended, lifter.Lifted, hands.Joined]:
    """Lift what the network says, mend swaps that the lifted motion contradicts and hidden hands, lift again."""
    time_s, node = raw.time_s[rows].astype(float), body.LANDMARK_OF_NODE
    told = [a[rows].astype(float) for a in (raw.landmarks_px, raw.confidence, raw.world_m)]

    def lift(mended: Mended) -> tuple[lifter.Lifted, np.ndarray]:
        """What is lifted, and its points in front of the camera."""
        px, trust = fill(mended.px[:, node], time_s), mended.confidence[:, node]
        rays = (px - view.centre) / focal
        lifted = lifter.lift(time_s, rays, trust, fill(mended.world[:, node], time_s))
        root = root_positions(lifted.shape, px, trust, focal, view.centre, time_s)
        return lifted, tall * (lifted.shape + root[:, None])

    lifted, points = lift(repair(time_s, *told))
    guide = np.full_like(told[0], np.nan)
    guide[:, node] = project_camera(points, focal, *view.centre)
    mended = repair(time_s, *told, guide, given.exchanged)
    whole = fill(mended.px[:, node], time_s)
    meeting = hands.joined(
        time_s, whole, torso_px(whole), lifted.shape * tall, level_rotation(lifted.up), throws
    )
    mended = hands.put_together(occlusion.doubt(mended, points), meeting, torso_px(whole))
    if given.is_set.any() or given.hidden.any():
        away = np.zeros_like(given.px)
        away[:, node] = offsets.landmark_offsets(points, tall)[..., :2] * focal / points[..., 2:]
        set_px = hand_set.told_by(given, away)
        mended = replace(
            mended,
            **hand_set.put(time_s, mended.px, mended.confidence, set_px, torso_px(whole)),
        )
    return mended, lift(mended)[0], meeting


def lift_again(
    state: fit.State, tall: float, mended: Mended, time_s: np.ndarray, centre: np.ndarray
) -> lifter.Lifted:
    """Lift once more: what is fitted so far says more of depth than the network, which flattens it."""
    node = body.LANDMARK_OF_NODE
    told = fill(mended.world[:, node], time_s)
    fitted = state.points + offsets.landmark_offsets(state.points, tall)
    told, fitted = (p - p[:, HIPS].mean(1, keepdims=True) for p in (told, fitted))
    rays = (fill(mended.px[:, node], time_s) - centre) / state.focal
    return lifter.lift(
        time_s, rays, mended.confidence[:, node], (1 - FITTED_SHARE) * told + FITTED_SHARE * fitted
    )


def torso_px(seen: np.ndarray) -> float:
    """A typical torso length in the picture of landmarks (T, 21, 2)."""
    torso = np.linalg.norm(seen[:, [0, 1]].mean(1) - seen[:, [6, 7]].mean(1), axis=-1)
    return max(float(np.nanmedian(torso)), body_size_px(seen) * 0.8)


def pixel_sigma(seen: np.ndarray, trust: np.ndarray, given: HandSet, time_s: np.ndarray) -> np.ndarray:
    """SD in pixels of (T, 21, 2) landmarks from their calibrated confidence (T, 21), or as a person set them."""
    sigma = PX_SCALE * hand_set.sigma_of(trust, torso_px(seen))
    # One frame that was set counts as one, at whatever rate: it is no part of a track.
    exact = given.sigma_px[:, body.LANDMARK_OF_NODE] * np.sqrt(fit.frame_rate_weight(time_s))[:, None]
    return np.where(np.isfinite(exact), exact, sigma)


def shape_sigma(sd: np.ndarray, height_m: float, certain: np.ndarray) -> np.ndarray:
    """SD in metres (T, 21, 3) of the lifted shape, as the lifter says, within limits; more where ``certain``."""
    metres = np.clip(sd * height_m, *SHAPE_SD_M) * np.where(certain, SHAPE_DOUBT, 1.0)[..., None]
    return np.stack([metres[..., 0], metres[..., 0], metres[..., 1]], -1)


def _to_world(
    state: fit.State, world: np.ndarray, time_s: np.ndarray, view: View, up: np.ndarray, throws: str,
    confidence: np.ndarray,
) -> Solved:  # fmt: skip
    """Turn the fitted points into the world frame: Z up, X along the stride, origin under the rear ankle."""
    level = level_rotation(up)
    nodes = state.points @ level.T
    events = heading.find(nodes, time_s, throws)
    direction = heading.plate_direction(nodes, time_s, events)
    x = direction if direction is not None else np.array([1.0, 0.0])
    turn = np.array([[x[0], x[1], 0.0], [-x[1], x[0], 0.0], [0.0, 0.0, 1.0]])
    rear = body.NODE[f"{events.throws}_ankle"]
    lift = np.abs(time_s - events.leg_lift_s) <= 0.06
    origin = np.median((nodes @ turn.T)[lift, rear], axis=0) if lift.any() else (nodes @ turn.T)[0, rear]
    origin = origin - np.array([0.0, 0.0, 0.04 * np.exp(state.log_length[body.BONE["trunk"]]) / 0.272])
    rotation = (turn @ level).T  # camera from world
    points = all_landmarks(state.points, fill(world, time_s))
    centre = view.centre
    sd = np.full((len(time_s), COUNT), np.nan)
    sd[:, body.LANDMARK_OF_NODE] = fit.uncertainty(state)
    sd = np.where(np.isfinite(sd), sd, np.nanmax(sd, axis=1, keepdims=True))
    return Solved(
        points @ rotation - origin,
        project_camera(points, state.focal, *centre),
        sd,
        confidence,
        Camera(state.focal, *centre, rotation, rotation @ origin),
        events,
        direction is not None,
    )


def _as_shown(px: np.ndarray, repeated: np.ndarray) -> np.ndarray:
    """Landmarks (T, 33, 2) with those of repeated frames (T,) where the frame that they repeat has them."""
    own = np.maximum.accumulate(np.where(repeated, 0, np.arange(len(px))))
    shown: np.ndarray = px[own]
    return shown


def _first_arms(raw: RawTrack, px: np.ndarray, given: HandSet | None) -> np.ndarray:
    """The arms (T, 4, 2) as the first network alone sees them; as solved, ``px`` (T, 33, 2), where a person set them."""
    arms = np.array(raw.first_arms_px, dtype=float)
    return arms if given is None else np.where(given.is_set[:, ARMS, None], px[:, ARMS], arms)


class _Output:
    """Collects the windows into arrays over the whole video."""

    def __init__(self, raw: RawTrack) -> None:
        t = len(raw)
        self.raw = raw
        self.px, self.world = np.full((t, COUNT, 2), np.nan), np.full((t, COUNT, 3), np.nan)
        self.sd, self.confidence = np.full((t, COUNT), np.nan), np.zeros((t, COUNT))
        self.focal, self.R, self.t = np.full(t, np.nan), np.full((t, 3, 3), np.nan), np.full((t, 3), np.nan)
        self.measured, self.heading_known = np.zeros(t, bool), np.zeros(t, bool)

    def put(self, rows: np.ndarray, solved: Solved) -> None:
        self.px[rows], self.world[rows], self.sd[rows] = solved.px, solved.world_m, solved.sd_m
        self.confidence[rows] = solved.confidence
        self.focal[rows], self.R[rows], self.t[rows] = solved.camera.focal, solved.camera.R, solved.camera.t
        self.measured[rows], self.heading_known[rows] = self.raw.measured[rows], solved.heading_known

    def series(self, shift_px: np.ndarray | None, given: HandSet | None) -> PoseSeries:
        shift_px = np.zeros((len(self.raw), 2)) if shift_px is None else shift_px
        px = _as_shown(self.px + shift_px[:, None], self.raw.repeated & ~self.raw.measured)
        extras = {
            "world_sd_m": self.sd,
            "camera_focal": self.focal,
            "camera_R": self.R,
            "camera_t": self.t,
            "camera_shift_px": shift_px,
            "heading_known": self.heading_known,
            "repeated": self.raw.repeated,
            "first_arms_px": _first_arms(self.raw, px, given),
        }
        return PoseSeries(
            self.raw.time_s.astype(float), px, self.confidence, self.world, self.measured, extras
        )
