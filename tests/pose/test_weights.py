"""Weights: verified at the source and on every load; a broken file gives one clear line."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from shadow_trainer.errors import SetupError
from shadow_trainer.pose import weights
from shadow_trainer.pose.convert import install


@pytest.fixture
def lite(packages: Path, tmp_path: Path) -> Path:
    """A models folder with the smallest network."""
    install.convert_one("lite", models_dir=tmp_path, packages=packages)
    return tmp_path


def test_converting_again_does_nothing_unless_forced(
    models_dir: Path, packages: Path, tmp_path: Path
) -> None:
    for name in ("detector", "lite"):
        for suffix in (".json", ".onnx", ".safetensors"):
            shutil.copy(models_dir / (name + suffix), tmp_path)
    assert install.ensure_weights(["detector", "lite"], models_dir=tmp_path, packages=packages) == []
    assert install.ensure_weights(
        ["detector", "lite"], models_dir=tmp_path, packages=packages, force=True
    ) == [
        "detector",
        "lite",
    ]


@pytest.mark.parametrize("file", ["lite.safetensors", "lite.onnx"])
def test_damaged_weights_are_named_and_repaired(lite: Path, packages: Path, file: str) -> None:
    path = lite / file
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(SetupError, match=f"{file} is damaged") as error:
        weights.verified_onnx("lite", models_dir=lite)
    assert error.value.code == "weights_broken" and "--force" in error.value.fix
    assert "lite" in install.ensure_weights(["lite"], models_dir=lite, packages=packages)
    weights.verified_onnx("lite", models_dir=lite)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": 1}', '{"format": 0, "source_sha256": ""}'])
def test_a_damaged_description_is_a_setup_error(lite: Path, text: str) -> None:
    (lite / "lite.json").write_text(text)
    with pytest.raises(SetupError) as error:
        weights.verified_onnx("lite", models_dir=lite)
    assert error.value.code == "weights_broken" and "\n" not in str(error.value)


def test_missing_weights_say_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="not been converted") as error:
        weights.verified_onnx("heavy", models_dir=tmp_path)
    assert "models ensure" in error.value.fix


def test_a_source_file_that_is_not_the_pinned_one_is_refused(packages: Path, tmp_path: Path) -> None:
    file = next(iter(weights.SOURCES["lite"].files))
    fake = tmp_path / "packages" / file
    fake.parent.mkdir(parents=True)
    data = bytearray((packages / file).read_bytes())
    data[-1] ^= 1
    fake.write_bytes(data)
    with pytest.raises(SetupError, match="wrong hash"):
        install.convert_one("lite", models_dir=tmp_path / "models", packages=tmp_path / "packages")
    assert not (tmp_path / "models").exists()


def test_an_absent_package_is_a_setup_error(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="missing"):
        install.ensure_weights(["heavy"], models_dir=tmp_path, packages=tmp_path / "nowhere")


def test_heads_that_are_not_wanted_are_left_out(packages: Path) -> None:
    graph, values = install._read(weights.SOURCES["lite"], packages)
    lean = graph.keep(("landmarks", "flag"))
    assert len(lean.nodes) < len(graph.nodes)
    assert lean.weight_names() < set(values)
    assert {name for node in lean.nodes for name in node.inputs} <= {"x", *(n.out for n in lean.nodes)}
    # Stored is what the wanted heads need, and no more: the source's segmentation is not among them.
    assert set(graph.outputs) == set(weights.SOURCES["lite"].outputs.values())
    assert graph.weight_names() == set(values)


def test_weights_of_another_release_are_known_by_their_hash_and_converted_again(
    lite: Path, packages: Path
) -> None:
    description = json.loads((lite / "lite.json").read_text())
    (lite / "lite.json").write_text(json.dumps({**description, "source_sha256": "0" * 64}))
    with pytest.raises(SetupError, match="another release"):
        weights.verified_onnx("lite", models_dir=lite)
    assert "lite" in install.ensure_weights(["lite"], models_dir=lite, packages=packages)
    assert weights.verified_onnx("lite", models_dir=lite)
