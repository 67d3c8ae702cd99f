"""The file of a city: what it gives, and what is said of one that cannot be used."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from tests.cities.made_up import TOML
from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.cities import CITY
from trygghetskarta.domain.cities.reading import read_city
from trygghetskarta.errors import InvalidQuestionError


def test_stockholm_is_a_file_as_every_city() -> None:
    assert [(level.name, level.value, level.swedish) for level in AreaLevel] == [
        ("BASOMRADE", "basomrade", "basområde"),
        ("STADSDEL", "stadsdel", "stadsdel"),
        ("STADSDELSOMRADE", "stadsdelsomrade", "stadsdelsområde"),
        ("STAD", "stad", "hela staden"),
    ]
    assert (CITY.name, CITY.code, CITY.county, CITY.plane) == ("Stockholm", "0180", "Stockholms län", 3011)


def test_a_citys_file_gives_its_levels_systems_names_and_files() -> None:
    city = read_city(TOML, "asunda.toml", Path("/data"))
    assert [level.code for level in city.levels] == ["rutomrade", "primaromrade", "stadsomrade", "kommun"]
    assert city.systems == (3007, 3006, 3021)
    assert city.also == ("åsunda köping",)
    assert city.variants == {"primaromrade": {"gamla björk": "2-1"}}
    assert city.areas[0].path == Path("/data/rutor.gpkg")
    assert city.areas[0].edition == date(2024, 1, 1)
    assert city.levels[0].swedish.a == "ett rutområde"
    assert city.levels[0].english.a == "a grid area"


def test_a_city_without_a_level_of_a_role_has_the_next_coarser_for_it() -> None:
    start = TOML.index('[[levels]]\nrole = "basomrade"')
    three = TOML[:start] + TOML[TOML.index('[[levels]]\nrole = "stadsdel"') : TOML.index("[[areas]]")]
    city = read_city(three, "asunda.toml", Path())
    assert city.level_of("basomrade").code == "primaromrade"


@pytest.mark.parametrize(
    ("before", "after", "swedish", "english"),
    [
        ('id = "asunda"', 'id = "asunda', "asunda.toml är ingen TOML-fil: ", "line 1"),
        ('code = "1499"', "code = 1499", "asunda.toml, code: ska vara text.", "asunda.toml, code: must be text."),
        ("plane = 3007\n", "", "coordinates.plane: saknas, och ska vara ett EPSG-nummer.", "coordinates.plane: is missing"),
        ("plane = 3007\n", "plane = 7\n", "coordinates.plane: 7 är inget EPSG-nummer.", "coordinates.plane: 7 is no EPSG number."),
        ("3006, 3021]", '3006, "RT90"]', "coordinates.systems[1]: ska vara ett EPSG-nummer.", "coordinates.systems[1]: must be"),
        ("[11.0, 57.0, 13.0, 58.5]", "[13.0, 57.0, 11.0, 58.5]", "coordinates.bounds: väst ska vara mindre än öst", "west must be less"),
        ('code = "rutomrade"', 'code = "Rutområde"', "levels[0].code: ”Rutområde” ska börja", "levels[0].code: “Rutområde” must start"),
        ('code = "rutomrade"', 'code = "kommun"', "levels[3].code: ”kommun” står två gånger.", "levels[3].code: “kommun” stands twice."),
        ('role = "stadsdel"', 'role = "block"', "levels[1].role: ska vara basomrade eller", "levels[1].role: must be"),
        ('role = "stadsdel"', 'role = "basomrade"', "levels[1].role: basomrade står två gånger", "levels[1].role: basomrade stands twice"),
        ('role = "stadsdelsomrade"', 'role = "basomrade"', "levels[2].role: nivåerna ska stå i ordning", "must stand in order"),
        (', many = "rutområden" }', " }", "levels[0].swedish.many: saknas", "levels[0].swedish.many: is missing"),
        ("[variants.primaromrade]", "[variants.kvarter]", "variants.kvarter: är ingen av nivåerna rutomrade", "is none of the levels"),
        (
            "edition = 2024-01-01\nname",
            'edition = "2024-01-01"\nname',
            "areas[0].edition: ska vara en dag",
            "areas[0].edition: must be a day",
        ),
        ('file = "primar.geojson"', 'fil = "primar.geojson"', "areas[1].file: saknas", "areas[1].file: is missing"),
        ("plane = 3007", "plane = 3007\nplan = 1", "coordinates.plan: finns inte bland", "coordinates.plan: is not among"),
        ('name = "Åsunda"', 'name = "Åsunda"\nareal = 4', "areal: finns inte bland", "areal: is not among what can be told here"),
    ],
)
def test_what_is_wrong_with_a_citys_file_is_told_by_file_key_and_reason(before: str, after: str, swedish: str, english: str) -> None:
    assert before in TOML
    with pytest.raises(InvalidQuestionError) as refused:
        read_city(TOML.replace(before, after, 1), "asunda.toml", Path())
    assert refused.value.swedish.startswith("asunda.toml")
    assert swedish in refused.value.swedish
    assert english in refused.value.english


@pytest.mark.parametrize("written", [None, "id = 1\n", b"\xff\xfe"])
def test_a_command_goes_no_further_with_a_city_that_cannot_be_read(tmp_path: Path, written: str | bytes | None) -> None:
    path = tmp_path / "staden.toml"
    if written is not None:
        path.write_bytes(written if isinstance(written, bytes) else written.encode())
    done = subprocess.run(
        [Path(sys.executable).parent / "trygghetskarta", "db", "status"], capture_output=True, text=True, check=False,
        env={**os.environ, "TRYGGHETSKARTA_CITY": str(path)},
    )  # fmt: skip
    assert done.returncode == 2
    assert "staden.toml" in done.stderr
    assert "Traceback" not in done.stderr
