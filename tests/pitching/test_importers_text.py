"""Text files as editors, spreadsheets and other programs save them are read as the same motion."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from shadow_trainer.errors import BadRequest
from shadow_trainer.pitching import importers
from shadow_trainer.pitching.importers.labels import guess
from shadow_trainer.pitching.importers.motion import Motion
from shadow_trainer.pitching.importers.text import number

from . import motion_files


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[str, Motion]]:
    """Text and motion of a pitch as TRC and as BVH."""
    folder = tmp_path_factory.mktemp("sound")
    paths = {kind: motion_files.written(kind, folder) for kind in ("trc", "bvh")}
    return {kind: (path.read_text(), importers.read(path)) for kind, path in paths.items()}


def same(path: Path, whole: Motion) -> Motion:
    read = importers.read(path)
    assert motion_files.near(read.points, whole.points)
    assert read.fps == pytest.approx(whole.fps, rel=1e-3)
    return read


@pytest.mark.parametrize("kind", ["trc", "bvh"])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"])
def test_any_encoding_is_the_same_motion(kind: str, encoding: str, sound, tmp_path: Path) -> None:
    text, whole = sound[kind]
    path = tmp_path / f"p.{kind}"
    path.write_bytes(text.replace("pitches.trc", "Wurf_Größe.trc").encode(encoding))
    same(path, whole)


def with_commas(text: str) -> str:
    """Numbers with decimal commas, as a spreadsheet of most of Europe writes them."""
    head, mark, rest = text.partition("Frame#" if "Frame#" in text else "OFFSET")
    return head.replace("120.000", "120,000") + mark + rest.replace(".", ",")


TRC: dict[str, Callable[[str], str]] = {
    "decimal commas": with_commas,
    "semicolons and decimal commas": lambda text: with_commas(text).replace("\t", ";"),
    "commas": lambda text: text.replace("\t", ","),
    "old line ends": lambda text: text.replace("\n", "\r"),
    "Windows' line ends": lambda text: text.replace("\n", "\r\n"),
    "no first line": lambda text: text.partition("\n")[2],
    "no line of axes": lambda text: "\n".join(line for line in text.split("\n") if "\tX1\t" not in line),
    "no empty line": lambda text: text.replace("\n\n", "\n"),
    "blanks at the ends": lambda text: text.replace("\n", "\t\t\n"),
    "names in quotes": lambda text: text.replace("left_elbow", '"left elbow"').replace("nose", '"nose"'),
    "a spelled-out unit": lambda text: text.replace("\tmm\t", "\tMillimeters\t"),
    "names with blanks": lambda text: text.replace("left_", "Left ").replace("right_", "Right "),
    "names side by side": lambda text: "\n".join(
        line.replace("\t\t\t", "\t").rstrip() if line.startswith("Frame#") else line
        for line in text.split("\n")
    ),
}
BVH: dict[str, Callable[[str], str]] = {
    "decimal commas": with_commas,
    "commas between numbers": lambda text: text.replace(" 0.00000 0.00000", ", 0.00000, 0.00000"),
    "Windows' line ends": lambda text: text.replace("\n", "\r\n"),
    "one line": lambda text: (
        text.partition("MOTION")[0].replace("\n", " ") + "MOTION" + text.partition("MOTION")[2]
    ),
    "small letters": lambda text: text.replace("JOINT", "Joint").replace("CHANNELS", "Channels"),
    "a brace on the line of the name": lambda text: text.replace("Hips\n{", "Hips {"),
    "names with blanks": lambda text: text.replace("Left", "Left ").replace("Right", "Right "),
    "a front": lambda text: text.replace("ROOT ", "ROOT Bip01 ").replace("JOINT ", "JOINT Bip01 "),
}


@pytest.mark.parametrize("how", TRC)
def test_a_trc_written_another_way_is_the_same_motion(how: str, sound, tmp_path: Path) -> None:
    text, whole = sound["trc"]
    path = tmp_path / "p.trc"
    path.write_text(TRC[how](text), newline="")
    assert path.read_bytes() != text.encode()
    same(path, whole)


@pytest.mark.parametrize("how", BVH)
def test_a_bvh_written_another_way_is_the_same_motion(how: str, sound, tmp_path: Path) -> None:
    text, whole = sound["bvh"]
    path = tmp_path / "p.bvh"
    path.write_text(BVH[how](text), newline="")
    assert path.read_bytes() != text.encode()
    same(path, whole)


def one_row_short(text: str) -> str:
    return text.rstrip("\n").rpartition("\n")[0] + "\n"


def a_row_cut(text: str) -> str:
    lines = text.rstrip("\n").split("\n")
    lines[-40] = lines[-40][: len(lines[-40]) // 2].rpartition("." if "\t" not in lines[-40] else "\t")[0]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("kind", ["trc", "bvh"])
@pytest.mark.parametrize(("how", "words"), [(one_row_short, "head says 324"), (a_row_cut, "missing")])
def test_a_row_short_is_read_and_said(
    kind: str, how: Callable[[str], str], words: str, sound, tmp_path: Path
) -> None:
    text, whole = sound[kind]
    path = tmp_path / f"p.{kind}"
    path.write_text(how(text))
    read = importers.read(path)
    assert motion_files.near(read.points, whole.points[: len(read.points)])
    assert any(words in note for note in read.notes)


def unnamed(place: int) -> Callable[[list[str]], None]:
    """One more marker before the ``place``-th, without a name."""

    def change(cells: list[str]) -> None:
        cells[2 + 3 * place : 2 + 3 * place] = (
            ["", "", ""] if cells[0] == "Frame#" else ["100.0", "900.0", "50.0"]
        )

    return change


@pytest.mark.parametrize("place", [0, 5, 33])
@pytest.mark.parametrize("count", [1, 2])
def test_a_marker_without_a_name_is_left_out_with_its_columns(
    place: int, count: int, sound, tmp_path: Path
) -> None:
    text, whole = sound["trc"]
    lines = [line.split("\t") for line in text.split("\n")]
    for cells in [lines[3], *(line for line in lines[6:] if len(line) > 2)]:
        for _ in range(count):
            unnamed(place)(cells)
    path = tmp_path / "p.trc"
    path.write_text("\n".join("\t".join(cells) for cells in lines))
    assert motion_files.near(same(path, whole).points, whole.points)


def test_a_name_that_was_deleted_takes_only_its_own_columns_away(sound, tmp_path: Path) -> None:
    text, whole = sound["trc"]
    path = tmp_path / "p.trc"
    path.write_text(text.replace("left_pinky", "", 1))
    assert "left_pinky" not in same(path, whole).labels


@pytest.mark.parametrize(
    ("spoiled", "words"),
    [
        (lambda text: text.replace("Frame#\tTime", "n\ts", 1), "line of marker names"),
        (lambda text: text.replace("Frame#\tTime", "Frame#", 1), "line of marker names"),
        (lambda text: text.replace("1\t0.000000\t", "1\t0.000000\tabc", 1), "“abc.*row 1"),
        (TRC["names side by side"], None),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_cause(
    spoiled, words: str | None, sound, tmp_path: Path
) -> None:
    text = spoiled(sound["trc"][0])
    if words is None:
        # One name less than there are columns: nobody can tell whose they are.
        text, words = text.replace("left_pinky\t", "", 1), "which name belongs to which column"
    path = tmp_path / "p.trc"
    path.write_text(text)
    with pytest.raises(BadRequest, match=words) as caught:
        importers.read(path)
    assert caught.value.fix


@pytest.mark.parametrize(
    ("text", "value"),
    [("1,5", 1.5), ("1.234,5", 1234.5), ("1,234.5", 1234.5), ("−2.5", -2.5), ('"3"', 3.0), ("1e-3", 0.001)],
)
def test_a_number_is_read_however_it_is_written(text: str, value: float) -> None:
    assert number(text) == value


JOINT_NAMES = [f"{side}{part}" for side in "LR" for part in ("SHO", "ELB", "WRI", "HIP", "KNE", "ANK")]


@pytest.mark.parametrize(
    "front",
    ["Pitcher_", "Subject 1 ", "Bip01 ", "mixamorig", "Skeleton-001-", "|Group|Pitcher|", "S1:", "A.B."],
)
def test_a_front_that_all_names_share_is_left_out(front: str) -> None:
    labels = tuple(front + name for name in JOINT_NAMES)
    guessed = guess(labels)
    assert guessed["left_elbow"] == (f"{front}LELB",) and len(guessed) == len(JOINT_NAMES)


def test_of_two_people_the_first_is_taken_whole() -> None:
    labels = tuple(f"{who}_{name}" for who in ("Pitcher", "Catcher") for name in JOINT_NAMES)
    assert {sources[0].split("_")[0] for sources in guess(labels).values()} == {"Pitcher"}


def test_a_label_with_blanks_can_be_given(sound, tmp_path: Path) -> None:
    path = tmp_path / "p.bvh"
    path.write_text(sound["bvh"][0].replace("LeftForeArm", "Bip01 L Odd  Arm"))
    assert importers.read(path, labels={"left_elbow": "bip01 l odd arm"}).labels["left_elbow"] == (
        "Bip01 L Odd  Arm",
    )
