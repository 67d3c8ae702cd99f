"""The documents against the code: what they name exists, and what the code reads is named in them."""

from __future__ import annotations

import ast
import re
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

from tests.pages import DOCS, ROOT, read, rows_of
from trygghetskarta.domain.events import WarningCode
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.ingest.contract import Layout
from trygghetskarta.ingest.mapping import FIELDS
from trygghetskarta.stats.rates import per_thousand_years
from trygghetskarta.stats.runoff import chain_ladder

INGEST = ROOT / "src" / "trygghetskarta" / "ingest"
# Modules whose rejections the sender of a source's file can meet.
READERS = sorted(INGEST.rglob("*.py"))

HEADINGS = ["Context", "Decision", "Consequences", "What would make us change it"]
_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
_FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
# The argument that holds the code, of the functions that reject rows.
_CODE_AT = {"Message": 0, "require": 1, "numbers": 2}


def _markdown() -> list[Path]:
    documents = [*DOCS.rglob("*.md"), ROOT / "README.md", ROOT / "CHANGELOG.md"]
    return sorted(path for path in documents if path.is_file())


def _layouts(source: SourceId) -> list[Layout]:
    module = import_module(f"trygghetskarta.ingest.sources.{source}")
    return [value for value in vars(module).values() if isinstance(value, Layout)]


def _called(call: ast.Call) -> str:
    match call.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return ""


def _codes(path: Path) -> set[str]:
    """Give the rejection codes that stand as texts in a module."""
    codes = set()
    for node in ast.walk(ast.parse(read(path))):
        if isinstance(node, ast.Call) and (at := _CODE_AT.get(_called(node))) is not None and len(node.args) > at:
            match node.args[at]:
                case ast.Constant(value=str(code)):
                    codes.add(code)
                case _:
                    pass
    return codes


@pytest.mark.parametrize("source", SourceId)
def test_every_source_has_a_page(source: SourceId) -> None:
    assert f"`{source}`" in read(DOCS / "sources" / f"{source}.md").splitlines()[0]


@pytest.mark.parametrize("source", SourceId)
def test_every_column_a_layout_reads_is_named_on_the_sources_page(source: SourceId) -> None:
    page = read(DOCS / "sources" / f"{source}.md")
    asked = [column for layout in _layouts(source) for column in (*layout.columns.values(), *layout.detail.values())]
    assert [column for column in asked if f"`{column}`" not in page] == []


@pytest.mark.parametrize("source", SourceId)
def test_a_column_is_said_to_be_required_just_when_it_is(source: SourceId) -> None:
    page = read(DOCS / "sources" / f"{source}.md")
    stated = dict(re.findall(r"^\| `([^`]+)` \| (ja|nej) \|", page, re.MULTILINE))
    assert stated, "no table of columns"
    for layout in _layouts(source):
        required = {layout.columns[field] for field in layout.required}
        for column in (*layout.columns.values(), *layout.detail.values()):
            assert stated[column] == ("ja" if column in required else "nej"), column


