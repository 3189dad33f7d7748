"""What a coach should know about the video behind the numbers (docs/method.md, section 5)."""

from __future__ import annotations

import numpy as np

from ..body.series import PoseSeries
from ..body.skeleton import INDEX
from ..vocabulary import AUTO, Event, View
from . import camera, clock
from .document import Delivery, VideoWarning

LEAST_FPS, ARM_FPS = 55.0, 110.0
LEAST_HEIGHT_PX = 350.0
HIDDEN, HIDDEN_FRAMES, AROUND_RELEASE_S = 0.5, 3, 0.05
BODY_SHARE = 0.9  # of the standing height from the ears to the ankles
# What was missing where a pitch is questionable (delivery_decision.SAID), in a coach's words.
MISSING = {
    "hand_speed": "a fast hand",
    "one_hand": "one hand faster than the other",
    "hands_apart": "hands that part",
    "leg_lift": "a leg lift",
    "stride": "a stride",
    "forward": "the hand's way to the plate",
    "landing": "the front foot's landing",
    "comes": "a stand before it",
    "squats": "upright legs before it",
    "turned": "a step along the line of the hips",
}
REPEATED = 0.1  # of the frames of a delivery
CAMERA_MOVED = 0.02  # of the frame's width
# Everything that :func:`collect` may say, so that it can be said anew when the numbers are.
CODES = frozenset(
    (
        "hand_uncertain",
        "few_frames",
        "few_frames_for_the_arm",
        "view_differs",
        "small_in_the_picture",
        "camera_moves",
        "repeated_frames",
        "pitch_questionable",
        "begins_after_leg_lift",
        "foot_contact_not_seen",
        "hand_hidden_at_release",
    )
)


def collect(
    series: PoseSeries,
    deliveries: list[Delivery],
    *,
    sure_hand: bool,
    view: str,
    seen_view: View | None,
) -> list[VideoWarning]:
    """Warnings, the most consequential first.

    ``view`` is what was given (or auto), ``seen_view`` what the video looks like.
    """
    if not deliveries:
        return []
    warnings = [
        _hand(sure_hand),
        _rate(series, deliveries),
        _repeated(series, deliveries),
        _view(view, seen_view),
        _small(series, deliveries),
        _camera(series, deliveries),
        _questionable(deliveries),
        _partial(deliveries),
        _events(deliveries),
        _wrist(series, deliveries),
    ]
    return [warning for warning in warnings if warning]


def _warning(code: str, message: str, fix: str) -> VideoWarning:
    return {"code": code, "message": message, "fix": fix}


def _hand(sure: bool) -> VideoWarning | None:
    if sure:
        return None
    return _warning(
        "hand_uncertain",
        "Both hands moved almost equally fast, so the throwing hand is a guess.",
        "Say which hand throws and run the numbers again.",
    )


def _rate(series: PoseSeries, deliveries: list[Delivery]) -> VideoWarning | None:
    fps = 1.0 / float(np.median(np.diff(series.time_s)))
    fps *= 1.0 - clock.repeated_in(series, [(d["start_s"], d["end_s"]) for d in deliveries], fps)
    if fps < LEAST_FPS:
        return _warning(
            "few_frames",
            f"At {fps:.0f} frames per second only positions up to foot strike can be trusted.",
            "Film at 120 or 240 frames per second (slow motion).",
        )
    if fps < ARM_FPS:
        return _warning(
            "few_frames_for_the_arm",
            f"At {fps:.0f} frames per second the arm moves too far between two frames: its numbers, the "
            "sequence and layback are shown as a trend only.",
            "Film at 240 frames per second (slow motion).",
        )
    return None


def _view(view: str, seen_view: View | None) -> VideoWarning | None:
    # Between two views nobody can tell: only a video that clearly shows another one is doubted.
    if view in (AUTO, View.OTHER) or seen_view in (None, View.OTHER, view):
        return None
    return _warning(
        "view_differs",
        f"You said {view}, but the video looks like {seen_view}.",
        "Check the view; it decides which numbers are trusted.",
    )


