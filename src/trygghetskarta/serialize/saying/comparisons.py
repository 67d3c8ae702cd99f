"""What the statistics say of a comparison, in Swedish sentences: level, change, certainty, caveat."""

from __future__ import annotations

from collections.abc import Sequence
from math import log

import numpy as np

from trygghetskarta.analysis.comparison import Against, Change, Findings
from trygghetskarta.analysis.verdicts import Evidence, Verdict
from trygghetskarta.domain.counts import Denominator, Measure, Published
from trygghetskarta.domain.recodings import recodings_between
from trygghetskarta.serialize.swedish import decimal, listed, span_name, whole
from trygghetskarta.stats.dispersion import Variance

_MOST_NAMES, _LEAST = 5, 1e-12
_TELLS_NOTHING = 10.0
"""A ratio whose interval reaches from below 1 to above this is of so few events that the ends tell a reader nothing."""
PER = {
    Denominator.RESIDENTS: "invånare",
    Denominator.RESIDENTS65PLUS: "invånare som är 65 år eller äldre",
    Denominator.DAY_POPULATION: "personer i dagbefolkningen",
    Denominator.DWELLINGS: "bostäder",
}


def certainty(published: Published, total: Change | None) -> str:
    """Say how sure the change of the areas together is, as the end of a sentence that tells the change in numbers.

    Args:
        published: The answer.
        total: The areas together against the baseline; None where nothing could be tested.

    Returns:
        What follows the change, a semicolon first; empty where there is nothing to add.
    """
    if total is None:
        return ""
    now, before = (int(published.counts[:, column].sum()) for column in (0, 1))
    if total.judged.verdicts[0] is Verdict.CANNOT_TELL and now == before:
        return f"; om något har ändrats kan inte avgöras{_interval(total, _counted(published, total))}"
    if (now - before) * (float(total.ratio[0]) - 1) > 0:
        return f"; {_sure(total)}{_interval(total, _counted(published, total))}"
    # Fewer of fewer inhabitants, or of fewer days, can be more of each.
    return f"; men räknat per {_unit(published, total)} är det {_more(float(total.ratio[0]) - 1)}: {_sure(total)}{_interval(total, '')}"


def _sure(total: Change) -> str:
    match total.judged.verdicts[0]:
        case Verdict.HIGHER:
            return "ökningen är säkerställd"
        case Verdict.LOWER:
            return "minskningen är säkerställd"
        case _ if total.ratio[0] == 1:
            return "om något har ändrats kan inte avgöras"
        case _:
            return f"om det är en verklig {'ökning' if total.ratio[0] > 1 else 'minskning'} kan inte avgöras"


def _more(difference: float) -> str:
    if difference == 0:
        return "lika många"
    return "fler" if difference > 0 else "färre"


def _interval(total: Change, counted: str) -> str:
    if not np.isfinite(total.high[0]):
        return ""
    if total.low[0] < 1 and total.high[0] > _TELLS_NOTHING:
        return " (händelserna är för få för att säga mer)"
    if total.judged.verdicts[0] is not Verdict.CANNOT_TELL and total.low[0] < 1 < total.high[0]:
        # The test of few events is sharper than their interval, which would seem to contradict it.
        return " (händelserna är för få för att säga hur stor den är)"
    low, high = (_signed(100 * (float(end[0]) - 1)) for end in (total.low, total.high))
    return f" (med 95 procents säkerhet mellan {low} och {high} procent{counted})"


def _unit(published: Published, total: Change) -> str:
    if not total.by_people:
        return "dag"
    return "bostad" if published.question.per is Denominator.DWELLINGS else "invånare"


def _counted(published: Published, total: Change) -> str:
    """Say what the ratio is counted per, where that makes a difference."""
    makes_none = not total.by_people and len({period.span.days for period in published.periods}) == 1
    return "" if makes_none else f", räknat per {_unit(published, total)}"


def _signed(percent: float) -> str:
    written = decimal(percent)
    return f"+{written}" if percent > 0 and written != "0,0" else written


def by_the_day(published: Published, total: Change | None) -> str:
    """Say the change between periods of different length, which has no difference in numbers.

    Args:
        published: The answer.
        total: The areas together against the baseline; None where nothing could be tested.

    Returns:
        A whole sentence; empty where there is none.
    """
    baseline = published.question.baseline
    if total is None or baseline is None or not np.isfinite(total.ratio[0]):
        return ""
    percent = 100 * (float(total.ratio[0]) - 1)
    more = f"{decimal(abs(percent))} procent {_more(percent)}" if percent else _more(percent)
    than = f"{'som' if percent == 0 else 'än'} {span_name(baseline)}"
    return f"Räknat per {_unit(published, total)} är det {more} {than}; {_sure(total)}{_interval(total, '')}."


