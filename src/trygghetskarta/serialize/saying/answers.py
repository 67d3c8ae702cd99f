"""Swedish sentences about an answer, ready to paste."""

from __future__ import annotations

from trygghetskarta.analysis.comparison import Findings
from trygghetskarta.domain.answers import Answered
from trygghetskarta.domain.category_groups import category_groups
from trygghetskarta.domain.counts import Measure, Published, Statistics, Status
from trygghetskarta.domain.periods import Month
from trygghetskarta.domain.recodings import recodings_between
from trygghetskarta.domain.sources import CONTRACTS
from trygghetskarta.serialize.saying.comparisons import by_the_day, certainty, findings_said
from trygghetskarta.serialize.saying.footing import counted_by, dealt_by_share
from trygghetskarta.serialize.saying.harm import harm_sentences
from trygghetskarta.serialize.swedish import day_name, decimal, how_many, listed, month_name, span_name, whole


def sentences(published: Published, findings: Findings | None = None) -> list[str]:
    """Say what an answer says: how many, how that compares, and what to mind.

    Args:
        published: The answer.
        findings: What the statistics say of a comparison; None for another answer, or where they were not asked for.

    Returns:
        Whole sentences.
    """
    said = [_level(published), _change(published, findings), *(findings_said(published, findings) if findings is not None else [])]
    said += [_ledger(published), _withheld_by_source(published)]
    said += [_withheld(published), *deliveries_said(published)]
    said += [*dealt_by_share(published), *counted_by(published), _group(published), *_recoded(published)]
    # The first column of a series is its first period: nothing to say of the whole from.
    if published.question.measure is Measure.HARM and published.periods[0].span == published.question.span:
        said += harm_sentences(published)
    return [sentence for sentence in said if sentence]


def _noun(published: Published) -> tuple[str, str]:
    sources = published.question.sources
    return CONTRACTS[sources[0]].noun if len(sources) == 1 else ("händelse", "händelser")


def _total(published: Published, column: int) -> int | None:
    """Give the sum over the areas shown; None when any of them has no value."""
    if not (published.status[:, column] == Status.VALUE.number).all():
        return None
    return int(published.counts[:, column].sum())


def _where(published: Published) -> str:
    if len(published.areas) == 1:
        return published.areas[0].name
    return f"{whole(len(published.areas))} områden"


def _level(published: Published) -> str:
    span = published.question.span
    if len(published.periods) and published.periods[0].span == span:
        count = _total(published, 0)
        if count is not None:
            return f"{span_name(span).capitalize()}: {how_many(count, _noun(published))} i {_where(published)}."
    return ""


def _change(published: Published, findings: Findings | None) -> str:
    question = published.question
    if question.baseline is None or len(published.periods) != 2:
        return ""
    now, before = _total(published, 0), _total(published, 1)
    if now is None or before is None:
        return ""
    total = findings.total if findings is not None else None
    against = span_name(question.baseline)
    if not published.comparable:
        apart = f"Leveranserna täcker inte lika mycket av perioden som av {against}, så perioderna går inte att jämföra rakt av."
        return by_the_day(published, total) or apart
    sure = certainty(published, total) if question.statistics is Statistics.ALL else "; om ändringen är säkerställd prövas inte här"
    if now == before:
        return f"Det är lika många som {against}{sure if total is not None else ''}."
    percent = f" ({decimal(abs(100 * (now - before) / before))} procent)" if before else ""
    return f"Det är {whole(abs(now - before))} {'fler' if now > before else 'färre'} än {against}{percent}{sure}."


def _withheld_by_source(published: Published) -> str:
    """Say that counts are missing because the source does not tell them, or does not know them."""
    ledger = published.ledger
    said = []
    if ledger is not None and ledger.withheld:
        said.append(f"{whole(ledger.withheld)} antal är så små att källan inte lämnar ut dem")
    if ledger is not None and ledger.unknown:
        said.append(f"{whole(ledger.unknown)} antal saknas eller är okända i källan")
    return f"{' och '.join(said)}; de är inte med i siffrorna, som alltså är lägre än de verkliga." if said else ""


def _ledger(published: Published) -> str:
    ledger = published.ledger
    if ledger is None or ledger.placed == ledger.total:
        return ""
    rest = []
    if ledger.area_only:
        rest.append(f"{whole(ledger.area_only)} är bara kända till ett större område")
    if ledger.unplaced:
        rest.append(f"{whole(ledger.unplaced)} saknar plats")
    if ledger.outside:
        rest.append(f"{whole(ledger.outside)} ligger utanför staden")
    return f"Utöver de {whole(ledger.placed)} som kan räknas på nivån {published.question.level.swedish} finns fler: {listed(rest)}."


def _withheld(published: Published) -> str:
    if published.protected is None and published.ledger is None and (published.status == Status.WITHHELD.number).any():
        return "Siffrorna är skyddade: små antal i små områden kan peka ut enskilda, och värden att visa för alla är inte framtagna än."
    return ""


def deliveries_said(answer: Answered) -> list[str]:
    """Say which of the months asked for are preliminary, not known in full, or not delivered.

    Args:
        answer: Any answer.

    Returns:
        Whole sentences, and empty ones for what there is nothing to say of.
    """
    return [_provisional(answer), _incomplete(answer), _missing(answer)]


def _provisional(answer: Answered) -> str:
    months = sorted({month for coverage in answer.coverage for month in coverage.provisional})
    if not months:
        return ""
    if len(months) == 1:
        return f"Siffrorna för {month_name(months[0])} är preliminära."
    return f"Siffrorna för {len(months)} månader, från {month_name(months[0])}, är preliminära."


def _incomplete(answer: Answered) -> str:
    """Say how much is known of the months of which less than 98 per cent is: the least known of each source."""
    said = []
    for coverage in answer.coverage:
        known = [month for month in coverage.incomplete if month.provisional]
        if not known:
            continue
        least = min(known, key=lambda month: month.share or 0.0)
        more = f" Fler tillkommer för {len(known)} månader i perioden." if len(known) > 1 else ""
        said.append(
            f"{CONTRACTS[coverage.source].name}: ungefär {_per_cent(least.share)} procent av alla för {month_name(least.month)} beräknas vara kända "
            f"hittills (mellan {_per_cent(least.low)} och {_per_cent(least.high)}).{more}"
        )
    return " ".join(said)


def _per_cent(share: float | None) -> str:
    return whole(round(100 * (share or 0.0)))


def _missing(answer: Answered) -> str:
    said = []
    for coverage in answer.coverage:
        name = CONTRACTS[coverage.source].name
        if coverage.missing:
            said.append(f"{name} saknas för {_months(coverage.missing)}.")
        if coverage.partial:
            said.append(f"{name} saknas för delar av {_months(coverage.partial)}.")
    return " ".join(said)


def _group(published: Published) -> str:
    """Say what to mind in a group across the sources."""
    code = published.question.group
    return category_groups()[code].caution if code is not None else ""


def _recoded(published: Published) -> list[str]:
    """Say when what is counted changed between the periods set beside each other."""
    if len(published.periods) < 2:
        return []
    said = []
    for recoding in recodings_between(published.question, (period.span for period in published.periods)):
        when = f"den {day_name(recoding.first)}" if recoding.is_day else f"ändringen under {recoding.first.year}"
        said.append(f"Siffror från före och efter {when} går inte att jämföra rakt av. {recoding.what}")
    return said


def _months(months: tuple[Month, ...]) -> str:
    return month_name(months[0]) if len(months) == 1 else f"{len(months)} månader, från {month_name(months[0])}"
