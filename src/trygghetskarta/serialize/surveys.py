"""The values of a survey as rows, alone and beside recorded crime."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trygghetskarta.analysis.survey import VERDICTS, BesideCrime, Differences, SurveyFindings, beside_crime, survey_findings
from trygghetskarta.domain.answers import PublishedAnswer
from trygghetskarta.domain.counts import Published, Status
from trygghetskarta.domain.survey import Lack, SurveyValues
from trygghetskarta.serialize.figures import Row, columns_of, number
from trygghetskarta.serialize.formats import Figures, Writing, write
from trygghetskarta.serialize.geojson import Outlines
from trygghetskarta.serialize.saying.survey import beside_sentences, survey_sentences

METHODS = ("wilson", "newcombe-hybrid", "benjamini-hochberg")
_DECIMALS = 2
_NAMED_BY = ("question", "group", "year", "code")


def write_survey(published: PublishedAnswer[SurveyValues], writing: Writing) -> bytes:
    """Write the values of a survey.

    Args:
        published: The values.
        writing: How.

    Returns:
        The bytes: a row for each area, year, question and group.
    """
    return write(published, survey_figures(published, writing.outlines or {}), writing)


def survey_figures(published: PublishedAnswer[SurveyValues], outlines: Outlines) -> Figures:
    """Give the values of a survey as every format writes them."""
    findings = survey_findings(published)
    rows = survey_rows(findings)
    beside = {"ledger": None, "survey": _about(findings.values)}
    return Figures(columns_of(rows), survey_sentences(findings), METHODS, beside, _by_row(rows, outlines), "id", _NAMED_BY)


def write_beside(published: PublishedAnswer[SurveyValues], crime: Published, writing: Writing) -> bytes:
    """Write a survey's newest values beside recorded crime of the same areas and year.

    Args:
        published: The values.
        crime: Recorded crime in that year, with person-years.
        writing: How.

    Returns:
        The bytes: a row for each area and question.
    """
    return write(crime, beside_figures(published, crime, writing.outlines or {}), writing)


def beside_figures(published: PublishedAnswer[SurveyValues], crime: Published, outlines: Outlines) -> Figures:
    """Give a survey beside recorded crime as every format writes it."""
    findings = survey_findings(published)
    found = beside_crime(findings, crime)
    rows = beside_rows(findings, found, crime)
    beside = {"survey": _about(findings.values), "rankCorrelation": _alike(findings.values, found)}
    methods = ("wilson", "poisson-exact-byar", "spearman-bonett-wright")
    return Figures(columns_of(rows), beside_sentences(findings, found, crime), methods, beside, _by_row(rows, outlines), "id", _NAMED_BY)


def survey_rows(findings: SurveyFindings) -> list[Row]:
    """Give one row per question, group, year and area.

    Args:
        findings: What the values show.

    Returns:
        Rows by question, group, year and area, all with the same keys; a value that is lacking says why.
    """
    values = findings.values
    return [
        _row(findings, (area, year, question, group))
        for question in range(len(values.questions))
        for group in range(values.wanted)
        for year in range(values.shown, len(values.years))
        for area in range(len(values.areas))
    ]


def beside_rows(findings: SurveyFindings, found: BesideCrime, crime: Published) -> list[Row]:
    """Give one row per question and area: the survey's value and recorded crime of the year.

    Args:
        findings: What the survey's values show.
        found: Recorded crime beside them.
        crime: Recorded crime itself.

    Returns:
        Rows by question and area, all with the same keys.
    """
    values = findings.values
    rows = []
    for question in range(len(values.questions)):
        for area in range(len(values.areas)):
            told = crime.status_at(area, 0)
            rate, low, high = (number(end, 4) for end in found.rates[area])
            rows.append(
                _value(findings, (area, len(values.years) - 1, question, 0))
                | {
                    "count": int(crime.counts[area, 0]) if told is Status.VALUE else None,
                    "rate": rate,
                    "rateLow": low,
                    "rateHigh": high,
                    "crimeStatus": (Status.NOT_APPLICABLE if told is Status.VALUE and rate is None else told).value,
                }
            )
    return rows


def _row(findings: SurveyFindings, at: tuple[int, int, int, int]) -> Row:
    values = findings.values
    before = values.before(at[1])
    return (
        _value(findings, at)
        | {"baselineYear": values.years[before] if before is not None else None}
        | _difference(findings.change, at, ("change", "changeLow", "changeHigh", "pValue", "adjustedP", "verdict"))
        | _difference(findings.gap, at[:3], ("womenMenGap", "gapLow", "gapHigh", "gapPValue", "gapAdjustedP", "gapVerdict"))
    )


def _value(findings: SurveyFindings, at: tuple[int, int, int, int]) -> Row:
    values = findings.values
    area, year, question, group = values.areas[at[0]], values.years[at[1]], values.questions[at[2]], values.groups[at[3]]
    lack = list(Lack)[int(values.lack[at])]
    swedish, english = lack.said(values.smallest_n)
    return {
        "id": f"{area.code}:{year}:{question}:{group}",
        "code": area.code,
        "name": area.name,
        "level": area.level.value,
        "parent": area.parent,
        "year": year,
        "question": question,
        "group": group,
        "value": number(values.value[at], _DECIMALS),
        "low": number(findings.low[at], _DECIMALS),
        "high": number(findings.high[at], _DECIMALS),
        "n": int(values.n[at]) if lack.status is not Status.MISSING else None,
        "interval": (("design" if findings.designed[at] else "wilson") if lack is Lack.NONE else None),
        "status": lack.status.value,
        "reason": swedish,
        "reasonEn": english,
    }


def _difference(found: Differences, at: tuple[int, ...], names: tuple[str, ...]) -> Row:
    figures = [number(part[at], _DECIMALS) for part in (found.value, found.low, found.high)]
    chances = [number(part[at], 4) for part in (found.p, found.adjusted_p)]
    return dict(zip(names, (*figures, *chances, VERDICTS[int(found.verdict[at])].value), strict=True))


def _about(values: SurveyValues) -> Mapping[str, Any]:
    return {
        "questions": list(values.questions),
        "groups": list(values.groups[: values.wanted]),
        "years": list(values.years[values.shown :]),
        "smallestN": values.smallest_n,
        "valuesOfOtherAreas": values.elsewhere,
        "unit": "procent",
    }


def _alike(values: SurveyValues, found: BesideCrime) -> list[Mapping[str, Any]]:
    return [
        {
            "question": question,
            "year": found.year,
            "rho": number(alike.rho, 4),
            "low": number(alike.low, 4),
            "high": number(alike.high, 4),
            "areas": alike.pairs,
        }
        for question, alike in zip(values.questions, found.alike, strict=True)
    ]


def _by_row(rows: list[Row], outlines: Outlines) -> Outlines:
    return {row["id"]: outlines[row["code"]] for row in rows if row["code"] in outlines}
