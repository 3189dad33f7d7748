"""Nothing is cited that is not there: pages, sections, links, paths; and nothing is measured that no page explains."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from shadow_trainer.pitching.faults.rules import RULES, Fault
from shadow_trainer.pitching.metrics import ROWS, norms
from tests.conftest import ROOT
from tests.docs import citations, layers
from tests.import_graph import tracked

PAGES = tracked("*.md")


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def test_every_page_that_is_cited_exists() -> None:
    cited = list(citations.pages_cited())
    assert cited
    assert [str(c) for c in cited if citations.resolve(c.where, c.page) is None] == []


def test_every_section_that_is_cited_is_a_heading_of_its_page() -> None:
    lost = []
    for citation in citations.sections_cited():
        page = citations.resolve(citation.where, citation.page) if citation.page else None
        if page is None or citation.section not in citations.headings(page):
            lost.append(f"{citation} (name the page)" if page is None else str(citation))
    assert lost == []


def test_only_comments_and_docstrings_of_code_are_read() -> None:
    code = 'NAME = "lost.md"  # see gone.md, section 3\ndef f():\n    """As in away.md."""\n    return "off.md"\n'
    assert list(citations.comments(code)) == ["see gone.md, section 3"]
    assert [text for text in citations.docstrings(code) if text] == ["As in away.md."]


@pytest.mark.parametrize(
    "text, numbers",
    [
        ("(docs/method.md, section 1.2)", ["1.2"]),
        ("docs/method.md, sections 2.2, 2.3 and 4", ["2.2", "2.3", "4"]),
        ("`docs/method.md` section 7", ["7"]),
        ("as RFC 9457 section 3 has it", None),
    ],
)
def test_a_citation_is_read_as_people_write_it(text: str, numbers: list[str] | None) -> None:
    match = citations.SECTION.search(text)
    assert match
    if numbers is None:
        assert match["before"].startswith("RFC")
    else:
        assert re.findall(citations.NUMBER, match["numbers"]) == numbers
        assert citations.PAGE.search(match["before"])


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_leads_to_a_file_and_a_heading(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        assert file.exists(), target
        if anchor:
            assert anchor in anchors(file), target


def anchors(page: Path) -> set[str]:
    """Anchors of a page's headings, as GitHub makes them."""
    heads = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.M)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("page", [p for p in PAGES if p.name != "CHANGELOG.md"], ids=name_of)
def test_every_path_that_a_page_names_exists(page: Path) -> None:
    named = set(citations.paths_quoted(page.read_text(encoding="utf-8")))
    assert sorted(name for name in named if not citations.exists(name)) == []


def test_every_metric_and_every_finding_is_in_the_method() -> None:
    method = (ROOT / citations.METHOD).read_text(encoding="utf-8")
    measured = {row.quantity for row in ROWS} | {rule.id for rule in RULES}
    assert sorted(name for name in measured if f"`{name}`" not in method) == []


def section(number: str) -> str:
    """The text of one section of the method."""
    text = (ROOT / citations.METHOD).read_text(encoding="utf-8")
    return re.split(rf"^#+ {re.escape(number)}\.? ", text, flags=re.M)[1].split("\n#")[0]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_the_method_names_every_limit_of_a_finding(rule: Fault) -> None:
    row = next(
        line for line in section("4.5").splitlines() if line.startswith(f"| `{rule.id}` [{rule.impact}] |")
    )
    said = set(re.findall(r"\d+(?:\.\d+)?", row.split("|")[2]))
    limits = {f"{abs(limit):g}" for check in rule.checks for limit in (check.amber, check.red) if limit}
    assert limits <= said


def test_the_method_shows_the_norms_that_score() -> None:
    said = section("3.2")
    scoring = {key: norm for key, norm in norms.table().items() if key[0] == norms.ADULT}
    assert scoring
    lost = [
        key for key, norm in scoring.items() if f"{norm.mean:g} ± {norm.sd:g}".replace("-", "−") not in said
    ]
    assert lost == []


def test_the_layers_of_the_architecture_are_those_of_the_house() -> None:
    text = layers.PAGE.read_text(encoding="utf-8")
    assert layers.BEGIN in text
    assert layers.with_table(text) == text, "run: python -m tests.docs.layers"


def test_every_package_is_in_the_notice() -> None:
    notice = (ROOT / "NOTICE.md").read_text(encoding="utf-8")
    pins = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    names = re.findall(r"^([\w.-]+)(?:\[\w+\])?==", pins, re.M)
    names += json.loads((ROOT / "package.json").read_text(encoding="utf-8"))["dependencies"]
    assert names
    assert [name for name in names if f"`{name}`" not in notice] == []