def _small(series: PoseSeries, deliveries: list[Delivery]) -> VideoWarning | None:
    top = series.landmarks_px[:, (INDEX["left_ear"], INDEX["right_ear"]), 1]
    feet = series.landmarks_px[:, (INDEX["left_ankle"], INDEX["right_ankle"]), 1]
    tall = np.nanmax(feet, axis=1, initial=-np.inf) - np.nanmin(top, axis=1, initial=np.inf)
    rows = np.zeros(len(series), dtype=bool)
    for delivery in deliveries:
        rows |= (series.time_s >= delivery["start_s"]) & (series.time_s <= delivery["end_s"])
    tall = tall[rows & np.isfinite(tall)]
    height = float(np.percentile(tall, 90)) / BODY_SHARE if len(tall) else np.nan
    if not height < LEAST_HEIGHT_PX:
        return None
    return _warning(
        "small_in_the_picture",
        f"The pitcher is only about {height:.0f} pixels tall in this video; {LEAST_HEIGHT_PX:.0f} are needed "
        "for good angles.",
        "Film from nearer, or with the 2x lens, so that the body fills half of the frame's height.",
    )


def _camera(series: PoseSeries, deliveries: list[Delivery]) -> VideoWarning | None:
    """The background moved during a delivery; how far is measured from the video (pose/camera_motion.py)."""
    shift, width = camera.shift_px(series), camera.width_px(series)
    if width is None:
        return None
    spans = [shift[(series.time_s >= d["start_s"]) & (series.time_s <= d["end_s"])] for d in deliveries]
    share = max(float(np.hypot(*np.ptp(span, axis=0))) / width for span in spans if len(span))
    if share <= CAMERA_MOVED:
        return None
    return _warning(
        "camera_moves",
        f"The camera moved: during the pitch the background went {100 * share:.0f} % of the frame's width. "
        "That motion is taken out of the numbers as far as the background shows it.",
        "Put the phone on a tripod or lean it against something, and do not follow the pitcher.",
    )


def _repeated(series: PoseSeries, deliveries: list[Delivery]) -> VideoWarning | None:
    if "repeated" not in series.extras:
        return None
    repeated = np.asarray(series.extras["repeated"], dtype=bool)
    spans = [repeated[(series.time_s >= d["start_s"]) & (series.time_s <= d["end_s"])] for d in deliveries]
    share = max((float(span.mean()) for span in spans if len(span)), default=0.0)
    if share <= REPEATED:
        return None
    fps = 1.0 / float(np.median(np.diff(series.time_s)))
    fps *= 1.0 - clock.repeated_share(
        max(spans, key=lambda span: float(span.mean()) if len(span) else 0.0), fps
    )
    return _warning(
        "repeated_frames",
        f"{100 * share:.0f} % of the frames show nothing new (they only repeat the one before or mix their neighbors), as "
        f"in a converted video or a capture of a screen: the motion is known from about {fps:.0f} frames a second, and events only to a frame or two.",
        "Use the video as the camera made it.",
    )


def _questionable(deliveries: list[Delivery]) -> VideoWarning | None:
    doubtful = [d for d in deliveries if d["questionable"]]
    if not doubtful:
        return None
    lacking = [words for name, words in MISSING.items() if any(name in d["missing"] for d in doubtful)]
    what = f" Not seen clearly: {', '.join(lacking)}." if lacking else ""
    return _warning(
        "pitch_questionable",
        f"It is not certain that this is a pitch.{what} It was measured, but nothing is scored or judged.",
        "Say whether it is one: press “Keep” or “This is no pitch”. Check too that the right person was measured.",
    )


def _partial(deliveries: list[Delivery]) -> VideoWarning | None:
    if not any(d["events"][Event.LEG_LIFT]["estimated"] for d in deliveries):
        return None
    return _warning(
        "begins_after_leg_lift",
        "Only a part of the delivery is in this video: the leg lift was not seen and was put at its usual time. What "
        "happens before foot strike is not known.",
        "Start filming two seconds before the first movement.",
    )


def _events(deliveries: list[Delivery]) -> VideoWarning | None:
    if not any(d["events"][Event.FOOT_CONTACT]["estimated"] for d in deliveries):
        return None
    return _warning(
        "foot_contact_not_seen",
        "Foot strike could not be seen and was put at its usual time before release.",
        "Move it in the player to where the front foot takes the weight; the numbers follow at once.",
    )


def _wrist(series: PoseSeries, deliveries: list[Delivery]) -> VideoWarning | None:
    wrists = series.confidence[:, (INDEX["left_wrist"], INDEX["right_wrist"])].max(axis=1)
    for delivery in deliveries:
        release = delivery["events"][Event.RELEASE]["time_s"]
        near = np.abs(series.time_s - release) <= AROUND_RELEASE_S
        if (np.nan_to_num(wrists[near]) < HIDDEN).sum() > HIDDEN_FRAMES:
            return _warning(
                "hand_hidden_at_release",
                "The throwing hand was blurred or hidden around release, so release and the arm's numbers "
                "are rough.",
                "Use a faster shutter (1/1000 s or more light) and an unhidden view of the arm.",
            )
    return None
