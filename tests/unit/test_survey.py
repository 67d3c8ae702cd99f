"""What the values of a survey show, as findings, rows and sentences."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from tests.unit.answers import FARSTA, PROVENANCE, RINKEBY, comparison, span
from trygghetskarta.analysis.survey import beside_crime, survey_findings
from trygghetskarta.disclosure.release import release, release_answer
from trygghetskarta.domain.answers import ExactAnswer, PublishedAnswer
from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.audience import Audience
from trygghetskarta.domain.counts import Denominator, Ledger, Question
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.domain.survey import Lack, SurveyValues
from trygghetskarta.errors import ForbiddenError
from trygghetskarta.queries.survey import edition_of_year
from trygghetskarta.serialize.csv import Dialect
from trygghetskarta.serialize.formats import Format, Writing
from trygghetskarta.serialize.saying.survey import NOT_NTU, beside_sentences, survey_sentences
from trygghetskarta.serialize.surveys import beside_rows, survey_rows, write_survey

YEAR = span("2023-01", "2023-12")
QUESTION = Question(AreaLevel.STADSDEL, (SourceId.TRYGGHETSMATNING,), YEAR)
NO = float("nan")


def values(table: list[list[list[float]]], n: list[list[list[int]]], years: tuple[int, ...] = (2020, 2023)) -> SurveyValues:
    """Make values of one question from shares by area, year and group (alla, kvinnor, män); NaN is too few answers where there are some."""
    value, answers = np.array(table)[:, :, None, :], np.array(n)[:, :, None, :]
    lack = np.where(~np.isnan(value), Lack.NONE.number, np.where(answers > 0, Lack.TOO_FEW.number, Lack.NOT_ASKED.number))
    return SurveyValues(
        areas=(FARSTA, RINKEBY)[: len(table)],
        years=years,
        questions=("otrygg ute",),
        groups=("alla", "kvinnor", "män"),
        value=value,
        n=answers,
        half_width=np.full(value.shape, np.nan),
        lack=lack.astype(np.int8),
        shown=len(years) - 1,
        wanted=1,
        baseline=None,
        smallest_n=50,
        elsewhere=0,
    )


def published(content: SurveyValues, audience: Audience = Audience.STAFF) -> PublishedAnswer[SurveyValues]:
    return release_answer(ExactAnswer(QUESTION, content, Ledger(0, 0, 0, 0), (), PROVENANCE), audience)


SAID = values(
    [[[26.2, 30.0, 22.0], [31.2, 41.0, 21.5]], [[20.0, 25.0, 15.0], [40.0, NO, 38.0]]],
    [[[398, 200, 198], [412, 210, 202]], [[400, 200, 200], [400, 49, 351]]],
)


def test_a_row_has_its_share_its_change_and_the_gap() -> None:
    row = survey_rows(survey_findings(published(SAID)))[0]
    assert (row["code"], row["year"], row["question"], row["group"], row["n"]) == ("farsta", 2023, "otrygg ute", "alla", 412)
    assert (row["value"], row["low"], row["high"], row["interval"], row["status"]) == (31.2, 26.92, 35.83, "wilson", "value")
    assert (row["baselineYear"], row["change"], row["changeLow"], row["changeHigh"]) == (2020, 5.0, -1.24, 11.17)
    assert (row["pValue"], row["verdict"]) == (0.116, "cannotTell")
    assert (row["womenMenGap"], row["gapLow"], row["gapHigh"], row["gapVerdict"]) == (19.5, 10.59, 27.97, "higher")


def test_the_other_areas_share_has_certainly_grown() -> None:
    row = survey_rows(survey_findings(published(SAID)))[1]
    assert (row["code"], row["change"], row["verdict"]) == ("rinkeby", 20.0, "higher")
    # Two areas are tested: the p value of the smaller one stays as it is, that of the other is doubled.
    assert row["adjustedP"] >= row["pValue"]


def test_a_gap_on_too_few_answers_is_not_told() -> None:
    row = survey_rows(survey_findings(published(SAID)))[1]
    assert (row["womenMenGap"], row["gapPValue"], row["gapVerdict"]) == (None, None, "notApplicable")


def test_a_value_on_too_few_answers_is_withheld_with_the_reason_and_its_n() -> None:
    few = replace(
        SAID, groups=("kvinnor", "alla", "män"), value=SAID.value[..., [1, 0, 2]], n=SAID.n[..., [1, 0, 2]], lack=SAID.lack[..., [1, 0, 2]]
    )
    row = survey_rows(survey_findings(published(few)))[1]
    assert (row["group"], row["value"], row["low"], row["high"], row["n"], row["interval"]) == ("kvinnor", None, None, None, 49, None)
    assert (row["status"], row["reason"]) == ("withheld", "Värdet bygger på färre än 50 svar.")
    assert (row["change"], row["verdict"]) == (None, "notApplicable")


@pytest.mark.parametrize(
    ("lack", "status", "reason"),
    [
        (Lack.BY_SOURCE, "withheld", "Källan lämnar inte ut värdet."),
        (Lack.OTHER_BORDERS, "missing", "Området hade andra gränser det året."),
        (Lack.NOT_ASKED, "missing", "Undersökningen har inget värde för området."),
    ],
)
def test_a_value_that_is_lacking_says_why(lack: Lack, status: str, reason: str) -> None:
    gone = values([[[NO, NO, NO], [NO, NO, NO]]], [[[0, 0, 0], [0, 0, 0]]])
    gone.lack[:] = lack.number
    row = survey_rows(survey_findings(published(gone)))[0]
    assert (row["status"], row["reason"], row["value"], row["verdict"]) == (status, reason, None, "notApplicable")
    assert row["n"] == (0 if status == "withheld" else None)
    assert survey_sentences(survey_findings(published(gone)))[0].endswith("det finns inget värde att visa.")


def test_without_an_earlier_survey_there_is_no_change() -> None:
    row = survey_rows(survey_findings(published(values([[[31.2, 41.0, 21.5]]], [[[412, 210, 202]]], (2023,)))))[0]
    assert (row["baselineYear"], row["change"], row["verdict"]) == (None, None, "notApplicable")


def test_a_year_is_not_compared_with_itself() -> None:
    content = replace(SAID, baseline=1)
    assert [content.before(year) for year in (0, 1)] == [1, None]


def test_the_public_is_refused() -> None:
    with pytest.raises(ForbiddenError):
        published(SAID, Audience.PUBLIC)


def test_sentences_tell_one_area_with_its_interval_and_answers() -> None:
    one = replace(SAID, areas=(FARSTA,), value=SAID.value[:1], n=SAID.n[:1], half_width=SAID.half_width[:1], lack=SAID.lack[:1])
    assert survey_sentences(survey_findings(published(one))) == [
        "2023, ”otrygg ute”, alla: 31,2 procent i Farsta (26,9–35,8, 412 svar).",
        "Om andelen har ändrats sedan 2020 kan inte avgöras (skillnad 5,0 procentenheter, −1,2 till 11,2).",
        "Andelen är högre bland kvinnor än bland män (skillnad 19,5 procentenheter, 10,6 till 28,0).",
        NOT_NTU,
    ]


def test_sentences_tell_many_areas_together() -> None:
    said = survey_sentences(survey_findings(published(SAID)))
    assert said[0].startswith("2023, ”otrygg ute”, alla: från 31,2 procent i Farsta till 40,0 procent i Rinkeby;")
    assert said[0].endswith("; deras intervall överlappar, så ordningen kan inte avgöras.")
    assert said[1] == "Sedan 2020 har andelen ökat i 1 område; i 1 område kan det inte avgöras."


def test_no_nan_reaches_any_format() -> None:
    for form in Format:
        content = write_survey(published(SAID), Writing(form, Dialect.RFC4180, {}))
        assert b"NaN" not in content
        assert b",nan" not in content
        assert content


def test_recorded_crime_stands_beside_the_same_areas() -> None:
    crime = release(comparison([[12], [30]], baseline=None, asked=YEAR, person_years=[[4000.0], [0.0]]), Audience.STAFF)
    findings = survey_findings(published(SAID))
    rows = beside_rows(findings, beside_crime(findings, crime), crime)
    assert [(row["value"], row["count"], row["rate"], row["crimeStatus"]) for row in rows] == [
        (31.2, 12, 3.0, "value"),
        (40.0, 30, None, "notApplicable"),
    ]
    assert beside_crime(findings, crime).alike[0].rho is None


def test_the_sentence_beside_crime_names_whose_answers_and_what_crime_is_counted_per() -> None:
    crime = release(comparison([[12], [30]], baseline=None, asked=YEAR, person_years=[[4000.0], [900.0]]), Audience.STAFF)
    per_dwelling = replace(crime, question=replace(crime.question, per=Denominator.DWELLINGS))
    women = replace(SAID, groups=("kvinnor", "alla", "män"))
    for content, asked, told in (
        (SAID, crime, "Om ”otrygg ute” och anmälda brott per 1 000 invånare och år"),
        (women, per_dwelling, "Om ”otrygg ute” (kvinnor) och anmälda brott per 1 000 bostäder och år"),
    ):
        findings = survey_findings(published(content))
        assert beside_sentences(findings, beside_crime(findings, asked), asked)[0].startswith(told)


def test_withheld_crime_beside_a_survey_stays_withheld() -> None:
    crime = release(comparison([[12], [30]], baseline=None, asked=YEAR, person_years=[[4000.0], [900.0]]), Audience.PUBLIC)
    findings = survey_findings(published(SAID))
    rows = beside_rows(findings, beside_crime(findings, crime), crime)
    assert [(row["count"], row["rate"], row["crimeStatus"]) for row in rows] == [(None, None, "withheld")] * 2


def test_other_areas_cannot_be_set_beside() -> None:
    crime = release(comparison([[12]], baseline=None, asked=YEAR, areas=(RINKEBY,), person_years=[[4000.0]]), Audience.STAFF)
    with pytest.raises(ValueError, match="not the same areas"):
        beside_crime(survey_findings(published(SAID)), crime)


OLD, NEW = (date(2007, 1, 1), {"a", "b", "c"}), (date(2023, 7, 1), {"a", "bc"})


@pytest.mark.parametrize(
    ("year", "codes", "edition"),
    [
        (2020, {"a", "b", "c"}, 1),
        (2023, {"a", "bc"}, 2),  # in force during the year, and it has the areas
        (2023, {"a", "b", "c"}, 1),  # the survey kept to the division of its beginning
        (2023, {"a"}, 2),  # both fit: the newer
        (2024, {"a", "b", "c"}, 2),  # the old one was no longer in force
        (1999, {"a"}, 1),  # before them all: the oldest
    ],
)
def test_a_years_values_are_about_the_division_that_fits_them(year: int, codes: set[str], edition: int) -> None:
    assert edition_of_year({1: OLD, 2: NEW}, year, codes) == edition
