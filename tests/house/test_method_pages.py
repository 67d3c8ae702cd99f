"""The pages of the methods: every one is listed, has its parts, names its code, and the reference cases stand where they are said to."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.pages import METHODS, ROOT, read, table

PARTS = ["Vad det är", "Så räknas det", "Exempel", "När det inte går", "Använd det inte", "Källor och prov"]
LIST = read(METHODS / "README.md")
LEAST_CASES = 30


def linked(heading: str) -> set[str]:
    """Give the pages that the list links to under a heading."""
    return set(re.findall(r"\]\(([a-z-]+\.md)\)", LIST.split(f"\n## {heading}\n")[1].split("\n## ")[0]))


def test_every_page_is_listed_once() -> None:
    pages = {path.name for path in METHODS.glob("*.md")} - {"README.md"}
    assert linked("Metoder") | linked("Om siffrorna") == pages
    assert not linked("Metoder") & linked("Om siffrorna")


@pytest.mark.parametrize("page", sorted(linked("Metoder")))
def test_a_page_of_a_method_has_its_parts_and_names_its_code(page: str) -> None:
    lines = read(METHODS / page).splitlines()
    assert [line.removeprefix("## ") for line in lines if line.startswith("## ")] == PARTS
    code = next(line for line in lines if line.startswith("Kod: "))
    named = re.findall(r"`((?:stats|disclosure|analysis|queries|domain|ingest|serialize)/[a-z_/]+\.py)`", code)
    assert named
    assert [name for name in named if not (ROOT / "src" / "trygghetskarta" / name).is_file()] == []
    tests = set(re.findall(r"`(tests/[a-z_/]+\.py)`", "\n".join(lines)))
    assert tests
    assert [name for name in tests if not (ROOT / name).is_file()] == []


def test_the_reference_cases_are_told_where_they_are_tried() -> None:
    cases = table("README.md", "Fall", "Ur", "Sida", "Prövas i")
    assert len(cases) >= LEAST_CASES
    assert len({(case, given) for case, given, _, _ in cases}) == len(cases)
    for case, _, pages, test in cases:
        assert set(re.findall(r"\]\(([a-z-]+\.md)\)", pages)) <= linked("Metoder"), case
        path = ROOT / test.strip("`")
        assert path.is_file(), case
        assert imports_what_it_tries(path), case


def imports_what_it_tries(path: Path) -> bool:
    """Tell whether a test file imports the arithmetic itself."""
    return "from trygghetskarta.stats" in read(path) or "from trygghetskarta.disclosure" in read(path)
