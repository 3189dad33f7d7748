"""Real video: every clip of ../shared/real through the engine, and the figures that say how well it went.

    python -m benchmarks.real_check [--real FOLDER] [--out FOLDER] [--only NAME ...]

For each clip one line, then what the folder's own score_real.py prints, then the few figures that are watched. Where the
folder is absent nothing is measured, and that is said loudly. Clips are for trying and scoring only: results go to a
temporary folder unless ``--out`` names one outside the repository.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from shadow_trainer.cli.analyse import analyse_to
from shadow_trainer.errors import ShadowError
from shadow_trainer.jobs.pipeline.request import AnalysisRequest

ROOT = Path(__file__).resolve().parent.parent
REAL = ROOT.parent / "shared" / "real"
# What is to be reached, of all pitches whether found or not.
REACH = {
    "pitches found": 16,
    "false pitches": 0,
    "right hand": 17,
    "release right": 0.90,
    "foot contact right": 0.85,
    "release within 50 ms": 0.90,
    "foot contact within 50 ms": 0.80,
    "joints within 0.2 torso": 0.90,
    "elbows": 0.88,
    "wrists": 0.84,
}


def main() -> int:
    """Analyse, score, print; 0 also where there was nothing to measure."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--real", type=Path, default=REAL)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--only", nargs="*", default=())
    options = parser.parse_args()
    if not (options.real / "truth.json").is_file():
        print(f"SKIPPED: {options.real} is not here, so NOTHING WAS MEASURED on real video.", file=sys.stderr)
        return 0
    with tempfile.TemporaryDirectory() as scratch:
        out = options.out or Path(scratch)
        for clip in sorted((options.real / "clips").glob("*.mp4")):
            if not options.only or any(name in clip.stem for name in options.only):
                print(f"{clip.stem:28s} {analysed(clip, out / clip.stem)}", flush=True)
        score(options.real, out)
    return 0


def analysed(clip: Path, folder: Path) -> str:
    """Analyse one clip with the default model into ``folder``; what came of it, in a few words."""
    began = time.monotonic()
    try:
        document: dict[str, Any] = dict(analyse_to(clip, folder, AnalysisRequest(reference="none")))
    except ShadowError as error:
        return f"{error.code}: {error} ({time.monotonic() - began:.0f} s)"
    chances = ", ".join(f"{delivery['probability']:.2f}" for delivery in document["deliveries"])
    codes = " ".join(warning["code"] for warning in document["warnings"])
    return f"pitches {chances}; {document['athlete']['throws']}, {document['view']['name']}; {codes} ({time.monotonic() - began:.0f} s)"


def score(real: Path, out: Path) -> None:
    """Print what score_real.py says, and the figures that are watched."""
    command = [sys.executable, str(real / "score_real.py"), str(real / "truth.json"), str(out)]
    print(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    said = json.loads(subprocess.run([*command, "--json"], check=True, capture_output=True, text=True).stdout)
    for name, value in watched(said).items():
        reach = f"  (to reach: {REACH[name]})" if name in REACH else ""
        print(f"{name:28s} {value}{reach}")


def watched(said: dict[str, Any]) -> dict[str, float]:
    """The figures of the table, of all pitches: what was missed is wrong."""
    figures: dict[str, float] = {
        "pitches": said["whole"],
        "pitches found": said.get("found", 0),
        "false pitches": said.get("extra", 0),
        "right hand": said.get("hand_right", 0),
    }
    for words, name in (("release", "release"), ("foot contact", "foot")):
        event = said.get(name, {"n": 0, "right": 0.0, "within_50_ms": 0.0})
        everyone = max(event["n"] + said["missed"], 1)
        figures[f"{words} right"] = round(event["right"] * event["n"] / everyone, 3)
        figures[f"{words} within 50 ms"] = round(event["within_50_ms"] * event["n"] / everyone, 3)
    for words, name in (
        ("joints within 0.2 torso", "pck all"),
        ("elbows", "pck elbow"),
        ("wrists", "pck wrist"),
    ):
        figures[words] = said[name]["within_02"]
    return figures


if __name__ == "__main__":
    sys.exit(main())
