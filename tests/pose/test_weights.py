"""Weights: verified at the source and on every load; a broken file gives one clear line."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from shadow_trainer.errors import SetupError
from shadow_trainer.pose import weights


@pytest.fixture
def lite(package: Path, tmp_path: Path) -> Path:
    """A models folder with the smallest network."""
    weights.convert_one("lite", models_dir=tmp_path, package=package)
    return tmp_path


def test_converting_again_does_nothing_unless_forced(models_dir: Path, package: Path, tmp_path: Path) -> None:
    for name in ("detector", "lite"):
        for suffix in (".json", ".safetensors"):
            shutil.copy(models_dir / (name + suffix), tmp_path)
    assert weights.ensure_weights(["xs"], models_dir=tmp_path, package=package) == []
    assert weights.ensure_weights(["xs"], models_dir=tmp_path, package=package, force=True) == [
        "detector",
        "lite",
    ]


def test_damaged_weights_are_named_and_repaired(lite: Path, package: Path) -> None:
    path = lite / "lite.safetensors"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(SetupError, match="damaged") as error:
        weights.load("lite", models_dir=lite)
    assert error.value.code == "weights_broken" and "--force" in error.value.fix
    assert "lite" in weights.ensure_weights(["xs"], models_dir=lite, package=package)
    weights.load("lite", models_dir=lite)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": 1}', '{"format": 0, "source_sha256": ""}'])
def test_a_damaged_description_is_a_setup_error(lite: Path, text: str) -> None:
    (lite / "lite.json").write_text(text)
    with pytest.raises(SetupError) as error:
        weights.load("lite", models_dir=lite)
    assert error.value.code == "weights_broken" and "\n" not in str(error.value)


def test_missing_weights_say_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="not been converted") as error:
        weights.load("heavy", models_dir=tmp_path)
    assert "models ensure" in error.value.fix


def test_a_source_file_that_is_not_the_pinned_one_is_refused(package: Path, tmp_path: Path) -> None:
    fake = tmp_path / "package"
    fake.mkdir()
    data = bytearray((package / weights.SOURCES["lite"].file).read_bytes())
    data[-1] ^= 1
    (fake / weights.SOURCES["lite"].file).write_bytes(data)
    with pytest.raises(SetupError, match="wrong hash"):
        weights.convert_one("lite", models_dir=tmp_path / "models", package=fake)
    assert not (tmp_path / "models").exists()


def test_an_absent_package_is_a_setup_error(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="missing"):
        weights.ensure_weights(["m"], models_dir=tmp_path, package=tmp_path / "nowhere")


def test_the_graph_survives_json(lite: Path) -> None:
    graph, _ = weights.load("lite", models_dir=lite)
    assert type(graph).from_dict(json.loads(json.dumps(graph.as_dict()))) == graph


def test_heads_that_are_not_wanted_are_left_out(lite: Path) -> None:
    graph, values = weights.load("lite", models_dir=lite)
    lean = graph.keep(("landmarks", "flag"))
    assert len(lean.nodes) < len(graph.nodes)
    assert lean.weight_names() < set(values)
    assert {name for node in lean.nodes for name in node.inputs} <= {"x", *(n.out for n in lean.nodes)}


def test_weights_of_another_release_are_known_by_their_hash_and_converted_again(
    lite: Path, package: Path
) -> None:
    description = json.loads((lite / "lite.json").read_text())
    (lite / "lite.json").write_text(json.dumps({**description, "source_sha256": "0" * 64}))
    with pytest.raises(SetupError, match="another release"):
        weights.load("lite", models_dir=lite)
    assert "lite" in weights.ensure_weights(["xs"], models_dir=lite, package=package)
    assert weights.load("lite", models_dir=lite)
