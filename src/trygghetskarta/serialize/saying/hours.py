"""Sentences about when in the week events happen."""

from __future__ import annotations

from trygghetskarta.analysis.hours import peak
from trygghetskarta.domain.answers import Hours, HourTable, PublishedAnswer
from trygghetskarta.domain.sources import CONTRACTS
from trygghetskarta.serialize.saying.footing import counted_by
from trygghetskarta.serialize.swedish import day_name, decimal, hours_of_week, how_many, span_name, whole


def sentences(published: PublishedAnswer[Hours]) -> list[str]:
    """Say how many events have a known time, when they are densest and how sure that is, and what to mind.

    Args:
        published: The answer.

    Returns:
        Whole sentences.
    """
    question, table = published.question, published.content.span
    noun = CONTRACTS[question.sources[0]].noun if len(question.sources) == 1 else ("händelse", "händelser")
    timed = round(float(table.expected.sum()))
    said = [f"{span_name(question.span).capitalize()}: klockslaget är känt för {how_many(timed, noun)}."]
    said += [_dense(table), _spread(table, timed), _untimed(table), _estimated(published), *counted_by(published)]
    return [sentence for sentence in said if sentence]


def _dense(table: HourTable) -> str:
    found = peak(table)
    if found is None:
        return ""
    if not found.certain:
        return "Händelserna är för få eller för jämnt fördelade för att det ska gå att avgöra när i veckan de är tätast."
    share, even = decimal(100 * found.share), decimal(100 * found.even)
    when = hours_of_week(found.first, 3)
    return f"Tätast är det {when}: där ligger {share} procent av händelserna, mot {even} om de var jämnt fördelade."


def _spread(table: HourTable, timed: int) -> str:
    if not table.spread:
        return ""
    known = "är bara känd" if table.spread == 1 else "är bara kända"
    return f"{whole(table.spread)} av {whole(timed)} {known} till ett tidsrum över flera timmar och fördelas över timmarna i det."


def _untimed(table: HourTable) -> str:
    if not table.untimed:
        return ""
    return f"För {whole(table.untimed)} till är klockslaget inte känt; de är inte med i tabellen."


def _estimated(published: PublishedAnswer[Hours]) -> str:
    table = published.content.span
    if not table.estimated:
        return ""
    total = round(float(table.expected.sum())) + table.untimed
    dealt = "är fördelad" if table.estimated == 1 else "är fördelade"
    return (
        f"{whole(table.estimated)} av alla {whole(total)} {dealt} efter andelar av marken, ur områden som är delade i indelningen från "
        f"{day_name(published.provenance.edition)}: vilka av händelserna där som hör hit, och när de skedde, är en skattning."
    )
