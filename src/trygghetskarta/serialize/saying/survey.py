"""Sentences on what a survey found."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from trygghetskarta.analysis.survey import VERDICTS, BesideCrime, Differences, SurveyFindings
from trygghetskarta.domain.category_groups import category_groups
from trygghetskarta.domain.counts import Published
from trygghetskarta.domain.sources import CONTRACTS
from trygghetskarta.domain.survey import Lack, SurveyValues
from trygghetskarta.domain.values import EVERYONE
from trygghetskarta.serialize.saying.comparisons import PER
from trygghetskarta.serialize.swedish import decimal, how_many, listed, whole
from trygghetskarta.stats.survey import RankCorrelation

NOT_NTU = "Jämför inte med Brås nationella trygghetsundersökning (NTU): frågor, urval och metod är andra."
_OTHER_THINGS = (
    "Enkäten mäter hur de boende upplever sitt område, anmälda brott mäter vad som kommit till polisens kännedom där: det ena kan inte rätta "
    "det andra."
)
_NOT_A_CAUSE = "Sambandet gäller områden, inte personer, och säger inget om orsaker."
_MOST_QUESTIONS = 3
_LEAST_AREAS = 4
_AREAS = ("område", "områden")
_HIGHER, _LOWER, _CANNOT_TELL, _NOT_APPLICABLE = range(len(VERDICTS))


def survey_sentences(findings: SurveyFindings) -> list[str]:
    """Say what a survey found in its newest year: how many, whether that has changed, women and men, and what to mind.

    Args:
        findings: What the values show.

    Returns:
        Whole sentences.
    """
    values = findings.values
    said = []
    for question in range(min(len(values.questions), _MOST_QUESTIONS)):
        said += [_level(findings, question), _change(findings, question), _gap(findings, question)]
    more = len(values.questions) - _MOST_QUESTIONS
    if more > 0:
        said.append(f"{whole(more)} {'fråga' if more == 1 else 'frågor'} till står i tabellen.")
    said += [_withheld(values), _moved(values), NOT_NTU]
    return [sentence for sentence in said if sentence]


def beside_sentences(findings: SurveyFindings, found: BesideCrime, crime: Published) -> list[str]:
    """Say how a survey and recorded crime stand beside each other.

    Args:
        findings: What the survey's values show.
        found: Recorded crime beside them.
        crime: Recorded crime itself.

    Returns:
        Whole sentences.
    """
    values = findings.values
    name = " och ".join(CONTRACTS[source].name.lower() for source in crime.question.sources)
    group = category_groups()[crime.question.group] if crime.question.group is not None else None
    if group is not None:
        name = f"{group.name.lower()} ({name})"
    per = PER[crime.question.per]
    whose = f" ({values.groups[0]})" if values.groups[0] != EVERYONE else ""
    said = [
        _alike(f"”{question}”{whose} och {name} per 1 000 {per} och år", alike, found.year)
        for question, alike in zip(values.questions[:_MOST_QUESTIONS], found.alike, strict=False)
    ]
    said += [_OTHER_THINGS, _NOT_A_CAUSE, group.caution if group is not None else "", _withheld(values), _moved(values), NOT_NTU]
    return [sentence for sentence in said if sentence]


def _alike(what: str, alike: RankCorrelation, year: int) -> str:
    """Say whether two measures order the areas alike."""
    if alike.rho is None or alike.low is None or alike.high is None:
        why = "minst en av dem är lika överallt" if alike.pairs >= _LEAST_AREAS else f"{how_many(alike.pairs, _AREAS)} har båda"
        return f"Om {what} följs åt mellan områdena {year} går inte att räkna: {why}."
    figures = (
        f"rangkorrelation {decimal(alike.rho, 2)}, {decimal(alike.low, 2)} till {decimal(alike.high, 2)}, {how_many(alike.pairs, _AREAS)}"
    )
    if alike.low > 0:
        return f"{what} följs åt mellan områdena {year} ({figures})."
    if alike.high < 0:
        return f"{what} går åt var sitt håll mellan områdena {year} ({figures})."
    return f"Om {what} följs åt mellan områdena {year} kan inte avgöras ({figures})."


def _level(findings: SurveyFindings, question: int) -> str:
    """Say the share of one area, or where it is lowest and highest."""
    values = findings.values
    year = len(values.years) - 1
    told = [area for area in range(len(values.areas)) if values.lack[area, year, question, 0] == Lack.NONE.number]
    head = f"{values.years[-1]}, ”{values.questions[question]}”, {values.groups[0]}:"
    if not told:
        return f"{head} det finns inget värde att visa."
    if len(told) == 1:
        at = (told[0], year, question, 0)
        interval = f"{decimal(findings.low[at])}–{decimal(findings.high[at])}"
        share = f"{decimal(values.value[at])} procent i {values.areas[told[0]].name}"
        return f"{head} {share} ({interval}, {whole(int(values.n[at]))} svar)."
    order = sorted(told, key=lambda area: values.value[area, year, question, 0])
    low, high = order[0], order[-1]
    ends = [f"{decimal(values.value[area, year, question, 0])} procent i {values.areas[area].name}" for area in (low, high)]
    overlap = findings.high[low, year, question, 0] >= findings.low[high, year, question, 0]
    sure = "; deras intervall överlappar, så ordningen kan inte avgöras" if overlap else ""
    return f"{head} från {ends[0]} till {ends[1]}{sure}."


def _change(findings: SurveyFindings, question: int) -> str:
    values = findings.values
    year = len(values.years) - 1
    before = values.before(year)
    if before is None:
        return ""
    since, verdict = values.years[before], findings.change.verdict[:, year, question, 0]
    told = np.flatnonzero(verdict != _NOT_APPLICABLE)
    if len(told) == 0:
        return f"Ändringen sedan {since} går inte att räkna: inget område har ett värde från båda åren."
    if len(told) == 1:
        found, at = findings.change, (int(told[0]), year, question, 0)
        which = {_HIGHER: f"Sedan {since} har andelen ökat", _LOWER: f"Sedan {since} har andelen minskat"}
        return f"{which.get(int(found.verdict[at]), f'Om andelen har ändrats sedan {since} kan inte avgöras')} ({_size(found, at)})."
    return _many(verdict, f"Sedan {since} har andelen", ("ökat", "minskat"), f"Om andelen har ändrats sedan {since}")


def _gap(findings: SurveyFindings, question: int) -> str:
    year = len(findings.values.years) - 1
    verdict = findings.gap.verdict[:, year, question]
    told = np.flatnonzero(verdict != _NOT_APPLICABLE)
    if len(told) == 0:
        return ""
    if len(told) == 1:
        found, at = findings.gap, (int(told[0]), year, question)
        which = {_HIGHER: "Andelen är högre bland kvinnor än bland män", _LOWER: "Andelen är lägre bland kvinnor än bland män"}
        return (
            f"{which.get(int(found.verdict[at]), 'Om andelen skiljer sig mellan kvinnor och män kan inte avgöras')} ({_size(found, at)})."
        )
    return _many(
        verdict, "Andelen är bland kvinnor", ("högre än bland män", "lägre än bland män"), "Om andelen skiljer sig mellan kvinnor och män"
    )


def _size(found: Differences, at: tuple[int, ...]) -> str:
    return f"skillnad {decimal(found.value[at])} procentenheter, {decimal(found.low[at])} till {decimal(found.high[at])}"


def _many(verdict: npt.NDArray[np.int8], subject: str, words: tuple[str, str], whether: str) -> str:
    """Say in how many areas a share is higher, lower, or cannot be told."""
    higher, lower, unsure = (int((verdict == which).sum()) for which in (_HIGHER, _LOWER, _CANNOT_TELL))
    parts = [f"{what} i {how_many(count, _AREAS)}" for count, what in zip((higher, lower), words, strict=True) if count]
    if not parts:
        return f"{whether} kan inte avgöras i något av {how_many(unsure, _AREAS)}."
    return f"{subject} {listed(parts)}" + (f"; i {how_many(unsure, _AREAS)} kan det inte avgöras." if unsure else ".")


def _withheld(values: SurveyValues) -> str:
    lack = values.lack[:, values.shown :, :, : values.wanted]
    few, hidden = int((lack == Lack.TOO_FEW.number).sum()), int((lack == Lack.BY_SOURCE.number).sum())
    said = []
    if few:
        said.append(f"{how_many(few, ('värde', 'värden'))} på färre än {values.smallest_n} svar visas inte.")
    if hidden:
        said.append(f"{how_many(hidden, ('värde', 'värden'))} lämnar källan inte ut.")
    return " ".join(said)


def _moved(values: SurveyValues) -> str:
    if not values.elsewhere:
        return ""
    what = how_many(values.elsewhere, ("värde", "värden"))
    return f"{what} gäller områden i en annan indelning och visas inte här: andelar kan inte flyttas mellan indelningar."
