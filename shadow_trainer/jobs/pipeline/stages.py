"""The stages of one analysis: thin steps that read, call the pure parts, write and report.

probe -> preview -> scan -> pose -> motion -> analyse -> report, and only for whoever asks: videos. Publishing
(final keys and rows) belongs to whoever runs the pipeline: the worker's runner or the command line.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from ...errors import BadVideo
from . import assumptions, joints, tracks
from .artifacts import Artifacts
from .document import build_document
from .stage import Run, Stage
from .verdicts import releases

REFERENCE = "out/shadow.npz"
REPORT_PAGE = "out/report.html"
# Of the video as it is measured: what was probed, without what stands still.
FACTS = "facts.json"
NOBODY = (
    "Nobody could be found in this video.",
    "Film the pitcher from 5 to 8 meters with the whole body in the picture and good light.",
)
GLIMPSED = (
    "Somebody is in this video, but nobody stays in view for longer than {:.1f} s: too short to find a pitch in.",
    "Upload a video that shows the whole delivery, from the set to the follow-through; that takes two to three seconds.",
)


def probe(run: Run) -> None:
    """Facts and warnings about the file."""
    from ...video import Limits, probe

    info = probe(
        run.video,
        capture_fps=run.request.capture_fps,
        start_s=run.request.start_s,
        end_s=run.request.end_s,
        turn_deg=run.request.turn_deg,
        limits=Limits.from_settings(run.settings),
        check=run.check,
    )
    run.write_json("probe.json", info.as_dict())


def preview(run: Run) -> None:
    """The browser's copy of the video, so that the coach sees it even if all else fails; a picture that stands is cut
    out of both."""
    from ...video import Changes, VideoInfo, cut_out, frame_times, make_preview

    info, changes = VideoInfo.from_dict(run.read_json("probe.json")), Changes()
    copy = partial(
        make_preview,
        run.video,
        out=run.write("out/preview.mp4"),
        max_side=run.settings.preview_max_side,
        progress=run.advance,
        check=run.check,
    )
    facts = copy(info=info, watch=changes.step)
    times = frame_times(run.video, info) / info.time_scale
    stills = changes.find(times)
    info = cut_out(run.video, info, stills, changes.speeds(stills, times))
    if stills:
        facts = copy(info=info)
    run.write_json("preview.json", facts)
    run.write_json(FACTS, info.as_dict())


def scan(run: Run) -> None:
    """Who is here, which of them throws, and when: sparse, with the light model."""
    from ...pose.tracking.person_boxes import whereabouts
    from ...pose.tracking.scan import scan

    info = _info(run)
    engine = run.engine_factory("xs")
    scanned = scan(engine, _frames_factory(run, info), info, progress=run.advance, check=run.check)
    for person in scanned.people:
        if person.thumbnail:
            run.write(f"out/people/{person.id}.jpg").write_bytes(person.thumbnail)
    if len(scanned.people) > 1:
        places = json.dumps(whereabouts(scanned, info), allow_nan=False, separators=(",", ":"))
        run.write("out/people.json").write_text(places, encoding="utf-8")
    run.write_json("scan.json", scanned.as_dict())
    if scanned.people:
        return
    if scanned.glimpsed_s:
        raise BadVideo(GLIMPSED[0].format(scanned.glimpsed_s), code="seen_too_briefly", fix=GLIMPSED[1])
    raise BadVideo(NOBODY[0], code="nobody_found", fix=NOBODY[1])


def pose(run: Run) -> None:
    """Landmarks of the likeliest athlete at the full frame rate, inside the delivery windows and around what a coach
    calls a release."""
    scanned = _scan(run)
    spans = planned(run, scanned, to_try(run, scanned)[0])
    tracks.save(run, tracks.LANDMARKS, _landmarks(run, scanned, spans), spans)


def to_try(run: Run, scanned: Any) -> list[int | None]:
    """Whom to measure until one of them pitches. One alone where a coach says who or when, and where nobody seems to
    throw; None: see :func:`...pose.tracking.spans.plan`."""
    person = run.request.person
    if person is None and (releases(run.request.verdicts) or not scanned.windows):
        return [None]
    return [person] if person is not None else scanned.to_try()


def planned(run: Run, scanned: Any, person: int | None) -> list[Any]:
    """What is measured where this person (None: whom a coach tapped, or the chosen one) is the athlete."""
    from ...pose.tracking.spans import plan, whole

    wanted = releases(run.request.verdicts)
    scale = _info(run).time_scale if wanted else 1.0
    spans = plan(scanned, person, [(at_s * scale, who) for at_s, who in wanted])
    return whole(_info(run), spans)


def _landmarks(run: Run, scanned: Any, spans: list[Any]) -> Any:
    """The RawTrack of some spans; what an earlier run measured alike is not measured again."""
    from ...pose.landmarks import landmarks
    from ...video import frame_times

    info = _info(run)
    return landmarks(
        run.engine_factory(run.request.model_size),
        _frames_factory(run, info),
        info,
        scanned,
        spans=spans,
        known=tracks.known(run),
        times=frame_times(run.video, info),
        progress=run.advance,
        check=run.check,
    )


def motion(run: Run) -> None:
    """Swaps mended, gaps bridged, bones constant, feet on the ground, 3D; slow motion found out.

    Where the likeliest athlete does not pitch, the next one is measured; the one who most likely does is kept.
    """
    from ...pitching import PITCH, clock, pitch_probability
    from . import stretches

    scanned, best = _scan(run), None
    seams = sorted({*scanned.cuts, *_info(run).stretches_s})
    for person in to_try(run, scanned):
        spans = planned(run, scanned, person)
        track = tracks.load(run, tracks.LANDMARKS) if best is None else _landmarks(run, scanned, spans)
        if best is not None and not track.measured.any():
            continue
        speed, left_out = stretches.solve(run, track, spans, seams, partial(_solve, run, spans))
        windows = _windows(spans, speed.factor)
        probability = pitch_probability(speed.series, throws=run.request.throws, windows=windows)
        if best is None or probability > best[0]:
            best = (probability, spans, speed, track, left_out)
        if probability >= PITCH:
            break
    assert best is not None  # to_try names at least one
    _, spans, speed, track, left_out = best
    series = clock.with_pieces(speed.series, [second / speed.factor for second in seams])
    series = series if speed.sure else clock.doubted(series)
    series.save(run.write("motion.npz"))
    tracks.save(run, tracks.TRACK, track, spans)
    speeds = {"slow_motion_factor": speed.factor, "rivals": list(speed.rivals), "sure": speed.sure}
    run.write_json("motion.json", {**speeds, "left_out": left_out, "person": _athlete(run, spans)})


def _athlete(run: Run, spans: list[Any]) -> int | None:
    """The person of the scan who is measured: who was chosen, else who is measured for longest."""
    if run.request.person is not None or not spans:
        return run.request.person
    seconds: dict[int, float] = {}
    for span in spans:
        seconds[span.person] = seconds.get(span.person, 0.0) + span.end_s - span.start_s
    return max(seconds, key=seconds.__getitem__)


def _windows(spans: list[Any], factor: float) -> list[tuple[float, float]] | None:
    """Real seconds in which deliveries are looked for, where the video turned out to be slowed down by ``factor``."""
    return [(span.start_s / factor, span.end_s / factor) for span in spans] or None


def _solve(run: Run, spans: list[Any], track: Any) -> Any:
    """The Speed of one person's landmarks: their motion, and by how much the video had been slowed down."""
    from ...pitching import clock
    from ...pitching.slow_motion import Speed, real_speed
    from ...pose.camera_motion import camera_shift
    from ...pose.motion import solve
    from . import joint_rows

    info = _info(run)
    shift_px = camera_shift(track, info.width)
    who = np.array([*(span.person for span in spans), -1])[track.window_id]
    given = joint_rows.rows_of(joints.read(run.request.joints), track, info.time_scale, who)

    def solve_at(factor: float) -> Any:
        """The motion with its times divided by ``factor``: the physics works in real seconds."""
        return solve(
            track.with_(time_s=track.time_s / factor),
            info.width,
            info.height,
            throws=run.request.throws,
            height_m=run.request.height_m,
            shift_px=shift_px,
            given=given,
            progress=run.advance,
            check=run.check,
        )

    share = clock.repeated_share(track.repeated[track.window_id >= 0], info.fps)
    if run.request.capture_fps is None and info.time_scale == 1.0:
        fps = info.fps * (1.0 - share)
        seen = track.time_s[track.window_id >= 0]
        return real_speed(
            solve_at,
            fps=fps,
            throws=run.request.throws,
            coarse=not run.request.scored,
            slowed=bool(len(seen)) and info.is_slow(float(np.median(seen))),
        )
    # A rate that is known is the camera's: it counts no picture twice, but the file's clock does.
    factor = 1.0 if info.time_scale == 1.0 else 1.0 / (1.0 - share)
    return Speed(solve_at(factor), factor)