def test_the_press_feeds_fields_are_those_the_adapter_asks_for() -> None:
    tree = ast.parse(read(INGEST / "sources" / "polishandelser.py"))
    asked = {
        node.args[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "fields.get" and isinstance(node.args[0], ast.Constant)
    }
    page = read(DOCS / "sources" / "polishandelser.md")
    stated = set(re.findall(r"^\| `([^`]+)` \| (?:ja|nej) \|", page, re.MULTILINE))
    extract = {column for layout in _layouts(SourceId.POLISHANDELSER) for column in layout.columns.values()}
    assert asked <= stated
    assert stated - extract == {"datetime", "name", "type", "summary", "url"}


def test_every_rejection_code_is_explained() -> None:
    codes = set().union(*(_codes(path) for path in READERS))
    assert {"field_count", "missing_id", "no_position", "conflicting_row"} <= codes, "the codes are no longer found"
    pages = "".join(read(path) for path in (DOCS / "sources").glob("*.md"))
    assert sorted(code for code in codes if f"`{code}`" not in pages) == []


def test_no_rejection_code_is_explained_that_cannot_be_met() -> None:
    codes = set().union(*(_codes(path) for path in READERS))
    shared = {row[0].strip("`") for row in rows_of(read(DOCS / "sources" / "filer.md"), "Kod", "Betyder", "Gör så här")}
    assert shared - codes == set()


def test_every_refusal_of_a_readers_is_explained() -> None:
    readers = [path for path in INGEST.rglob("*.py") if path.stem not in ("area_files", "editions", "weights")]
    calls = (node for path in readers for node in ast.walk(ast.parse(read(path))) if isinstance(node, ast.Call))
    codes = {word.value.value for call in calls for word in call.keywords if word.arg == "code" and isinstance(word.value, ast.Constant)}
    assert {"truncated", "archive_member"} <= codes, "the codes are no longer found"
    stated = {row[0].strip("`") for row in rows_of(read(DOCS / "sources" / "filer.md"), "Kod", "Filen", "Gör så här")}
    assert stated == codes


def test_every_warning_that_is_given_is_explained() -> None:
    code = "".join(read(path) for path in READERS)
    given = {warning.value for warning in WarningCode if f"WarningCode.{warning.name}" in code}
    stated = {row[0].strip("`") for row in rows_of(read(DOCS / "sources" / "filer.md"), "Kod", "Betyder")}
    assert stated == given


def test_every_field_of_a_mapping_is_explained() -> None:
    rows = rows_of(read(DOCS / "sources" / "mapping.md"), "Fält", "Är")
    assert {field for row in rows for field in re.findall(r"`([^`]+)`", row[0])} == FIELDS


def test_decisions_are_numbered_in_order() -> None:
    names = sorted(path.name for path in (DOCS / "decisions").glob("*.md"))
    assert [name[:5] for name in names] == [f"{number:04}-" for number in range(1, len(names) + 1)]


@pytest.mark.parametrize("path", sorted((DOCS / "decisions").glob("*.md")), ids=lambda path: path.stem)
def test_a_decision_has_its_headings(path: Path) -> None:
    text = read(path)
    lines = text.splitlines()
    assert lines[0].startswith(f"# {path.stem[:4]} ")
    assert re.search(r"^- Status: (proposed|accepted|superseded)", text, re.MULTILINE)
    assert re.search(r"^- Date: \d{4}-\d{2}-\d{2}$", text, re.MULTILINE)
    assert [line[3:] for line in lines if line.startswith("## ")] == HEADINGS


def test_no_term_of_the_glossary_stands_twice() -> None:
    rows = rows_of(read(DOCS / "glossary.md"), "Ord i koden", "För läsare", "Betyder", "Means")
    terms = [term.strip().casefold() for row in rows for term in row[0].split(",")]
    assert all(all(row) for row in rows)
    assert sorted({term for term in terms if terms.count(term) > 1}) == []


def test_the_glossary_holds_the_words_of_the_closed_lists() -> None:
    rows = rows_of(read(DOCS / "glossary.md"), "Ord i koden", "För läsare", "Betyder", "Means")
    terms = {term.strip() for row in rows for term in row[0].split(",")}
    planned = "basomrade stadsdel stadsdelsomrade stad edition lagesbild brottskod source delivery event category precision question exact measure"
    assert set(planned.split()) - terms == set()


def test_the_examples_of_rates_are_what_the_function_gives() -> None:
    rows = rows_of(read(DOCS / "methods" / "rates.md"), "Händelser", "Personår", "Tal", "Från", "Till")
    counts = np.array([int(row[0]) for row in rows])
    person_years = np.array([float(row[1]) for row in rows])
    stated = [[float(cell) for cell in row[2:]] for row in rows]
    assert np.round(per_thousand_years(counts, person_years), 4).tolist() == stated


def test_the_example_of_the_runoff_triangle_is_what_the_function_gives() -> None:
    page = read(DOCS / "methods" / "runoff.md")
    cells = rows_of(page, "Månad", "Ålder 0", "Ålder 1", "Ålder 2", "Ålder 3")
    found = chain_ladder(np.array([[float(cell or "nan") for cell in row[1:]] for row in cells]))
    shares = np.stack([found.share, found.low, found.high], axis=1).round(4).tolist()
    given = [(known, ultimate, *ends) for known, ultimate, ends in zip(found.known, found.ultimate.round(1), shares, strict=True)]
    stated = [tuple(float(cell) for cell in row) for row in rows_of(page, "Känt", "Väntat", "Andel", "Från", "Till")]
    assert given == stated


@pytest.mark.parametrize("path", _markdown(), ids=lambda path: str(path.relative_to(ROOT)))
def test_relative_links_point_at_files(path: Path) -> None:
    text = _FENCE.sub("", read(path))
    targets = [target.partition("#")[0] for target in _LINK.findall(text) if not re.match(r"[a-z]+:", target)]
    assert [target for target in targets if target and not (path.parent / target).exists()] == []
