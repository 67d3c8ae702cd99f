"""What is written of a measure becomes a declaration, or is refused by name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.db.test_measures import told
from trygghetskarta.errors import InvalidQuestionError
from trygghetskarta.ingest.measure_forms import formed, read_form, read_json, schema

SAMPLE = Path(__file__).parents[2] / "data" / "sample" / "measures"
GOAL = told()["goals"][0]


@pytest.mark.parametrize("path", sorted(SAMPLE.glob("*.toml")), ids=lambda path: path.stem)
def test_the_samples_measures_are_read(path: Path) -> None:
    assert read_form(path).goals


def test_json_and_toml_tell_the_same(tmp_path: Path) -> None:
    file = tmp_path / "ljus.json"
    file.write_bytes(orjson.dumps(told()))
    assert read_form(file) == read_json(orjson.dumps(told())) == formed(told())


@pytest.mark.parametrize(
    ("changed", "property_"),
    [
        ({"name": ""}, "name"),
        ({"kind": None}, "kind"),
        ({"okänt": 1}, "okänt"),
        ({"startsOn": "igår"}, "startsOn"),
        ({"endsOn": "2024-01-01"}, "endsOn"),
        ({"cost": -1}, "cost"),
        ({"declaredOn": "2024-01-01"}, "declaredIn"),
        ({"target": {}}, "target"),
        ({"target": {"level": "stadsdel", "areas": []}}, "target"),
        ({"target": {"level": "stadsdel", "areas": ["rinkeby"], "polygon": {}}}, "target"),
        ({"control": None, "displacement": {"level": "stadsdel", "areas": ["husby"]}}, "displacement"),
        ({"displacementControl": {"level": "stadsdel", "areas": ["husby"]}}, "displacementControl"),
        ({"goals": [{**GOAL, "change": 0}]}, "goals.0.change"),
        ({"goals": [{**GOAL, "change": 120}]}, "goals.0.change"),
        ({"goals": [{**GOAL, "baselineFrom": "2025-01"}]}, "goals.0.baselineTo"),
        ({"goals": [{**GOAL, "baselineFrom": "1950-01"}]}, "goals.0.baselineTo"),
        ({"goals": [{**GOAL, "followUpFrom": "2024-12"}]}, "goals.0.followUpFrom"),
        ({"goals": [{**GOAL, "judgedOn": "2025-12-31"}]}, "goals.0.judgedOn"),
        ({"goals": [{**GOAL, "baselineFrom": "januari"}]}, "goals.0.baselineFrom"),
        ({"goals": [GOAL, {**GOAL, "source": ["okänd"]}]}, "goals.1.source.0"),
    ],
)
def test_what_makes_no_sense_is_refused_by_its_name_in_both_languages(changed: dict[str, Any], property_: str) -> None:
    with pytest.raises(InvalidQuestionError) as refused:
        formed(told(**changed))
    assert refused.value.faults[0].property == property_
    assert refused.value.english
    assert refused.value.swedish != refused.value.english


def test_what_is_not_a_measure_at_all_is_refused(tmp_path: Path) -> None:
    nothing: tuple[Any, ...] = ([], "nej", None, 3)
    for written in nothing:
        with pytest.raises(InvalidQuestionError):
            formed(written)
    with pytest.raises(InvalidQuestionError, match="JSON"):
        read_json(b"{")
    broken = tmp_path / "trasig.toml"
    broken.write_text("name = ")
    with pytest.raises(InvalidQuestionError, match="går inte att läsa"):
        read_form(broken)


def test_the_schema_is_whole() -> None:
    written = orjson.dumps(schema())
    assert b"$ref" not in written
    assert b"baselineFrom" in written