def findings_said(published: Published, findings: Findings) -> list[str]:
    """Say which areas stand out, how sure that is, and what to mind.

    Args:
        published: The answer.
        findings: What the statistics say of it.

    Returns:
        Whole sentences; none of them empty.
    """
    said = [_standing_out(published, findings.change), _not_held_against(published, findings), _highest(published, findings)]
    said += [_guarded(published, findings.change), _varying(findings)]
    return [sentence for sentence in said if sentence]


def _standing_out(published: Published, change: Change) -> str:
    judged = change.judged
    if change.against is Against.NOTHING or len(published.areas) < 2 or not judged.tested:
        return ""
    parts = []
    for verdict in (Verdict.HIGHER, Verdict.LOWER):
        for evidence, word in ((Evidence.STRONG, "säkerställt"), (Evidence.MODERATE, "troligen")):
            found = [at for at, said in enumerate(zip(judged.verdicts, judged.evidence, strict=True)) if said == (verdict, evidence)]
            if found:
                parts.append(f"{word} {_word(change, verdict)} i {_names(published, _outermost(change, found))}")
    rest = judged.tested - sum(verdict in (Verdict.HIGHER, Verdict.LOWER) for verdict in judged.verdicts)
    against = _against(published, change)
    if not parts:
        return f"I inget av de {whole(judged.tested)} områden som kunde prövas kan det avgöras att {against[1]}."
    ending = "" if not rest else f" I {'ett område' if rest == 1 else f'{whole(rest)} områden'} kan det inte avgöras."
    return f"{against[0]} är det {'; '.join(parts)}.{ending}"


def _not_held_against(published: Published, findings: Findings) -> str:
    """Say why no area is held against the rest of the city, where that is for want of a rate."""
    if published.question.baseline is not None or findings.no_rate is None:
        return ""
    around = published.surroundings
    if around is not None and around.against is not None:
        return f"Inget område kan jämföras med {around.against[1]}: {findings.no_rate[0]}"
    return f"Inget område kan jämföras med resten av staden: {findings.no_rate[0]}"


def _against(published: Published, change: Change) -> tuple[str, str]:
    """Say what the areas are held against: as the beginning of a sentence, and as the end of one that nothing was found."""
    around = published.surroundings
    if around is not None and around.against is not None:
        return f"Jämfört med {around.against[1]}", f"talet skiljer sig från det i {around.against[1]}"
    if change.against is Against.REST_OF_CITY or published.question.baseline is None:
        return "Jämfört med resten av staden", "talet skiljer sig från resten av stadens"
    name = span_name(published.question.baseline)
    return f"Jämfört med {name}", f"något har ändrats sedan {name}"


def _word(change: Change, verdict: Verdict) -> str:
    by_rate = change.against in (Against.REST_OF_CITY, Against.AREA)
    if verdict is Verdict.HIGHER:
        return "högre tal" if by_rate else "fler"
    return "lägre tal" if by_rate else "färre"


def _outermost(change: Change, found: list[int]) -> list[int]:
    """Put areas in order, those that differ most first."""
    return sorted(found, key=lambda at: (-abs(log(max(float(change.ratio[at]), _LEAST))), at))


def _names(published: Published, numbers: Sequence[int]) -> str:
    names = [published.areas[at].name for at in numbers]
    if len(names) <= _MOST_NAMES:
        return listed(names)
    more = len(names) - _MOST_NAMES
    return f"{', '.join(names[:_MOST_NAMES])} och {whole(more)} {'annat område' if more == 1 else 'andra områden'}"


def _highest(published: Published, findings: Findings) -> str:
    """Name the area with the highest rate, with how sure its rank is."""
    rates = findings.rates
    if rates is None or published.question.measure is not Measure.RATE or len(published.areas) < 2 or np.isnan(rates.rate).all():
        return ""
    at = int(np.nanargmax(rates.rate))
    low, high = int(rates.rank_low[at]), int(rates.rank_high[at])
    place = f"plats {whole(low)}" if low == high else f"någonstans från plats {whole(low)} till {whole(high)}"
    rate, first, last = (decimal(1000 * float(value[at])) for value in (rates.rate, rates.low, rates.high))
    return (
        f"Högst tal har {published.areas[at].name}: {rate} per 1 000 {PER[published.question.per]} och år (mellan {first} och {last}), "
        f"{place} av {whole(rates.ranked)}."
    )


def _guarded(published: Published, change: Change) -> str:
    """Say which change cannot be told so late as events are registered; a change of what is counted is told by itself."""
    recoded = recodings_between(published.question, (period.span for period in published.periods))
    if change.against is not Against.BASELINE or all(change.told) or recoded:
        return ""
    falls, rises = change.told
    what = "en ökning" if falls else "en minskning" if rises else "en ändring"
    return f"Fler händelser väntas bli registrerade, så om {what} är verklig kan inte avgöras än."


def _varying(findings: Findings) -> str:
    dispersion = findings.dispersion
    if dispersion.variance is Variance.POISSON or findings.change.against is Against.NOTHING:
        return ""
    return f"Antalen varierar mellan åren {decimal(dispersion.pearson)} gånger så mycket som slumpen ger; det är inräknat i hur säkra ändringarna är."