def analyse(run: Run) -> None:
    """Events, metrics, norms, faults, the reference on the athlete's body."""
    from ... import pitching
    from ...body.series import PoseSeries
    from ...render import exports
    from ...storage import open_storage
    from . import shadow_file
    from .references import References

    info, factor = real_time(run)
    series = PoseSeries.load(run.work / "motion.npz")
    scanned, spans = _scan(run), tracks.spans(run, tracks.TRACK)
    moved, releases_before = assumptions.moved_by_release(run.request.moved, info.time_scale)
    reference = References(open_storage(run.settings.storage_address, run.settings)).find(
        run.request.reference
    )
    result = pitching.analyse(
        series,
        throws=run.request.throws,
        height_m=run.request.height_m,
        fps=info.capture_fps,
        view=run.request.view,
        level=run.request.level,
        reference=reference,
        scored=run.request.scored,
        windows=_windows(spans, factor),
        verdicts=pitching.verdicts.given(run.request.verdicts, info.time_scale),
        events=moved,
        releases_before=releases_before,
        moved_must_fit=False,
    )
    motion = run.read_json("motion.json")
    document, curves = build_document(run, info, scanned, result, motion, measured_person(run), spans)
    run.write_json("out/analysis.json", document)
    run.write_json("out/series.json", curves)
    series.save(run.write("out/pose.npz"))
    if reference is not None:
        shadow_file.write(run.write(REFERENCE), series, result, reference)
    exports.metrics_csv(document, run.write("out/metrics.csv"))
    run.advance(1, 1)


