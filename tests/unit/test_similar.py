"""Similar areas: who is like whom, and how their rates stand."""

from __future__ import annotations

import numpy as np
import pytest

from tests.reading import rows_of
from tests.unit.answers import AUTUMN, FARSTA, PROVENANCE, RINKEBY, comparison
from trygghetskarta.analysis.similar import against_similar, similar_areas
from trygghetskarta.analysis.verdicts import Verdict
from trygghetskarta.disclosure.release import release, release_answer
from trygghetskarta.domain.answers import ExactAnswer, PublishedAnswer
from trygghetskarta.domain.areas import Area, AreaLevel
from trygghetskarta.domain.audience import Audience
from trygghetskarta.domain.counts import Ledger, Published, Question
from trygghetskarta.domain.likeness import AreaTraits, Trait
from trygghetskarta.domain.periods import Month
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.serialize.csv import Dialect
from trygghetskarta.serialize.formats import Format, Writing
from trygghetskarta.serialize.similar import similar_figures, write_similar

KISTA = Area(13, AreaLevel.STADSDEL, "kista", "Kista", "jarva", 3_000_000.0)
HARBOUR = Area(14, AreaLevel.STADSDEL, "hamnen", "Hamnen", "jarva", 3_000_000.0)
AREAS = (FARSTA, RINKEBY, KISTA, HARBOUR)
QUESTION = Question(AreaLevel.STADSDEL, (SourceId.POPULATION,), AUTUMN)


def traits(asked: tuple[int, ...] = (0,), values: list[list[float]] | None = None, count: int = 2) -> PublishedAnswer[AreaTraits]:
    rows = values or [[10_000.0, 0.16], [11_000.0, 0.17], [30_000.0, 0.10], [float("nan"), float("nan")]]
    content = AreaTraits(
        AREAS, asked, count, Month.parse("2025-12"), (Trait.RESIDENTS, Trait.SHARE65PLUS), (Trait.DENSITY,), np.array(rows)
    )  # fmt: skip
    return release_answer(ExactAnswer(QUESTION, content, Ledger(0, 0, 0, 0), (), PROVENANCE), Audience.PUBLIC)


def crime(counts: list[int], audience: Audience = Audience.STAFF) -> Published:
    years = [[10_000.0], [11_000.0], [30_000.0], [0.0]]
    return release(comparison([[count] for count in counts], baseline=None, areas=AREAS, person_years=years), audience)


def test_the_most_similar_comes_first_and_an_area_where_nobody_lives_never() -> None:
    (found,) = similar_areas(traits())
    assert [AREAS[area].code for area in found.similar] == ["rinkeby", "kista"]
    assert 0 < found.distance[0] < found.distance[1]


def test_an_area_where_nobody_lives_is_like_none_and_says_so() -> None:
    figures = similar_figures(traits((3,)), None, {})
    assert [(row["code"], row["rank"], row["status"]) for row in figures.rows] == [("hamnen", 0, "notApplicable")]
    assert figures.sentences[0].startswith("Till Hamnen finns inget område att jämföra med")


def test_what_there_are_no_counts_of_is_told() -> None:
    figures = similar_figures(traits(), None, {})
    assert figures.beside["similarity"]["leftOut"] == ["density"]
    assert figures.sentences[-1] == "Uppgifter saknas om invånare per kvadratkilometer."


def test_an_areas_rate_is_set_against_those_of_the_similar_ones_together() -> None:
    # REFERENCE_CASES 4 turned to areas: 11 in 800 against 21 in 3 011 has the ratio 1.971488095. So few are tested by
    # the E-test: statsmodels' test_poisson_2indep(11, 800, 21, 3011, method="etest-wald") has p 0.13862.
    published = release(
        comparison([[11], [10], [11], [0]], baseline=None, areas=AREAS, person_years=[[800.0], [2000.0], [1011.0], [0.0]]), Audience.STAFF
    )
    (found,) = against_similar(similar_areas(traits()), published)
    assert (found.ratio, found.low, found.high) == (pytest.approx(1.971488095), pytest.approx(0.8584264034), pytest.approx(4.2772659437))
    assert (found.p, found.verdict) == (pytest.approx(0.13862, abs=1e-5), Verdict.CANNOT_TELL)


@pytest.mark.parametrize(("counts", "verdict"), [([200, 50, 150, 0], Verdict.HIGHER), ([5, 90, 300, 0], Verdict.LOWER)])
def test_the_verdict_follows_the_rates(counts: list[int], verdict: Verdict) -> None:
    (found,) = against_similar(similar_areas(traits()), crime(counts))
    assert found.verdict is verdict


def test_nothing_against_nothing_is_no_comparison() -> None:
    (found,) = against_similar(similar_areas(traits()), crime([0, 0, 0, 0]))
    assert (found.ratio, found.low, found.high, found.verdict) == (None, None, None, Verdict.NOT_APPLICABLE)


def test_withheld_rates_are_not_compared() -> None:
    figures = similar_figures(traits(), crime([1, 2, 3, 4], Audience.PUBLIC), {})
    assert {(row["count"], row["rate"], row["crimeStatus"]) for row in figures.rows} == {(None, None, "withheld")}
    assert figures.beside["againstSimilar"][0]["verdict"] == "notApplicable"


@pytest.mark.parametrize("form", list(Format))
def test_every_format_has_the_rows(form: Format) -> None:
    content = write_similar(traits((0, 1, 2, 3)), crime([1, 2, 3, 4]), Writing(form, Dialect.RFC4180, {}))
    assert "farsta:rinkeby" in [row["id"] for row in rows_of(content, form)]
    assert b"NaN" not in content
