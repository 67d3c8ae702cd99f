"""Counts per area and month: versions of a count, and those that the source withholds."""

from __future__ import annotations

from sqlalchemy import Connection, text

from tests.conftest import Box, Drawing
from tests.db.delivering import ask, counts, deliver
from trygghetskarta.disclosure.release import release
from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.audience import Audience
from trygghetskarta.domain.counts import Status
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.serialize.saying.answers import sentences

TWO_STADSDELAR: dict[str, Box] = {"rinkeby": (0, 0, 1000, 1000), "tensta": (1000, 0, 2000, 1000)}
LONG = "Område;Månad;Brottskod;Antal\n"
SPAN = "2025-03..2025-03"


def test_a_count_counts_in_its_area_and_another_municipality_is_outside(connection: Connection, draw: Drawing) -> None:
    draw(AreaLevel.STADSDEL, TWO_STADSDELAR)
    receipt = deliver(
        connection,
        SourceId.ANMALDA_BROTT,
        LONG + "Rinkeby;2025-03;0375;1 234\ntensta;2025-03;0375;2\nAle kommun;2025-03;0375;7\nTensta;2025-03;0376;\n",
    )
    assert (receipt.read, receipt.new, receipt.blank) == (4, 3, 1)
    assert counts(connection, SourceId.ANMALDA_BROTT, AreaLevel.STADSDEL, SPAN) == {"rinkeby": 1234, "tensta": 2}
    assert ask(connection, SourceId.ANMALDA_BROTT, AreaLevel.STADSDEL, SPAN).ledger.outside == 7


def test_a_count_told_again_is_a_version_also_when_it_comes_to_none(connection: Connection, draw: Drawing) -> None:
    draw(AreaLevel.STADSDEL, TWO_STADSDELAR)
    deliver(connection, SourceId.ANMALDA_BROTT, LONG + "Rinkeby;2025-03;0375;3\nTensta;2025-03;0375;2\n")
    again = deliver(connection, SourceId.ANMALDA_BROTT, "Område;Brottskod;2025-03\nRinkeby;375;0\nTensta;0375;2\n")
    assert (again.read, again.new, again.changed, again.unchanged) == (2, 0, 1, 1)
    assert counts(connection, SourceId.ANMALDA_BROTT, AreaLevel.STADSDEL, SPAN) == {"rinkeby": 0, "tensta": 2}


def test_a_withheld_count_is_withheld_in_answers_and_never_a_zero(connection: Connection, draw: Drawing) -> None:
    draw(AreaLevel.STADSDEL, TWO_STADSDELAR)
    receipt = deliver(
        connection,
        SourceId.ANMALDA_BROTT,
        LONG + "Rinkeby;2025-03;0375;..\nRinkeby;2025-03;0376;<5\nTensta;2025-03;0375;*\nTensta;2025-03;0376;8\n",
    )
    assert (receipt.new, receipt.rejected, [(warning.code, warning.count) for warning in receipt.warnings]) == (4, 0, [("withheld", 3)])
    kept = connection.execute(text("SELECT antal, detail->'withheld' FROM event WHERE detail::jsonb ? 'withheld'")).all()
    assert [tuple(row) for row in kept] == [(0, [1, 4])] * 3
    exact = ask(connection, SourceId.ANMALDA_BROTT, AreaLevel.STADSDEL, SPAN)
    published = release(exact, Audience.STAFF)
    # Rinkeby has nothing but what is withheld; Tensta has eight and one that is not told.
    assert [published.status_at(area, 0) for area in (0, 1)] == [Status.WITHHELD, Status.VALUE]
    assert published.counts[:, 0].tolist() == [0, 8]
    assert (exact.ledger.total, exact.ledger.withheld) == (8, 3)
    assert any("3 antal är så små" in sentence for sentence in sentences(published))
    deliver(connection, SourceId.ANMALDA_BROTT, LONG + "Rinkeby;2025-03;0375;0\nRinkeby;2025-03;0376;3\n")
    later = release(ask(connection, SourceId.ANMALDA_BROTT, AreaLevel.STADSDEL, SPAN), Audience.STAFF)
    assert (later.status_at(0, 0), int(later.counts[0, 0])) == (Status.VALUE, 3)


def test_a_count_that_is_missing_or_not_known_or_does_not_apply_is_none_of_the_others(connection: Connection, draw: Drawing) -> None:
    draw(AreaLevel.STADSDEL, {**TWO_STADSDELAR, "husby": (0, 1000, 1000, 2000), "kista": (1000, 1000, 2000, 2000)})
    receipt = deliver(
        connection,
        SourceId.ANMALDA_BROTT,
        LONG
        + "Rinkeby;2025-03;0375;NULL\nTensta;2025-03;0375;N/A\nHusby;2025-03;0375;okänt\nKista;2025-03;0375;N/A\n"
        + "Kista;2025-03;0376;0\nRinkeby;2025-03;0376;\nHusby;2025-04;0375;..\nTensta;2025-04;0375;5\nRinkeby;2025-04;0375;0\n",
    )
    assert (receipt.read, receipt.new, receipt.blank) == (9, 8, 1)
    assert dict(receipt.figures) == {"missing": 1, "unknown": 1, "notApplicable": 2, "number": 3, "withheld": 1}
    assert (receipt.months, dict(receipt.placed)) == (("2025-03", "2025-04"), {"stadsdel": 8})
    exact = ask(connection, SourceId.ANMALDA_BROTT, AreaLevel.STADSDEL, SPAN)
    published = release(exact, Audience.STAFF)
    march = {area.code: published.status_at(number, 0) for number, area in enumerate(published.areas)}
    # Of Kista the source says that one code does not apply, and that another is 0: together they are 0.
    assert march == {"husby": Status.MISSING, "kista": Status.VALUE, "rinkeby": Status.MISSING, "tensta": Status.NOT_APPLICABLE}
    assert (exact.ledger.total, exact.ledger.withheld, exact.ledger.unknown) == (0, 0, 2)
    assert any("2 antal saknas eller är okända i källan" in sentence for sentence in sentences(published))
    both = release(ask(connection, SourceId.ANMALDA_BROTT, AreaLevel.STADSDEL, "2025-03..2025-04"), Audience.STAFF)
    told = {area.code: both.status_at(number, 0) for number, area in enumerate(both.areas)}
    assert told == {"husby": Status.WITHHELD, "kista": Status.VALUE, "rinkeby": Status.MISSING, "tensta": Status.VALUE}
    # Nobody who may not see the counts is told of which there are none.
    assert (release(exact, Audience.PUBLIC).status == Status.WITHHELD.number).all()
    deliver(connection, SourceId.ANMALDA_BROTT, LONG + "Rinkeby;2025-03;0375;3\nTensta;2025-03;0375;0\n")
    later = release(ask(connection, SourceId.ANMALDA_BROTT, AreaLevel.STADSDEL, SPAN), Audience.STAFF)
    assert {area.code: later.status_at(number, 0) for number, area in enumerate(later.areas)} == march | {
        "rinkeby": Status.VALUE,
        "tensta": Status.VALUE,
    }
