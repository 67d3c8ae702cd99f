"""The commands without a database: what they take, and what they say when there is nothing to ask."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from enum import Enum
from importlib.metadata import version
from pathlib import Path

import orjson
import pytest
from pydantic.alias_generators import to_camel
from typer.testing import CliRunner

from trygghetskarta.cli import decomposing, details, questions, series, space, topics
from trygghetskarta.cli.main import make_app
from trygghetskarta.cli.questions import chosen_form, form_of
from trygghetskarta.errors import InvalidQuestionError
from trygghetskarta.serialize.formats import Format

DOCUMENT = orjson.loads((Path(__file__).parents[2] / "openapi.json").read_bytes())
ASKED: dict[str, Callable[..., None]] = {
    "comparisons": questions.compare,
    "series": series.series,
    "hours": details.hours,
    "hexagons": details.hexagons,
    "hotspots": space.hotspots,
    "concentration": space.concentration,
    "pattern-changes": space.pattern_change,
    "densities": space.density,
    "near-repeats": space.near_repeat,
    "indicators": topics.survey,
    "similar-areas": topics.similar,
    "lenses/older-people": topics.lens,
    "decompositions": decomposing.decompose,
}


@pytest.mark.parametrize("path", ASKED)
def test_a_question_of_the_command_line_means_what_it_means_to_the_api(path: str) -> None:
    told = {one["name"]: one["schema"].get("default") for one in DOCUMENT["paths"][f"/v1/{path}"]["get"]["parameters"]}
    both = {name: given for name, given in inspect.signature(ASKED[path]).parameters.items() if to_camel(name) in told}
    assert len(both) > 5
    defaults = {name: _plain(given.default) for name, given in both.items() if given.default is not inspect.Parameter.empty}
    # What the command leaves to the question, where the document names what the question then takes.
    chosen = {name: default for name, default in defaults.items() if default is not None and told[to_camel(name)] is not None}
    assert chosen == {name: told[to_camel(name)] for name in chosen}


def _plain(default: object) -> object:
    return default.value if isinstance(default, Enum) else default


def test_json_is_short_for_a_format_and_stands_beside_no_other() -> None:
    assert chosen_form(None, as_json=True) is chosen_form(Format.JSON, as_json=True) is Format.JSON
    assert chosen_form(Format.CSV, as_json=False) is Format.CSV
    with pytest.raises(InvalidQuestionError, match="inte båda"):
        chosen_form(Format.CSV, as_json=True)
    for name, command in ASKED.items():
        assert "as_json" in inspect.signature(command).parameters, name


@pytest.mark.parametrize("name", ["svar.foo", "svar", "svar.csv.gz", ".xls"])
def test_a_file_whose_name_tells_no_format_is_refused(name: str) -> None:
    with pytest.raises(InvalidQuestionError) as refused:
        form_of(None, Path(name))
    for text in (refused.value.swedish, refused.value.english):
        assert "--format" in text
        assert all(known.ending in text for known in Format)
    assert form_of(Format.XLSX, Path(name)) is Format.XLSX


@pytest.mark.parametrize(
    ("address", "said"),
    [
        (None, "servern är inte igång"),
        ("postgresql://ingen@127.0.0.1:9/ingenting", "Databasen svarar inte."),
    ],
)
def test_health_ends_with_3_when_no_database_answers(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, address: str | None, said: str
) -> None:
    monkeypatch.setenv("TRYGGHETSKARTA_HOME", str(tmp_path))
    if address is None:
        monkeypatch.delenv("TRYGGHETSKARTA_DATABASE_URL", raising=False)
    else:
        monkeypatch.setenv("TRYGGHETSKARTA_DATABASE_URL", address)
    done = CliRunner().invoke(make_app(), ["health", "--json"])
    assert done.exit_code == 3
    assert said in done.stderr
    assert orjson.loads(done.stdout)["status"] == "unreachable"


def test_the_program_tells_its_version_without_a_command() -> None:
    done = CliRunner().invoke(make_app(["--version"]), ["--version"])
    assert (done.exit_code, done.stdout.strip()) == (0, version("trygghetskarta"))
