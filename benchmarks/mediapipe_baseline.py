"""MediaPipe's own Python pipeline on a clip: heavy, every frame, its smoothing. Prints one JSON line.

Run by ``benchmarks/pose.py`` with the Python of a separate virtual environment that has ``mediapipe``:
    python mediapipe_baseline.py CLIP HEAVY_TFLITE
The heavy weights are those of our npm package; MediaPipe would download the same file.
"""

import json
import shutil
import sys
import time
from pathlib import Path


def peak_memory_mb() -> float:
    """Peak resident memory of this process; getrusage would also count the parent it was forked from."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def main(clip: str, weights: str) -> None:
    import cv2
    import mediapipe

    place = Path(mediapipe.__file__).parent / "modules" / "pose_landmark" / "pose_landmark_heavy.tflite"
    if not place.exists():
        shutil.copy(weights, place)
    pose = mediapipe.solutions.pose.Pose(model_complexity=2, smooth_landmarks=True)
    film = cv2.VideoCapture(clip)
    pose.process(cv2.cvtColor(film.read()[1], cv2.COLOR_BGR2RGB))  # loading is not measured
    film.set(cv2.CAP_PROP_POS_FRAMES, 0)
    cpu, wall, frames = time.process_time(), time.perf_counter(), 0
    while True:
        read, picture = film.read()
        if not read:
            break
        pose.process(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB))
        frames += 1
    result = {
        "frames": frames,
        "cpu_s": time.process_time() - cpu,
        "wall_s": time.perf_counter() - wall,
        "memory_mb": peak_memory_mb(),
        "version": mediapipe.__version__,
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main(*sys.argv[1:])
