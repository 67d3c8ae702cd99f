"""Reports as JSON, read again, and made into joint ones."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import orjson
import pytest

from tests.forms.made_up import ALL, normal
from trygghetskarta.domain.audience import SharingClass
from trygghetskarta.errors import BadDeliveryError
from trygghetskarta.reports.document import Cell, Column, Kind, Report, Row, Subheading, Table
from trygghetskarta.reports.joint import joint
from trygghetskarta.reports.json import read_json, write_json
from trygghetskarta.reports.shades import breaks


@pytest.mark.parametrize("name", sorted(ALL))
def test_what_is_written_is_read_as_the_same_report(name: str) -> None:
    report: Report = ALL[name]()
    assert read_json(write_json(report), "filen") == report
    assert write_json(read_json(write_json(report), "filen")) == write_json(report)


def without(told: Any, *path: str | int) -> bytes:  # noqa: ANN401 - whatever JSON holds
    found = told
    for part in path[:-1]:
        found = found[part]
    del found[path[-1]]
    return orjson.dumps(told)


def written() -> Any:  # noqa: ANN401 - whatever JSON holds
    return orjson.loads(write_json(normal()))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK\x03\x04",
        b"[]",
        b'"lagesbild"',
        orjson.dumps({**written(), "schema": "en annan"}),
        without(written(), "title"),
        without(written(), "chapters", 0, "heading"),
        orjson.dumps({**written(), "title": 7}),
        orjson.dumps({**written(), "version": True}),
        orjson.dumps({**written(), "knownOn": "i går"}),
        orjson.dumps({**written(), "reportClass": "hemlig"}),
        orjson.dumps({**written(), "chapters": {"heading": "Ett"}}),
        orjson.dumps({**written(), "chapters": [{"heading": "Ett", "blocks": [{"type": "script", "text": "x"}]}]}),
    ],
)
def test_a_file_that_is_no_lagesbild_is_refused_with_its_name(content: bytes) -> None:
    with pytest.raises(BadDeliveryError, match=r"polisen\.json är ingen lägesbild"):
        read_json(content, "polisen.json")


def of(name: str, count: int, **changed: Any) -> Report:  # noqa: ANN401
    cells = (Cell("Alla anmälda brott", "Alla anmälda brott"), Cell(str(count), count))
    table = Table("Månaden", (Column("name", "", Kind.TEXT), Column("monthCount", "Antal")), (Row(cells),), "Noten.")
    report = normal()
    chapter = replace(report.chapters[0], heading="Brotten", blocks=(table,))
    return replace(report, title=f"Lägesbild för {name}", area_name=name, chapters=(chapter,), **changed)


def test_a_joint_report_has_both_areas_in_each_chapter_and_side_by_side() -> None:
    both = joint([of("Järva", 29), of("Sundbyberg", 31)])
    assert both.title == "Gemensam lägesbild för Järva och Sundbyberg"
    assert [block.text.split(",")[0] for block in both.chapters[1].blocks if isinstance(block, Subheading)] == ["Järva", "Sundbyberg"]
    beside = next(block for block in both.chapters[0].blocks if isinstance(block, Table) and "sida vid sida" in block.caption)
    assert [[cell.text for cell in row.cells] for row in beside.rows] == [
        ["Järva: Alla anmälda brott", "29"],
        ["Sundbyberg: Alla anmälda brott", "31"],
    ]


def test_tables_that_tell_other_columns_are_not_put_side_by_side() -> None:
    other = of("Sundbyberg", 31)
    table = other.chapters[0].blocks[0]
    assert isinstance(table, Table)
    wider = replace(table, columns=(table.columns[0], replace(table.columns[1], title="Antal 2024")))
    both = joint([of("Järva", 29), replace(other, chapters=(replace(other.chapters[0], blocks=(wider,)),))])
    assert not [block for block in both.chapters[0].blocks if isinstance(block, Table) and "sida vid sida" in block.caption]


def test_a_joint_report_is_intern_when_any_is() -> None:
    delbar, intern = (
        of("A", 1, report_class=SharingClass.DELBAR, watermark=""),
        of("B", 2, report_class=SharingClass.INTERN, watermark="INTERN"),
    )
    assert (joint([delbar, intern]).report_class, joint([delbar, intern]).watermark) == (SharingClass.INTERN, "INTERN")
    assert (joint([delbar, delbar]).report_class, joint([delbar, delbar]).watermark) == (SharingClass.DELBAR, "")


def test_one_report_is_no_joint_one() -> None:
    with pytest.raises(ValueError, match="1"):
        joint([of("Järva", 29)])


def test_classes_of_a_map() -> None:
    assert breaks([]) == ()
    assert breaks([0.0]) == (0.0,)
    assert breaks([3.0, 3.0, 3.0]) == (3.0,)
    assert breaks([1.0, 2.0, 1000.0]) == (1.0, 2.0, 1000.0)
    many = breaks([float(value) for value in range(100)])
    assert (len(many), many[-1]) == (5, 99.0)
    assert breaks([*map(float, range(10)), 1e6])[-1] == 1e6
