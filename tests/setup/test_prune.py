"""Of a package with many models those that are used stay, and nothing of other packages goes."""

from __future__ import annotations

from pathlib import Path

from scripts.bootstrap.prune import KEPT, prune
from shadow_trainer.pose.convert.install import PACKAGES
from shadow_trainer.pose.weights import SOURCES


def test_what_is_named_stays_and_the_rest_goes(tmp_path: Path) -> None:
    files = (
        "LICENSE",
        "models/used.bin",
        "models/used.json",
        "models/other.bin",
        "src/tool.js",
        "src/deep/a.js",
    )
    for package in ("@maker/models", "other"):
        for file in files:
            (tmp_path / package / file).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / package / file).touch()
    for _ in range(2):
        prune(tmp_path, {"@maker/models": ("LICENSE", "models/used.*"), "@maker/absent": ("a",)})
        left = {
            p.relative_to(tmp_path / "@maker/models").as_posix() for p in (tmp_path / "@maker").rglob("*.*")
        }
        assert left == {"models/used.bin", "models/used.json"}
        assert (tmp_path / "@maker" / "models" / "LICENSE").exists()
        assert not (tmp_path / "@maker" / "models" / "src").exists()
        assert all((tmp_path / "other" / file).exists() for file in files)


def test_no_file_of_a_network_is_pruned() -> None:
    for source in SOURCES.values():
        for file in source.files:
            package = next((name for name in KEPT if file.startswith(name + "/")), None)
            inside = Path(file).relative_to(package) if package else None
            assert inside is None or any(inside.match(pattern) for pattern in KEPT[package])
    assert (PACKAGES / "@vladmandic" / "human-models" / "package.json").exists()
