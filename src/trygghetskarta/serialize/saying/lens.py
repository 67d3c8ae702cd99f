"""Sentences on crimes against older people and fraud."""

from __future__ import annotations

import numpy as np

from trygghetskarta.analysis.lens import Changes, LensFindings
from trygghetskarta.analysis.verdicts import Evidence, Verdict
from trygghetskarta.domain.answers import PublishedAnswer
from trygghetskarta.domain.category_groups import category_groups
from trygghetskarta.domain.lens import OLDER_GROUP, LensCounts
from trygghetskarta.serialize.saying.answers import deliveries_said
from trygghetskarta.serialize.swedish import day_name, decimal, how_many, listed, span_name, whole

_OLDER, _FRAUD, _KINDS = 0, 1, 2
_CRIMES = ("anmält brott", "anmälda brott")
_FRAUDS = ("bedrägeri", "bedrägerier")


def lens_sentences(published: PublishedAnswer[LensCounts], findings: LensFindings) -> list[str]:
    """Say how many there were, how that has changed, how much has no place, and what to mind.

    Args:
        published: What was counted.
        findings: What the lens shows.

    Returns:
        Whole sentences.
    """
    counts = findings.counts
    when = span_name(counts.periods[0].span)
    if counts.missing[0]:
        return [f"Anmälda brott är inte levererade för {when}."]
    said = [
        _older(counts, when),
        _changed(findings, _OLDER, "brott mot äldre"),
        _fraud(counts, when),
        _changed(findings, _FRAUD, "bedrägerierna"),
        _moved_most(findings),
        _homes(counts),
        _highest(findings),
        _by_age_only(counts),
        _silent(counts),
        *deliveries_said(published),
        _recoded(counts),
        category_groups()[OLDER_GROUP].caution,
    ]
    return [sentence for sentence in said if sentence]


def _older(counts: LensCounts, when: str) -> str:
    total = int(counts.buckets[_OLDER, 0].sum())
    years = float(counts.city_person_years[0])
    rate = f", {decimal(1000 * total / years, 2)} per 1 000 invånare 65 år och äldre och år" if years > 0 else ""
    what = f"{how_many(total, _CRIMES)} mot äldre eller personer med funktionsnedsättning"
    return f"{when.capitalize()}: {what}{rate}. {_without_place(counts, _OLDER)}".rstrip()


def _fraud(counts: LensCounts, when: str) -> str:
    total = int(counts.buckets[_FRAUD, 0].sum())
    return f"{when.capitalize()}: {how_many(total, _FRAUDS)} av alla slag. {_without_place(counts, _FRAUD)}".rstrip()


def _without_place(counts: LensCounts, line: int) -> str:
    placed, area_only, unplaced, _ = (int(value) for value in counts.buckets[line, 0])
    without, total = area_only + unplaced, int(counts.buckets[line, 0].sum())
    if not total:
        return ""
    share = f"{decimal(100 * without / total, 0)} procent"
    return f"{whole(placed)} kan läggas på kartan ({counts.place_level.swedish}), {whole(without)} har ingen plats där ({share})."


def _changed(findings: LensFindings, line: int, subject: str) -> str:
    counts = findings.counts
    if len(counts.periods) < 2:
        return ""
    against = span_name(counts.periods[1].span)
    if not counts.comparable or counts.missing[1]:
        return f"Perioden går inte att jämföra med {against}: leveranserna täcker inte lika mycket." if line == _OLDER else ""
    return "" if counts.recoded[line] is not None else _said(findings.lines, line, subject, against)


def _said(changes: Changes, line: int, subject: str, against: str) -> str:
    ratio, low, high = changes.ratio[line], changes.low[line], changes.high[line]
    if np.isnan(ratio):
        return f"Om {subject} har ändrats mot {against} går inte att säga: inget anmäldes någon av perioderna."
    interval = f"{decimal(low, 2)} till {decimal(high, 2)}" if np.isfinite(high) else f"minst {decimal(low, 2)}"
    times = f"{decimal(ratio, 2)} gånger så många per dag, {interval}" if np.isfinite(ratio) else f"från inget alls, {interval} gånger"
    likely = "troligen " if changes.judged.evidence[line] is Evidence.MODERATE else ""
    match changes.judged.verdicts[line]:
        case Verdict.HIGHER:
            return f"Mot {against} har {subject} {likely}ökat ({times})."
        case Verdict.LOWER:
            return f"Mot {against} har {subject} {likely}minskat ({times})."
        case _:
            return f"Om {subject} har ändrats mot {against} kan inte avgöras ({times})."


def _moved_most(findings: LensFindings) -> str:
    """Say which kinds of fraud have certainly changed."""
    counts, verdicts = findings.counts, findings.lines.judged.verdicts
    more = [line.name for line, verdict in zip(counts.lines[_KINDS:], verdicts[_KINDS:], strict=True) if verdict is Verdict.HIGHER]
    fewer = [line.name for line, verdict in zip(counts.lines[_KINDS:], verdicts[_KINDS:], strict=True) if verdict is Verdict.LOWER]
    said = [f"{what}: {', '.join(names)}." for what, names in (("Slag av bedrägeri som ökat", more), ("Slag som minskat", fewer)) if names]
    return " ".join(said)


def _homes(counts: LensCounts) -> str:
    known, total = int(counts.homes.known[_FRAUD, 0]), int(counts.buckets[_FRAUD, 0].sum())
    if not total:
        return ""
    if not known:
        return "Källan säger inte var de drabbade bor."
    return f"För {whole(known)} av {how_many(total, _FRAUDS)} är det känt i vilket område den drabbade bor."


def _highest(findings: LensFindings) -> str:
    """Say where most of the victims live; of areas whose intervals overlap none is said to have the highest rate."""
    counts, rates = findings.counts, findings.home_rates
    told = [row for row in range(len(counts.areas)) if not np.isnan(rates[row, 0])]
    if len(told) < 2 or not counts.older_home[told, 0].sum():
        return ""
    order = sorted(told, key=lambda row: -rates[row, 0])
    first, second = order[0], order[1]
    name = counts.areas[first].name
    if rates[first, 1] > rates[second, 2]:
        return (
            f"Efter var de drabbade bor är talet högst i {name} ({decimal(rates[first, 0], 2)} per 1 000 invånare 65 år och äldre och år)."
        )
    return "Efter var de drabbade bor kan inte avgöras vilket område som har det högsta talet: intervallen överlappar."


def _by_age_only(counts: LensCounts) -> str:
    count = int(counts.by_age_only[0])
    if not count:
        return ""
    return f"{how_many(count, _CRIMES)} till gäller någon som enligt åldern är 65 år eller äldre; de räknas bara där den drabbade bor."


def _recoded(counts: LensCounts) -> str:
    """Say which lines are not of the same thing in both periods."""
    names = [line.name[:1].lower() + line.name[1:] for line in counts.lines]
    broken = [(name, change) for name, change in zip(names, counts.recoded, strict=True) if change is not None]
    if not broken:
        return ""
    change = broken[0][1]
    when = f"den {day_name(change.first)}" if change.is_day else f"{change.first.year}"
    return f"Ingen ändring prövas för {listed([name for name, _ in broken])}: koderna ändrades {when}. {change.what}"


def _silent(counts: LensCounts) -> str:
    count = int(counts.silent[0])
    if not count:
        return ""
    months = how_many(count, ("månad", "månader"))
    return f"I {months} finns inget bedrägeri utan plats, fast det brukar finnas många: leveransen saknar dem troligen, och siffrorna är för låga."
