"""Releasing months: what is drawn of events, how often, and what the public then sees."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import orjson
import pytest
from sqlalchemy import Connection, text

from tests.conftest import Box, Drawing
from tests.db.delivering import deliver, fires
from trygghetskarta.disclosure.release import release
from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.audience import Audience
from trygghetskarta.domain.counts import Published, Question, Status
from trygghetskarta.domain.periods import Month, Span
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.errors import ConflictError, NotCoveredError
from trygghetskarta.queries.comparison import compare
from trygghetskarta.queries.public_cube import load_public_cube, newest_public_version
from trygghetskarta.releasing import read_period, release_due, release_open
from trygghetskarta.store.audit import Act, Wanted, list_entries

KEY, OTHER = b"k" * 32, b"o" * 32
WIDE: dict[str, Box] = {"a": (0, 0, 1000, 1000), "b": (1000, 0, 2000, 1000), "c": (2000, 0, 3000, 1000)}
SOON, LATE = date(2025, 4, 10), date(2026, 4, 1)
BRANDER = SourceId.BRANDER
LONG = "Område;Månad;Brottskod;Antal\n"


def burnt(month: str, *many: int) -> str:
    """Give a file of fires: so many in each of the areas, in the month."""
    rows = [
        f"{month}-{x}-{n};{month}-{1 + 3 * n % 28:02d} 12:00;{1000 * x + 1 + n};500" for x, number in enumerate(many) for n in range(number)
    ]
    return fires(*rows)


YEAR_BEFORE = read_period("2024-01..2024-12")


def year_before(connection: Connection) -> None:
    """Release a year of ten fires a month in each of three areas: what it shows decides which months of the year after are shown by area."""
    rows = [
        f"{month}-{x}-{n};2024-{month:02d}-{1 + 3 * n:02d} 12:00;{1000 * x + 1 + n};500"
        for month in range(1, 13)
        for x in range(3)
        for n in range(10)
    ]
    deliver(connection, BRANDER, fires(*rows), "forra.csv")
    release_due(connection, KEY, LATE, YEAR_BEFORE, [BRANDER])


def seen(connection: Connection, source: SourceId, level: AreaLevel, span: str) -> Published:
    """Give what the public sees of a span written 2025-01..2025-12."""
    first, _, last = span.partition("..")
    question = Question(level, (source,), Span(Month.parse(first), Month.parse(last or first)))
    return release(compare(load_public_cube(connection), question), Audience.PUBLIC)


def test_the_public_sees_protected_counts_of_what_is_released_and_nothing_else(connection: Connection, draw: Drawing) -> None:
    draw(AreaLevel.STADSDELSOMRADE, WIDE)
    year_before(connection)
    deliver(connection, BRANDER, burnt("2025-03", 40, 2, 0))
    with pytest.raises(NotCoveredError):
        seen(connection, BRANDER, AreaLevel.STADSDELSOMRADE, "2025-03")
    (released,) = [one for one in release_due(connection, KEY, LATE) if one.draws]
    assert (released.source, [tuple(stretch) for stretch in released.draws]) == (BRANDER, [(Month.parse("2025-03").number, 1)])
    found = seen(connection, BRANDER, AreaLevel.STADSDELSOMRADE, "2025-03")
    assert [found.status_at(area, 0) for area in range(3)] == [Status.VALUE] * 3
    assert abs(found.counts[0, 0] - 40) <= 5
    assert not np.isin(found.counts, (1, 2)).any()
    assert found.counts[2, 0] == 0
    assert found.ledger is None
    assert found.protected is not None
    assert (found.protected.nodes.tolist(), found.protected.margin.tolist()) == ([1], [4])


def test_what_was_released_is_in_the_log_and_what_was_not_is_not(connection: Connection, draw: Drawing) -> None:
    draw(AreaLevel.STADSDELSOMRADE, WIDE)
    deliver(connection, BRANDER, burnt("2025-03", 40, 2, 0), "mars.csv")
    release_due(connection, KEY, SOON)
    release_due(connection, KEY, SOON)
    (entry,) = list_entries(connection, Wanted(10, act=Act.RELEASED))
    assert orjson.loads(entry.detail) == {"source": "brander", "months": ["2025-03", "2025-03"], "draws": 1, "final": 0}
    assert KEY.decode() not in entry.detail
    release_due(connection, KEY, LATE)
    assert orjson.loads(list_entries(connection, Wanted(1, act=Act.RELEASED))[0].detail)["final"] == 1


def test_a_month_is_drawn_twice_and_never_a_third_time(connection: Connection, draw: Drawing) -> None:
    draw(AreaLevel.STADSDELSOMRADE, WIDE)
    year_before(connection)
    deliver(connection, BRANDER, burnt("2025-03", 40, 9, 30))
    march = read_period("2025-03")
    release_due(connection, KEY, SOON, march)
    first = seen(connection, BRANDER, AreaLevel.STADSDELSOMRADE, "2025-03")
    assert first.provisional.tolist() == [True]
    with pytest.raises(ConflictError, match="preliminära siffror"):
        release_due(connection, KEY, SOON, march)
    deliver(connection, BRANDER, burnt("2025-03", 80, 9, 30), "mer.csv")
    assert seen(connection, BRANDER, AreaLevel.STADSDELSOMRADE, "2025-03").counts.tolist() == first.counts.tolist()
    release_due(connection, KEY, LATE, march)
    final = seen(connection, BRANDER, AreaLevel.STADSDELSOMRADE, "2025-03")
    assert abs(final.counts[0, 0] - 80) <= 5
    # The same fires are in the other two, so the same noise is on them.
    assert final.counts[1:].tolist() == first.counts[1:].tolist()
    with pytest.raises(ConflictError, match="slutliga siffror"):
        release_due(connection, KEY, LATE, march)


def test_figures_are_never_drawn_by_two_keys(connection: Connection, draw: Drawing) -> None:
    draw(AreaLevel.STADSDELSOMRADE, WIDE)
    deliver(connection, BRANDER, burnt("2025-03", 40, 9, 30))
    release_due(connection, KEY, LATE)
    with pytest.raises(ConflictError, match="en annan nyckel"):
        release_due(connection, OTHER, LATE)


def test_a_month_that_is_not_delivered_cannot_be_released(connection: Connection, draw: Drawing) -> None:
    draw(AreaLevel.STADSDELSOMRADE, WIDE)
    with pytest.raises(ConflictError, match="Ingen hel månad av 2025-03"):
        release_due(connection, KEY, LATE, read_period("2025-03"))


def test_areas_of_a_later_edition_get_the_counts_that_stood_when_the_month_was_drawn(connection: Connection, draw: Drawing) -> None:
    draw(AreaLevel.STADSDELSOMRADE, WIDE)
    year_before(connection)
    deliver(connection, BRANDER, burnt("2025-03", 40, 9, 30))
    release_due(connection, KEY, LATE)
    before = seen(connection, BRANDER, AreaLevel.STADSDELSOMRADE, "2025-03")
    deliver(connection, BRANDER, burnt("2025-03", 40, 90, 30), "mer.csv")
    draw.edition = date(2025, 7, 1)
    draw(AreaLevel.STADSDELSOMRADE, {"west": (0, 0, 1000, 1000), "east": (1000, 0, 3000, 1000)})
    with pytest.raises(NotCoveredError):
        seen(connection, BRANDER, AreaLevel.STADSDELSOMRADE, "2025-03")
    assert not any(one.draws for one in release_due(connection, KEY, LATE))
    after = seen(connection, BRANDER, AreaLevel.STADSDELSOMRADE, "2025-03")
    counted = dict(zip([area.code for area in after.areas], after.counts[:, 0].tolist(), strict=True))
    assert counted["west"] == before.counts[0, 0]  # the same fires, the same noise
    assert abs(counted["east"] - 39) <= 5


def test_areas_put_in_the_place_of_others_are_drawn_again(connection: Connection, draw: Drawing) -> None:
    draw(AreaLevel.STADSDELSOMRADE, WIDE)
    year_before(connection)
    deliver(connection, BRANDER, burnt("2025-03", 40, 9, 30))
    release_due(connection, KEY, LATE)
    before = seen(connection, BRANDER, AreaLevel.STADSDELSOMRADE, "2025-03")
    draw(AreaLevel.STADSDELSOMRADE, WIDE, replace=True)
    release_due(connection, KEY, LATE)
    assert seen(connection, BRANDER, AreaLevel.STADSDELSOMRADE, "2025-03").counts.tolist() == before.counts.tolist()


SMALL: dict[str, Box] = {"whole": (0, 0, 3000, 1000)}


def burnt_each_month(year: int, *many: int) -> str:
    """Give a file of fires: so many a month in each of the areas."""
    lines = (burnt(f"{year}-{month:02d}", *many).splitlines(keepends=True) for month in range(1, 13))
    head, *rows = (line for number, part in enumerate(lines) for line in part[1 if number else 0 :])
    return head + "".join(rows)


def test_an_area_is_divided_only_where_it_shows_fifteen(connection: Connection, draw: Drawing) -> None:
    draw(AreaLevel.STADSDELSOMRADE, {"few": (0, 0, 2000, 1000), "many": (2000, 0, 4000, 1000)})
    draw(AreaLevel.STADSDEL, WIDE | {"d": (3000, 0, 4000, 1000)})
    few = "".join(burnt("2025-01", 1, 3).splitlines(keepends=True)[1:])
    deliver(connection, BRANDER, burnt_each_month(2025, 0, 0, 10, 0) + few)
    release_due(connection, KEY, LATE)
    above = seen(connection, BRANDER, AreaLevel.STADSDELSOMRADE, "2025-01..2025-12")
    below = seen(connection, BRANDER, AreaLevel.STADSDEL, "2025-01..2025-12")
    assert [above.status_at(area, 0) for area in range(2)] == [Status.VALUE] * 2
    # What shows 0 in an area that shows enough is 0 or a little more; in one that shows too little nobody is told.
    shown = dict(zip([area.code for area in below.areas], [below.status_at(area, 0) for area in range(4)], strict=True))
    assert shown == {"a": Status.WITHHELD, "b": Status.WITHHELD, "c": Status.VALUE, "d": Status.VALUE}
    assert not below.counts[[area.code in "ab" for area in below.areas]].any()
    # Nor is what is not shown in the database for another to read.
    held = connection.execute(text("SELECT DISTINCT unnest(area_ids) FROM public_cell WHERE level = 'stadsdel'")).scalars().all()
    assert set(held) == {area.area_id for area in below.areas if area.code in "cd"}


def test_months_are_shown_where_the_year_before_showed_thirty_as_it_was_first_drawn(connection: Connection, draw: Drawing) -> None:
    draw(AreaLevel.STADSDELSOMRADE, WIDE)
    deliver(connection, BRANDER, burnt_each_month(2024, 10, 1, 4))
    release_due(connection, KEY, date(2025, 1, 10))
    deliver(connection, BRANDER, burnt("2025-03", 0, 40, 3), "mer.csv")
    release_due(connection, KEY, SOON, read_period("2025-03"))
    first = seen(connection, BRANDER, AreaLevel.STADSDELSOMRADE, "2025-03")
    assert [first.status_at(area, 0) for area in range(3)] == [Status.VALUE, Status.WITHHELD, Status.VALUE]
    # More is known of the year before only after the month was shown: that changes nothing for the month.
    deliver(connection, BRANDER, burnt_each_month(2024, 10, 20, 4), "sena.csv")
    release_due(connection, KEY, LATE)
    final = seen(connection, BRANDER, AreaLevel.STADSDELSOMRADE, "2025-03")
    assert [final.status_at(area, 0) for area in range(3)] == [Status.VALUE, Status.WITHHELD, Status.VALUE]


def test_before_a_year_is_released_its_months_are_not_and_with_the_year_they_are(connection: Connection, draw: Drawing) -> None:
    draw(AreaLevel.STADSDELSOMRADE, WIDE)
    deliver(connection, BRANDER, burnt_each_month(2025, 20, 1, 4))
    release_due(connection, KEY, date(2025, 1, 10), read_period("2025-01..2025-06"))
    early = seen(connection, BRANDER, AreaLevel.STADSDELSOMRADE, "2025-03")
    assert [early.status_at(area, 0) for area in range(3)] == [Status.WITHHELD] * 3
    release_due(connection, KEY, LATE)
    late = seen(connection, BRANDER, AreaLevel.STADSDELSOMRADE, "2025-03")
    assert [late.status_at(area, 0) for area in range(3)] == [Status.VALUE, Status.WITHHELD, Status.VALUE]


def test_a_count_that_the_source_withholds_is_withheld_from_the_public_too(connection: Connection, draw: Drawing) -> None:
    draw(AreaLevel.STADSDEL, {"rinkeby": (0, 0, 1000, 1000), "tensta": (1000, 0, 2000, 1000)})
    rows = [f"Rinkeby;2025-{month:02d};0375;..\nTensta;2025-{month:02d};0375;50\n" for month in range(1, 13)]
    deliver(connection, SourceId.ANMALDA_BROTT, LONG + "".join(rows))
    release_due(connection, KEY, LATE)
    found = seen(connection, SourceId.ANMALDA_BROTT, AreaLevel.STADSDEL, "2025-01..2025-12")
    assert [found.status_at(area, 0) for area in (0, 1)] == [Status.WITHHELD, Status.VALUE]
    assert abs(found.counts[1, 0] - 600) <= 5


def test_a_stadsdel_has_no_months_and_its_quarters_add_up_to_no_more_than_they_are(connection: Connection, draw: Drawing) -> None:
    draw(AreaLevel.STADSDEL, {"rinkeby": (0, 0, 1000, 1000), "tensta": (1000, 0, 2000, 1000)})
    rows = [f"Rinkeby;2025-{month:02d};0375;20\nTensta;2025-{month:02d};0375;50\n" for month in range(1, 13)]
    deliver(connection, SourceId.ANMALDA_BROTT, LONG + "".join(rows))
    release_due(connection, KEY, LATE)
    month, half, year = (
        seen(connection, SourceId.ANMALDA_BROTT, AreaLevel.STADSDEL, span) for span in ("2025-03", "2025-01..2025-06", "2025-01..2025-12")
    )
    assert month.status_at(0, 0) is Status.WITHHELD
    assert [answer.protected.nodes.tolist() for answer in (half, year) if answer.protected is not None] == [[2], [1]]
    assert abs(half.counts[0, 0] - 120) <= 10
    assert abs(year.counts[0, 0] - 240) <= 5


def test_a_group_is_seen_though_little_of_one_kind_in_it_is_and_is_another_group_once_it_holds_others(
    connection: Connection, draw: Drawing
) -> None:
    draw(AreaLevel.STADSDEL, {"rinkeby": (0, 0, 1000, 1000), "tensta": (1000, 0, 2000, 1000)})
    # Assault in both; in one of them also robbery, of which too little is shown for any part of the city to be.
    rows = [f"Rinkeby;2025-{month:02d};0375;20\nTensta;2025-{month:02d};0375;50\n" for month in range(1, 13)]
    deliver(connection, SourceId.ANMALDA_BROTT, LONG + "".join(rows) + "Tensta;2025-03;0812;4\n")
    release_due(connection, KEY, LATE)
    year = Span(Month.parse("2025-01"), Month.parse("2025-12"))
    asked = Question(AreaLevel.STADSDEL, (SourceId.ANMALDA_BROTT,), year, group="valdsbrott")
    parts = replace(asked, group=None, categories=("misshandel", "ran"))

    def answer(question: Question) -> Published:
        return release(compare(load_public_cube(connection), question), Audience.PUBLIC)

    violent = answer(asked)
    assert [violent.status_at(area, 0) for area in (0, 1)] == [Status.VALUE] * 2
    assert np.abs(violent.counts[:, 0] - [240, 604]).max() <= 5
    assert violent.protected is not None
    assert violent.protected.nodes.tolist() == [1]
    assert Status.WITHHELD in [answer(parts).status_at(area, 0) for area in (0, 1)]
    # As if the group had held other categories when the year was drawn.
    connection.execute(
        text("""
            UPDATE public_cell SET category_ids = ARRAY(
                SELECT CASE WHEN id < 0 THEN id + 1 ELSE id END FROM unnest(category_ids) WITH ORDINALITY AS t (id, n) ORDER BY n
            )
        """)
    )
    assert [answer(asked).status_at(area, 0) for area in (0, 1)] == [Status.WITHHELD] * 2


def test_releasing_is_a_publication_of_its_own_and_a_delivery_is_none_to_the_public(connection: Connection, draw: Drawing) -> None:
    draw(AreaLevel.STADSDELSOMRADE, WIDE)
    before = newest_public_version(connection)
    deliver(connection, BRANDER, burnt("2025-03", 40, 9, 30))
    assert newest_public_version(connection) == before
    release_due(connection, KEY, LATE)
    assert newest_public_version(connection) > before


def test_no_key_and_no_record_key_is_ever_written_down(connection: Connection, draw: Drawing) -> None:
    draw(AreaLevel.STADSDELSOMRADE, WIDE)
    deliver(connection, BRANDER, burnt("2025-03", 40, 9, 30))
    release_due(connection, KEY, LATE)
    method = connection.execute(text("SELECT DISTINCT method FROM public_draw WHERE perturbed")).scalar_one()
    assert method.startswith("cellkey reach=5 variance=3 hidden=2 divided=15 months=30 bundles key=")
    assert KEY.decode() not in method
    release_open(connection, BRANDER)  # not public elsewhere: nothing more is released
    assert connection.execute(text("SELECT count(*) FROM public_draw")).scalar_one() == 1
