"""Damaged and hostile motion files: each is a motion, or one sentence about what is wrong; none eats the machine."""

from __future__ import annotations

import io
import os
import pickle
import random
import resource
import zipfile
from pathlib import Path

import numpy as np
import pytest

from shadow_trainer.errors import BadRequest
from shadow_trainer.pitching import importers
from shadow_trainer.pitching.importers import limits
from shadow_trainer.render import exports
from tests.pitching import bodies
from tests.pitching.test_importers import h36m_of

FILES = int(os.environ.get("SHADOW_FUZZ_MOTIONS", "60"))
SEED = int(os.environ.get("SHADOW_FUZZ_SEED", "0"))
ROOM_KB = 150_000
# Damages that once broke something.
KNOWN = {"npy": (349,)}


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """A pitch in every format."""
    folder, pitch = tmp_path_factory.mktemp("motions"), bodies.sampled(bodies.pitch(), 8)
    files = {}
    for kind in ("trc", "c3d", "bvh"):
        exports.write(kind, exports.Source(pitch, {"deliveries": []}), folder / f"p.{kind}")
        files[kind] = (folder / f"p.{kind}").read_bytes()
    np.save(folder / "p.npy", h36m_of(pitch))
    np.savez_compressed(folder / "p.npz", reconstruction=h36m_of(pitch), fps=30)
    return files | {kind: (folder / f"p.{kind}").read_bytes() for kind in ("npy", "npz")}


def damaged(content: bytes, chance: random.Random) -> bytes:
    raw = bytearray(content)
    for _ in range(chance.choice((1, 2, 5))):
        raw.extend(b"\0" * (8 - len(raw)))
        place = chance.randrange(min(len(raw), chance.choice((600, len(raw)))))
        how = chance.randrange(6)
        if how == 0:
            raw[place] ^= 1 << chance.randrange(8)
        elif how == 1:
            raw[place : place + 8] = chance.randbytes(8)
        elif how == 2:
            del raw[place : place + chance.choice((1, 30, 3000))]
        elif how == 3:
            raw[place:place] = raw[place : place + 200] * 2
        elif how == 4:
            raw[place : place + 4] = chance.choice((b"\xff\xff\xff\x7f", b"9999", b"-1 n", b"1e99", b"nan "))
        else:
            del raw[max(place, 1) :]
    return bytes(raw)


@pytest.mark.parametrize("kind", ["trc", "c3d", "bvh", "npy", "npz"])
@pytest.mark.filterwarnings("ignore")
def test_a_damaged_motion_is_a_motion_or_a_sentence(
    kind: str, sound: dict[str, bytes], tmp_path: Path
) -> None:
    path = tmp_path / f"m.{kind}"
    for number in (*KNOWN.get(kind, ()), *range(SEED, SEED + FILES // 5)):
        path.write_bytes(damaged(sound[kind], random.Random(f"{kind}{number}")))
        try:
            importers.as_reference(importers.read(path, fps=30), name="x", hand="right")
        except BadRequest as error:
            assert error.fix
        except Exception as error:
            raise AssertionError(f"{kind} {number}: {error!r}") from error


def npz(**files: bytes) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(f"{name}.npy", content)
    return held.getvalue()


def head(shape: str, kind: str = "<f8") -> bytes:
    """The head of a .npy file that claims any shape."""
    text = f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}".ljust(117) + "\n"
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text.encode()


class Trap:
    """What a pickle can do to who opens it."""

    def __reduce__(self) -> tuple:
        return os.system, ("touch /tmp/shadow-trainer-was-here",)


def objects() -> bytes:
    held = io.BytesIO()
    np.save(held, np.array([Trap()], dtype=object), allow_pickle=True)
    return held.getvalue()


HOSTILE = {
    "bomb.npz": lambda: npz(world_m=head("(1, 33, 3)") + bytes(40_000_000)),
    "claims.npz": lambda: npz(world_m=head("(9000000000, 33, 3)")),
    "claims.npy": lambda: head("(9000000000, 17, 3)"),
    "negative.npy": lambda: head("(-1, 17, 3)") + bytes(5000),
    "pickle.npy": objects,
    "pickle.npz": lambda: npz(world_m=objects()),
    "raw.npy": lambda: pickle.dumps(Trap()),
    "endless.bvh": lambda: (
        b"HIERARCHY ROOT Hips { OFFSET 0 0 0 } MOTION Frames: 1000000000 Frame Time: 0.01\n"
    ),
    "deep.bvh": lambda: (
        b"HIERARCHY " + b"JOINT a { OFFSET 0 0 0 " * 5_000 + b"MOTION Frames: 50000 Frame Time: 1\n"
    ),
    "channels.bvh": lambda: (
        b"HIERARCHY ROOT Hips { CHANNELS 3 qrotation 1 2 } MOTION Frames: 1 Frame Time: 0.01 1 2 3"
    ),
    "wide.trc": lambda: (
        b"PathFileType\nDataRate\tUnits\n60\tm\nFrame#\tTime\t" + b"M\t" * 200_000 + b"\n\n" + b"1\n" * 50_000
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_motion_costs_nothing(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # A tenth of the real limit, so that the bomb is made quickly.
    monkeypatch.setattr(limits, "MAX_NUMBERS", 2_000_000)
    path = tmp_path / name
    path.write_bytes(HOSTILE[name]())
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(BadRequest):
        importers.read(path)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < ROOM_KB
    assert not Path("/tmp/shadow-trainer-was-here").exists(), "something inside the file was run"