def report(run: Run) -> None:
    """The report that needs no server, and the stills."""
    artifacts = _artifacts(run)
    artifacts.report(run.write(REPORT_PAGE).parent)
    run.advance(1, 1)


def videos(run: Run) -> None:
    """The overlay video and the side-by-side video."""
    artifacts = _artifacts(run)
    if artifacts.document["deliveries"]:
        artifacts.videos(run.write(REPORT_PAGE).parent, progress=_halves(run), check=run.check)


def _artifacts(run: Run) -> Artifacts:
    from ...body.series import PoseSeries
    from . import shadow_file

    info, _ = real_time(run)
    series = PoseSeries.load(run.work / "out" / "pose.npz")
    document, curves = run.read_json("out/analysis.json"), run.read_json("out/series.json")["deliveries"]
    reference = {} if run.request.reference == "none" else shadow_file.for_videos(run.work / REFERENCE)
    return Artifacts(run.video, info, series, document, curves, reference)


# What decides a stage's files: every module that it reaches, as whole trees (tests/pipeline/test_fingerprints.py).
READING = ("jobs/pipeline", "video", "first_bytes.py", "vocabulary.py")
POSE = (*READING, "pose", "body")
NUMBERS = (*POSE, "pitching", "labels.py")
RENDERING = (*NUMBERS, "render")
STAGES: tuple[Stage, ...] = (
    Stage(
        "probe", "Reading the video", 0.02, ("capture_fps", "start_s", "end_s", "turn_deg"), probe, READING
    ),
    Stage("preview", "Making the video playable", 0.11, (), preview, READING),
    Stage("scan", "Finding the pitcher and the pitch", 0.16, (), scan, POSE),
    Stage(
        "pose", "Measuring the body, frame by frame", 0.51, ("model_size", "person", "verdicts"), pose, POSE
    ),
    Stage(
        "motion",
        "Building the motion in 3D",
        0.14,
        ("throws", "height_m", "capture_fps", "joints"),
        motion,
        NUMBERS,
    ),
    Stage(
        "analyse",
        "Finding the events and the numbers",
        0.03,
        ("view", "reference", "level", "moved"),
        analyse,
        RENDERING,
    ),
    Stage("report", "Putting the report together", 0.03, (), report, RENDERING),
    Stage("videos", "Drawing the videos", 0.18, (), videos, RENDERING, on_request=True),
)


def table(*, videos: bool = False) -> tuple[Stage, ...]:
    """The stages of one run, with those of the drawn ``videos`` or without."""
    return tuple(stage for stage in STAGES if videos or not stage.on_request)


def measured_person(run: Run) -> int | None:
    """Id of the person of the scan who was measured; None: nobody."""
    person = run.read_json("motion.json").get("person")
    return None if person is None else int(person)


def real_time(run: Run) -> tuple[Any, float]:
    """The video's facts with times in real seconds, and the factor by which it had been slowed down."""
    factor = float(run.read_json("motion.json")["slow_motion_factor"])
    info = _info(run)
    if factor == 1.0:
        return info, factor
    return replace(info, capture_fps=info.capture_fps * factor, time_scale=info.time_scale / factor), factor


def _info(run: Run) -> Any:
    from ...video import VideoInfo

    return VideoInfo.from_dict(run.read_json(FACTS))


def _scan(run: Run) -> Any:
    from ...pose.tracking.scan import Scan

    return Scan.from_dict(run.read_json("scan.json"))


def _frames_factory(run: Run, info: Any) -> Callable[..., Iterator[Any]]:
    from ...video import frames

    return partial(frames, run.video, info)


def _halves(run: Run) -> Callable[[int], Callable[[int, int], None]]:
    """Progress of two videos, one after the other, as one."""
    return lambda part: lambda done, total: run.advance(done + part * total, 2 * total)
