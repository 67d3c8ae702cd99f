"""The worked examples of the pages on the survey, denominators, similar areas and the lens are what the functions give."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from tests.pages import DOCS, read, rows_of
from trygghetskarta.domain.counts import Denominator
from trygghetskarta.domain.periods import Month
from trygghetskarta.queries.population import Population
from trygghetskarta.stats.change import rate_ratio
from trygghetskarta.stats.rates import per_thousand_years
from trygghetskarta.stats.similar import distances, standardised
from trygghetskarta.stats.survey import Shares, difference, rank_correlation, shares_of

PARTS = ["Vad det är", "Så räknas det", "Exempel", "När det inte går", "Använd det inte", "Källor och prov"]


def page(name: str) -> str:
    return read(DOCS / "methods" / f"{name}.md")


def shares(share: str, n: str, half_width: str) -> Shares:
    return shares_of(*(np.array([float(cell or "nan") / scale]) for cell, scale in ((share, 100), (n, 1), (half_width, 100))))


@pytest.mark.parametrize("name", ["survey", "similar", "denominators", "lens"])
def test_a_methods_page_has_its_parts(name: str) -> None:
    assert [line[3:] for line in page(name).splitlines() if line.startswith("## ")] == PARTS
    assert "\nKod: `" in page(name)


def test_the_shares() -> None:
    rows = rows_of(page("survey"), "Andel", "Svar", "Halva intervallet", "Från", "Till", "Motsvarar svar")
    for share, n, half_width, low, high, answers in rows:
        found = shares(share, n, half_width)
        told = (f"{100 * found.low[0]:.2f}", f"{100 * found.high[0]:.2f}", f"{found.answers[0]:.0f}")
        assert told == (low, high, answers)


def test_the_differences() -> None:
    rows = rows_of(page("survey"), "Första", "Svar", "Halva", "Andra", "Svar", "Halva", "Skillnad", "Från", "Till", "p")
    for row in rows:
        found = difference(shares(*row[:3]), shares(*row[3:6]))
        assert [f"{100 * part[0]:.2f}" for part in (found.value, found.low, found.high)] + [f"{found.p[0]:.4f}"] == row[6:]


def test_the_rank_correlation() -> None:
    found = rank_correlation(np.array([30.1, 42.5, 18.9, 33.0, 26.6]), np.array([8.2, 9.9, 5.1, 11.0, 7.7]))
    assert (round(found.rho or 0, 2), round(found.low or 0, 2), round(found.high or 0, 2)) == (0.9, -0.17, 1.0)
    assert "0,90, men intervallet går från −0,17 till\n1,00" in page("survey")


def test_the_distances() -> None:
    header = ("Område", "Invånare", "Täthet", "Andel 65+", "Bostäder per invånare", "Dagbefolkning per invånare", "Avstånd till A")
    rows = rows_of(page("similar"), *header)
    values = np.array([[float(cell) for cell in row[1:-1]] for row in rows])
    found = distances(standardised(values, np.array([True, True, False, True, True])), 0)
    assert [f"{distance:.4f}" for distance in found] == [row[-1] for row in rows]


def test_the_person_years() -> None:
    days = (date(2020, 1, 1), date(2021, 1, 1))
    dates = np.array([(day - date(1970, 1, 1)).days / (365.2425 / 12) for day in days])
    kind = Denominator.RESIDENTS
    population = Population({kind: dates}, {kind: np.array([[1000.0, 1366.0]])}, {kind: days}, {kind: (frozenset({1}), frozenset({2}))})
    for span, years, held in rows_of(page("denominators"), "Månader", "Personår", "Nämnaren hålls"):
        first, last = (Month.parse(month).number for month in span.split(".."))
        months = np.arange(first, last + 1)
        assert f"{population.person_years(slice(0, 1), kind, [months])[0, 0]:.3f}" == years
        assert population.used(kind, months).held is (held == "ja")


def test_the_rate_and_the_change_of_the_lens() -> None:
    (row,) = rows_of(page("lens"), "Vad", "Antal", "Personår", "Tal", "Från", "Till")
    rate = per_thousand_years(np.array([int(row[1])]), np.array([float(row[2])]))[0]
    assert [f"{end:.4f}" for end in rate] == row[3:]
    ((now, then, days, days_then, *ends),) = rows_of(page("lens"), "Nu", "Då", "Dagar nu", "Dagar då", "Kvot", "Från", "Till")
    found = rate_ratio(np.array([[int(now), int(then)]]), np.array([[float(days), float(days_then)]]))
    assert [f"{part[0]:.4f}" for part in (found.ratio, found.low, found.high)] == ends
