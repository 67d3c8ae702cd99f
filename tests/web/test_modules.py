"""The modules of the page: small, imported by relative path, and never in a circle."""

from __future__ import annotations

import re
from graphlib import TopologicalSorter
from importlib.resources import files

import pytest

ENTRY = "start.js"
TYPES = "types.js"
MODULES = {
    path.name: path.read_text("utf-8") for path in files("trygghetskarta.api").joinpath("page").iterdir() if path.name.endswith(".js")
}


def imported(name: str) -> set[str]:
    return set(re.findall(r'^import [^;]*? from "\./([^"]+)";$', MODULES[name], re.MULTILINE))


@pytest.mark.parametrize("name", sorted(MODULES))
def test_a_module_has_at_most_400_lines(name: str) -> None:
    assert len(MODULES[name].splitlines()) <= 400


@pytest.mark.parametrize("name", sorted(MODULES))
def test_a_module_imports_only_its_neighbours_and_asks_for_types_in_comments(name: str) -> None:
    assert len(re.findall(r"\bimport\b[ ({]", re.sub(r"/\*.*?\*/", "", MODULES[name], flags=re.DOTALL))) == len(imported(name))
    assert imported(name) <= MODULES.keys() - {ENTRY, TYPES}


def test_no_module_imports_itself_by_way_of_others() -> None:
    TopologicalSorter({name: imported(name) for name in MODULES}).prepare()


def test_every_module_is_used() -> None:
    assert set().union(*(imported(name) for name in MODULES)) == MODULES.keys() - {ENTRY, TYPES}


def test_the_page_fetches_every_module_at_once() -> None:
    page = files("trygghetskarta.api").joinpath("page", "index.html").read_text("utf-8")
    assert set(re.findall(r'<link rel="modulepreload" href="/page/([^"]+)">', page)) == MODULES.keys() - {ENTRY, TYPES}
