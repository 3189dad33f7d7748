"""`python -m shadow_trainer analyse VIDEO --out DIR`: one analysis without a queue."""

from __future__ import annotations

import shutil
import signal
import sys
import tempfile
from pathlib import Path
from typing import Any

import click

from ..errors import BadRequest, ShadowError, StorageFull, is_full_disk
from ..jobs.pipeline.request import LEVELS, MODEL_SIZES, THROWS, TURNS_DEG, VIEWS, AnalysisRequest
from ..vocabulary import Verdict

SAY_SO = "Here that is `--release SECONDS`, with `--person NUMBER` for another one than was chosen."
OUTPUTS = (
    "analysis.json",
    "series.json",
    "pose.npz",
    "overlay.mp4",
    "side_by_side.mp4",
    "metrics.csv",
    "report.html",
)


@click.command()
@click.argument("video", type=click.Path(path_type=Path))
@click.option("--out", "out", required=True, type=click.Path(path_type=Path), help="Folder for the results.")
@click.option("--throws", default="auto", help=f"Throwing hand: {', '.join(THROWS)}.")
@click.option("--view", default="auto", help=f"Camera's place: {', '.join(VIEWS)}.")
@click.option("--model", "model_size", default="m", help=f"Pose model: {', '.join(MODEL_SIZES)}.")
@click.option("--capture-fps", type=float, help="Frames per second the camera really took (slow motion).")
@click.option("--height-m", type=float, help="The athlete's height in meters.")
@click.option("--level", default="adult", help=f"Whose norms are used: {', '.join(LEVELS)}.")
@click.option("--reference", default="elite", help="Reference to compare with, or `none`.")
@click.option("--person", type=int, help="Measure this candidate instead of the one that was chosen.")
@click.option(
    "--release",
    "releases",
    type=float,
    multiple=True,
    help="There is a pitch whose ball is released here, whatever it looks like: seconds of the video (of the part that "
    "--from begins). May be given several times.",
)
@click.option(
    "--no-pitch",
    "no_pitches",
    type=float,
    multiple=True,
    help="What is thrown here is no pitch: seconds likewise.",
)
@click.option("--from", "start_s", type=float, help="Begin here: seconds of the video. Times count from it.")
@click.option("--to", "end_s", type=float, help="End here: seconds of the video.")
@click.option("--turn", "turn_deg", type=int, default=0, help=f"Turn clockwise: {TURNS_DEG[1:]} degrees.")
@click.option("--quiet", is_flag=True, help="No progress on the terminal.")
def analyse(
    video: Path,
    out: Path,
    quiet: bool,
    releases: tuple[float, ...],
    no_pitches: tuple[float, ...],
    **options: Any,
) -> None:
    """Measure the delivery in VIDEO and write analysis.json, pose.npz, videos and report to DIR.

    A video without a pitch is measured all the same: analysis.json then lists the people and what was thrown, and
    --release says where the pitch is.
    """
    said = [
        *((at_s, Verdict.RELEASE) for at_s in releases),
        *((at_s, Verdict.NO_PITCH) for at_s in no_pitches),
    ]
    verdicts = [{"at_s": at_s, "verdict": verdict} for at_s, verdict in said]
    request = AnalysisRequest(**options, verdicts=verdicts)  # type: ignore[arg-type]
    if not video.is_file():
        raise BadRequest(f"There is no video at {video}.", code="no_such_file", fix="Check the path.")
    if out.exists() and not out.is_dir():
        raise BadRequest(f"{out} is a file, not a folder.", code="bad_out", fix="Give --out a folder.")
    # Ended from outside, the hidden folder must go as it does after Ctrl-C.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    from ..pitching import no_pitch

    analysis = analyse_to(video, out, request, quiet=quiet)
    if not analysis["deliveries"]:
        for warning in analysis["warnings"]:
            if warning["code"] in no_pitch.CODES:
                click.echo(f"{warning['code']}: {warning['message']} {warning['fix']} {SAY_SO}", err=True)
    if not quiet:
        click.echo(f"{len(analysis['deliveries'])} deliveries; results in {out}")


def analyse_to(video: Path, out: Path, request: AnalysisRequest, *, quiet: bool = True) -> dict[str, Any]:
    """Run the pipeline in a hidden folder beside ``out`` and move the finished files in, all or none."""
    from ..jobs.pipeline import pipeline
    from ..jobs.pipeline.engines import Engines
    from ..settings import load

    settings = load()
    work: Path | None = None
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
        with _ProgressLine(quiet) as line:
            document = pipeline.run(
                request,
                video,
                work,
                settings=settings,
                engine_factory=Engines(settings).factory(),
                progress=line.update,
                videos=True,
            )
        out.mkdir(exist_ok=True)
        for name in OUTPUTS:
            # Without a pitch there are no videos of one.
            if (work / "out" / name).exists():
                (work / "out" / name).replace(out / name)
    except OSError as error:
        raise _disk_error(error) from error
    finally:
        if work:
            shutil.rmtree(work, ignore_errors=True)
    return document


def _disk_error(error: OSError) -> ShadowError:
    """What the system says as an error of the tree: a full disk by its own name."""
    if is_full_disk(error):
        return StorageFull("The disk is full; the analysis could not be written.")
    return ShadowError(
        f"{error.filename or 'A file'}: {error.strerror or error}.",
        code="io_error",
        fix="Check the path and its permissions.",
    )


class _ProgressLine:
    """One line on the terminal: percent of the whole, the stage, and frames done in it."""

    def __init__(self, quiet: bool) -> None:
        self.quiet = quiet
        self.live = sys.stderr.isatty()
        self.last = ""

    def __enter__(self) -> _ProgressLine:
        return self

    def __exit__(self, *_: object) -> None:
        if self.live and not self.quiet:
            click.echo("", err=True)

    def update(self, stage: str, done: int, total: int) -> None:
        """Redraw on a terminal; elsewhere print one line for each stage."""
        if self.quiet:
            return
        from ..jobs.pipeline.pipeline import overall_progress

        if self.live:
            percent = overall_progress(stage, done, total, videos=True)
            bar = "█" * int(percent / 4)
            click.echo(f"\r{bar:<25} {percent:3.0f} % {stage:<8} {done}/{total}    ", err=True, nl=False)
        elif stage != self.last:
            click.echo(stage, err=True)
        self.last = stage
