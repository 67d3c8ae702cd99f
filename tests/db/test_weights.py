"""Weights in the database: frozen, chosen by name or by day, one set in an answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, text

from tests.conftest import Drawing
from tests.db.test_cli import run
from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.domain.weights import WeightSet, built_in_sets, make_set
from trygghetskarta.errors import BadDeliveryError, InvalidQuestionError
from trygghetskarta.ingest.weights import load_weights
from trygghetskarta.queries.asking import Asked, ask
from trygghetskarta.queries.comparison import compare
from trygghetskarta.queries.cube import load_cube, newest_version
from trygghetskarta.queries.series import series
from trygghetskarta.queries.weights import list_sets, read_weights
from trygghetskarta.store.engine import one_state
from trygghetskarta.store.migrate import upgrade

ROW = {"source": "anmalda_brott", "code": "kap-8", "days": 100, "law": "Prov"}


def own(name: str, valid_from: date = date(2026, 6, 1), **change: object) -> WeightSet:
    return make_set({"name": name, "valid_from": valid_from, "basis": "Prov."}, [{**ROW, **change}])


def test_the_sets_of_the_program_are_there_after_an_upgrade_word_for_word(connection: Connection) -> None:
    (given,) = built_in_sets()
    (kept,) = list_sets(connection)
    assert (kept.name, kept.valid_from, kept.weights, kept.due) == (given.name, given.valid_from, len(given.weights), True)
    assert kept.checked == sum(weight.checked for weight in given.weights)
    found = replace(given, weights=tuple(read_weights(connection)[given.name]))
    assert found.digest == given.digest


def test_upgrading_again_leaves_a_kept_set_as_it_is(fresh_database: Engine) -> None:
    with fresh_database.begin() as connection:
        connection.execute(text("UPDATE weight SET days = 7"))
    upgrade(fresh_database)
    with fresh_database.connect() as connection:
        assert connection.execute(text("SELECT DISTINCT days FROM weight")).scalars().all() == [7.0]


def test_a_new_set_is_kept_and_told_to_readers_and_the_very_same_is_not_kept_twice(connection: Connection) -> None:
    before = newest_version(connection)
    assert load_weights(connection, own("egna-1"))
    told = newest_version(connection)
    assert told > before
    assert not load_weights(connection, own("egna-1"))
    assert newest_version(connection) == told


def test_the_same_name_never_comes_to_mean_other_weights(connection: Connection) -> None:
    load_weights(connection, own("egna-1"))
    with pytest.raises(BadDeliveryError, match="ändras aldrig") as refused:
        load_weights(connection, own("egna-1", days=101))
    assert refused.value.code == "frozen"
    assert [weight.days for weight in read_weights(connection)["egna-1"]] == [100.0]


def test_a_weight_of_a_category_that_there_is_not_is_refused(connection: Connection) -> None:
    with pytest.raises(BadDeliveryError, match="ingen kategori kap-99"):
        load_weights(connection, own("egna-1", code="kap-99"))


def test_the_newest_set_whose_day_has_come_is_used_and_any_by_its_name(connection: Connection, draw: Drawing) -> None:
    draw(AreaLevel.STADSDEL, {"rinkeby": (0, 0, 1000, 1000)})
    load_weights(connection, own("egna-2026"))
    load_weights(connection, own("framtida", date(2199, 1, 1)))
    cube = load_cube(connection)
    assert list(cube.weights) == ["framtida", "egna-2026", "straffminimum-2026-04"]
    asked = Asked(AreaLevel.STADSDEL, (SourceId.ANMALDA_BROTT,), first="2025-01", last="2025-02")
    assert [kept.name for kept in list_sets(connection) if kept.due] == ["egna-2026", "straffminimum-2026-04"]
    for name in ("framtida", "egna-2026", "straffminimum-2026-04"):
        assert ask(cube, replace(asked, weights=name)).weights == name
    with pytest.raises(InvalidQuestionError, match="inga vikter nej"):
        ask(cube, replace(asked, weights="nej"))


def test_a_series_is_weighed_by_one_set_throughout(sample: Engine) -> None:
    with one_state(sample) as connection:
        cube = load_cube(connection)
    question = ask(cube, Asked(AreaLevel.STAD, (SourceId.ANMALDA_BROTT,), categories=("kap-6",), first="2019-01", last="2025-12"))
    exact = series(cube, question)
    assert exact.harm is not None
    assert exact.provenance.weights == "straffminimum-2026-04"
    # Rape weighs three years in 2019 too, when the law said two.
    assert (exact.harm == 1095 * exact.counts).all()


def test_a_source_without_weights_is_counted_but_not_weighed(sample: Engine) -> None:
    with one_state(sample) as connection:
        cube = load_cube(connection)
    exact = compare(cube, ask(cube, Asked(AreaLevel.STAD, (SourceId.SKJUTNINGAR,))))
    assert exact.counts.sum() > 0
    assert exact.weighed is not None
    assert (int(exact.weighed.events.sum()), exact.weighed.heaviest) == (0, 0.0)


def test_the_commands_load_list_and_show(fresh_database: Engine, tmp_path: Path) -> None:
    path = tmp_path / "egna.csv"
    path.write_text("kalla;kod;dagar;lagrum\nanmalda_brott;kap-8;100;Egen bedömning\n", encoding="utf-8")
    head = ("--name", "egna-2", "--valid-from", "2026-05-01", "--basis", "Kommunens egna.")
    assert "egna-2: 1 vikter, inlästa." in run(fresh_database, "weights", "load", str(path), *head).stdout
    assert "de finns redan" in run(fresh_database, "weights", "load", str(path), *head).stdout
    path.write_text("kalla;kod;dagar;lagrum\nanmalda_brott;kap-8;101;Egen bedömning\n", encoding="utf-8")
    refused = run(fresh_database, "weights", "load", str(path), *head)
    assert (refused.returncode, "Vikter ändras aldrig" in refused.stderr) == (2, True)
    listed = run(fresh_database, "weights", "list").stdout
    assert listed.index("egna-2") < listed.index("straffminimum-2026-04")
    assert "Egen bedömning" in run(fresh_database, "weights", "show").stdout
    assert "BrB 3 kap. 1 §; 10 år" in run(fresh_database, "weights", "show", "straffminimum-2026-04").stdout
    assert run(fresh_database, "weights", "show", "nej").returncode == 2
