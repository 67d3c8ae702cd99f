"""Sentences about an answer, ready to paste."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.unit.answers import AUTUMN, FARSTA, PUBLIC_SOURCE, STAFF_SOURCE, comparison, series, span
from trygghetskarta.disclosure.release import release
from trygghetskarta.domain.audience import Audience
from trygghetskarta.domain.counts import Ledger, MonthKnown, SourceCoverage
from trygghetskarta.domain.periods import Month, Span
from trygghetskarta.domain.sources import CountsBy, SourceId
from trygghetskarta.serialize.saying.answers import sentences

STAFF, PUBLIC = Audience.STAFF, Audience.PUBLIC


def said(
    counts: list[list[int]], audience: Audience = STAFF, *, sources: tuple[SourceId, ...] = (SourceId.SKJUTNINGAR,), comparable: bool = True
) -> list[str]:
    return sentences(release(comparison(counts, sources=sources, comparable=comparable), audience))


def test_one_is_singular_and_two_are_plural() -> None:
    one = comparison([[1]], sources=(SourceId.SKJUTNINGAR,), areas=(FARSTA,), baseline=None)
    two = comparison([[2]], sources=(SourceId.SKJUTNINGAR,), areas=(FARSTA,), baseline=None)
    assert sentences(release(one, STAFF)) == ["September–oktober 2025: 1 skjutning i Farsta."]
    assert sentences(release(two, STAFF)) == ["September–oktober 2025: 2 skjutningar i Farsta."]


def test_several_areas_are_summed_and_counted() -> None:
    assert said([[1000, 500], [234, 0]])[0] == "September–oktober 2025: 1\u00a0234 skjutningar i 2 områden."


def test_several_sources_are_events_whatever_each_calls_its_own() -> None:
    first = said([[2, 1], [1, 1]], sources=(PUBLIC_SOURCE, STAFF_SOURCE))[0]
    assert first == "September–oktober 2025: 3 händelser i 2 områden."


def test_a_whole_year_is_named_by_its_number() -> None:
    exact = comparison([[7]], sources=(STAFF_SOURCE,), areas=(FARSTA,), asked=span("2025-01", "2025-12"), baseline=None)
    assert sentences(release(exact, STAFF)) == ["2025: 7 anmälda brott i Farsta."]


@pytest.mark.parametrize(
    ("counts", "sentence"),
    [
        ([[12, 8], [3, 2]], "Det är 5 fler än september–oktober 2024 (50,0 procent); om ändringen är säkerställd prövas inte här."),
        # Fewer is said with a word, never with a minus.
        ([[0, 8], [2, 2]], "Det är 8 färre än september–oktober 2024 (80,0 procent); om ändringen är säkerställd prövas inte här."),
        ([[5, 2], [5, 8]], "Det är lika många som september–oktober 2024."),
        ([[0, 0], [0, 0]], "Det är lika många som september–oktober 2024."),
        # From none there is no percentage.
        ([[5, 0], [0, 0]], "Det är 5 fler än september–oktober 2024; om ändringen är säkerställd prövas inte här."),
        (
            [[1234, 0], [0, 34]],
            "Det är 1\u00a0200 fler än september–oktober 2024 (3\u00a0529,4 procent); om ändringen är säkerställd prövas inte här.",
        ),
    ],
)
def test_the_change_is_told_in_words(counts: list[list[int]], sentence: str) -> None:
    assert said(counts)[1] == sentence


def test_periods_that_cannot_be_compared_are_not() -> None:
    change = said([[12, 8], [3, 2]], comparable=False)[1]
    assert (
        change
        == "Leveranserna täcker inte lika mycket av perioden som av september–oktober 2024, så perioderna går inte att jämföra rakt av."
    )


def test_the_public_is_told_that_the_figures_are_protected_and_no_figure() -> None:
    told = said([[12, 8], [3, 2]], PUBLIC)
    assert told == [
        "Siffrorna är skyddade: små antal i små områden kan peka ut enskilda, och värden att visa för alla är inte framtagna än."
    ]


def test_what_is_missing_is_not_summed() -> None:
    exact = comparison([[0, 8], [0, 2]], sources=(SourceId.SKJUTNINGAR,), missing=(True, False))
    assert sentences(release(exact, STAFF)) == []


def test_what_could_not_be_placed_is_told_part_by_part() -> None:
    exact = comparison([[4, 4], [6, 6]], ledger=Ledger(10, 1200, 0, 3))
    told = sentences(release(exact, STAFF))
    assert told[2] == (
        "Utöver de 10 som kan räknas på nivån stadsdel finns fler: 1\u00a0200 är bara kända till ett större område och 3 ligger utanför staden."
    )
    all_three = sentences(release(comparison([[4, 4], [6, 6]], ledger=Ledger(10, 1, 2, 3)), STAFF))[2]
    assert all_three.endswith(": 1 är bara kända till ett större område, 2 saknar plats och 3 ligger utanför staden.")


def test_where_everything_was_placed_the_ledger_is_silent() -> None:
    assert len(said([[4, 3], [6, 6]])) == 2


def coverage(missing: Span | None, provisional: Span | None) -> SourceCoverage:
    return SourceCoverage(
        SourceId.SKJUTNINGAR, Month.parse("2016-01"), Month.parse("2025-10"), tuple(missing or ()), tuple(provisional or ())
    )


@pytest.mark.parametrize(
    ("missing", "provisional", "last"),
    [
        (None, span("2025-10", "2025-10"), "Siffrorna för oktober 2025 är preliminära."),
        (None, AUTUMN, "Siffrorna för 2 månader, från september 2025, är preliminära."),
        (span("2025-09", "2025-09"), None, "Bekräftade skjutningar saknas för september 2025."),
        (AUTUMN, None, "Bekräftade skjutningar saknas för 2 månader, från september 2025."),
    ],
)
def test_the_provisional_and_the_missing_months_are_told(missing: Span | None, provisional: Span | None, last: str) -> None:
    exact = comparison([[4, 4], [6, 6]], sources=(SourceId.SKJUTNINGAR,), coverage=(coverage(missing, provisional),))
    assert sentences(release(exact, STAFF))[-1] == last


def test_every_source_with_missing_months_is_named() -> None:
    other = SourceCoverage(SourceId.BRANDER, None, None, (Month.parse("2025-10"),), ())
    exact = comparison([[4, 4], [6, 6]], coverage=(coverage(AUTUMN, None), other))
    assert sentences(release(exact, STAFF))[-1] == (
        "Bekräftade skjutningar saknas för 2 månader, från september 2025. Räddningstjänstens händelser saknas för oktober 2025."
    )


def test_months_delivered_in_part_are_told() -> None:
    found = SourceCoverage(SourceId.BRANDER, None, None, (), (), tuple(AUTUMN))
    exact = comparison([[4, 4], [6, 6]], coverage=(found,))
    assert sentences(release(exact, STAFF))[-1] == "Räddningstjänstens händelser saknas för delar av 2 månader, från september 2025."


def test_a_month_of_which_little_is_known_yet_is_told_with_its_interval() -> None:
    september, october = AUTUMN
    known = (MonthKnown(september, 0.94, 0.9, 0.98), MonthKnown(october, 0.826, 0.7, 0.954))
    found = SourceCoverage(SourceId.BRANDER, None, None, (), (), (), known)
    exact = comparison([[4, 4], [6, 6]], coverage=(found,))
    least = "Räddningstjänstens händelser: ungefär 83 procent av alla för oktober 2025 beräknas vara kända hittills (mellan 70 och 95)."
    assert sentences(release(exact, STAFF))[-1] == f"{least} Fler tillkommer för 2 månader i perioden."
    assert least not in sentences(release(exact, PUBLIC))


def test_a_month_of_which_almost_all_is_known_needs_no_word() -> None:
    found = SourceCoverage(SourceId.BRANDER, None, None, (), (), (), (MonthKnown(Month.parse("2025-09"), 0.985, 0.97, 1.0),))
    silent = comparison([[4, 4], [6, 6]], coverage=(found,))
    assert sentences(release(silent, STAFF)) == sentences(release(comparison([[4, 4], [6, 6]]), STAFF))


def test_a_series_of_several_months_is_not_told_as_one_number() -> None:
    assert sentences(release(series([[1, 2], [3, 4]], AUTUMN), STAFF)) == []


def test_every_sentence_ends_with_a_full_stop() -> None:
    exact = comparison([[4, 4], [6, 6]], ledger=Ledger(10, 1, 2, 3), coverage=(coverage(AUTUMN, AUTUMN),))
    told = sentences(release(exact, STAFF))
    assert len(told) == 5
    assert all(sentence.endswith(".") for sentence in told)


SUMMER_2018, SUMMER_2017 = span("2018-07", "2018-08"), span("2017-07", "2017-08")


def recoded(*categories: str, asked: Span = SUMMER_2018, baseline: Span | None = SUMMER_2017, group: str | None = None) -> list[str]:
    counts = [[4, 2], [1, 1]] if baseline is not None else [[4], [1]]
    answer = comparison(counts, categories=categories, group=group, asked=asked, baseline=baseline)
    return [sentence for sentence in sentences(release(answer, STAFF)) if "rakt av" in sentence]


def test_periods_on_either_side_of_a_recoding_say_what_changed() -> None:
    found = recoded("valdtakt")
    assert len(found) == 1
    assert found[0].startswith("Siffror från före och efter den 1 juli 2018 går inte att jämföra rakt av. Samtyckeslagen: ")
    assert recoded("kap-6") == found  # the law made the whole chapter larger
    assert recoded("6101") == found  # a code below what changed


def test_a_recoding_whose_day_is_not_known_names_its_year() -> None:
    assert any(
        sentence.startswith("Siffror från före och efter ändringen under 2025 ")
        for sentence in recoded("kap-10", asked=span("2026-01", "2026-02"), baseline=span("2025-01", "2025-02"))
    )


def test_nothing_is_said_of_a_recoding_that_the_periods_or_the_categories_do_not_meet() -> None:
    assert recoded("valdtakt", baseline=None) == []
    assert recoded("valdtakt", asked=span("2018-07", "2018-08"), baseline=span("2018-09", "2018-10")) == []
    assert recoded("1201") == []
    assert recoded() == []
    assert (
        recoded("kap-9", asked=span("2019-01", "2019-06"), baseline=span("2018-01", "2018-06")) == []
    )  # its codes moved, the chapter did not


def test_a_group_across_sources_says_what_to_mind() -> None:
    found = sentences(release(comparison([[4, 2], [1, 1]], group="brott-mot-aldre"), STAFF))
    assert any("funktionsnedsättning, och de flesta brottstyper saknar en sådan kod" in sentence for sentence in found)


def test_a_group_counts_by_codes_that_were_recoded() -> None:
    assert any(
        "Koderna för bedrägeri" in sentence
        for sentence in recoded(group="brott-mot-aldre", asked=span("2019-01", "2019-06"), baseline=span("2018-01", "2018-06"))
    )


def test_how_many_are_dealt_by_share_is_said_of_the_span_and_of_the_baseline() -> None:
    exact = replace(comparison([[12, 8], [3, 2]]), estimated=np.array([[1, 4], [0, 2]]))
    found = [sentence for sentence in sentences(release(exact, STAFF)) if "andelar" in sentence]
    why = (
        "efter andelar av marken, eftersom källan bara anger ett område som är delat i indelningen från 1 januari 2023; det är en skattning"
    )
    assert found == [
        f"1 av 15 händelser (6,7 procent) är fördelad {why} som gäller Farsta.",
        f"September–oktober 2024: 6 av 10 händelser (60,0 procent) är fördelade {why} som gäller Farsta och Rinkeby.",
    ]
    assert not [sentence for sentence in sentences(release(exact, PUBLIC)) if "andelar" in sentence]


def test_of_many_areas_with_estimates_the_one_is_named_that_has_the_largest_share_and_of_one_area_none() -> None:
    exact = comparison([[12], [3]], baseline=None)
    many = replace(
        exact,
        areas=tuple(replace(FARSTA, code=f"a{number}", name=f"Område {number}") for number in range(5)),
        counts=np.array([[10], [20], [4], [8], [0]]),
        estimated=np.array([[5], [6], [4], [1], [0]]),
    )
    assert any(
        "det är en skattning som gäller 4 områden, mest Område 2 (100,0 procent)." in said for said in sentences(release(many, STAFF))
    )
    one = replace(exact, areas=(FARSTA,), counts=np.array([[4]]), estimated=np.array([[4]]))
    assert any(said.endswith("det är en skattning.") for said in sentences(release(one, STAFF)))


def test_a_very_small_share_is_said_to_be_small_and_not_nothing() -> None:
    exact = replace(comparison([[20_000], [3]], baseline=None), estimated=np.array([[2], [0]]))
    assert any("(mindre än 0,1 procent)" in sentence for sentence in sentences(release(exact, STAFF)))


@pytest.mark.parametrize(
    ("by", "how", "means"),
    [
        (
            CountsBy.HAPPENED,
            "räknade den månad de hände, inte den månad de anmäldes",
            "En månad är hel först när tolv månader till har levererats",
        ),
        (
            CountsBy.REPORTED,
            "räknade den månad de anmäldes, inte den månad de hände",
            "de tolv första månaderna räknas därför som ofullständiga",
        ),
    ],
)
def test_a_count_by_another_date_says_so_and_what_it_means_for_the_months(by: CountsBy, how: str, means: str) -> None:
    source = STAFF_SOURCE if by is CountsBy.HAPPENED else PUBLIC_SOURCE
    covered = (SourceCoverage(source, Month.parse("2022-01"), Month.parse("2025-10"), (), (), otherwise=by),)
    exact = comparison([[12, 8], [3, 2]], sources=(source,), coverage=covered, ledger=Ledger(15, 0, 0, 0, undated=1))
    found = sentences(release(exact, STAFF))
    assert sum(how in sentence for sentence in found) == 1
    assert sum(means in sentence for sentence in found) == 1
    what = "när de hände" if by is CountsBy.HAPPENED else "när de anmäldes"
    assert f"1 händelse anger inte {what} och är inte med i siffrorna." in found
