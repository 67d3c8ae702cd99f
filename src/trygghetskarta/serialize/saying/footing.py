"""Sentences on what the figures stand on: how many are dealt by share, and by which date they are counted."""

from __future__ import annotations

from trygghetskarta.domain.answers import Answered
from trygghetskarta.domain.counts import Ledger, Published, SourceCoverage, Status
from trygghetskarta.domain.sources import CONTRACTS, CountsBy
from trygghetskarta.serialize.swedish import day_name, decimal, how_many, listed, span_name, whole

_EVENTS = ("händelse", "händelser")
_FEW_AREAS = 3
"""So many areas are named, one by one."""
_BY = {CountsBy.HAPPENED: "den månad de hände", CountsBy.REPORTED: "den månad de anmäldes"}
_LACKS = {CountsBy.HAPPENED: "när de hände", CountsBy.REPORTED: "när de anmäldes"}


def dealt_by_share(published: Published) -> list[str]:
    """Say how many of the events shown are dealt to the areas by share, of each period of which some are.

    Args:
        published: The answer.

    Returns:
        One sentence per period of a comparison, one for all periods of a series; none where nothing is dealt.
    """
    if published.estimated is None:
        return []
    shown = published.status == Status.VALUE.number
    columns = [[0], [1]] if published.question.baseline is not None and shown.shape[1] == 2 else [list(range(shown.shape[1]))]
    said = []
    for column in columns:
        estimated, total = int(published.estimated[:, column].sum()), int(published.counts[:, column][shown[:, column]].sum())
        if not estimated:
            continue
        when = f"{span_name(published.periods[1].span).capitalize()}: " if column == [1] else ""
        said.append(
            f"{when}{whole(estimated)} av {how_many(total, _EVENTS)} ({_percent(estimated, total)}) "
            f"{'är fördelad' if estimated == 1 else 'är fördelade'} efter andelar av marken, eftersom källan bara anger ett område som är delat i "
            f"indelningen från {day_name(published.provenance.edition)}; det är en skattning{_of_which(published, column)}."
        )
    return said


def _percent(part: int, whole: int) -> str:
    share = 100 * part / whole
    return f"{'mindre än 0,1' if share < 0.1 else decimal(share)} procent"


def _of_which(published: Published, column: list[int]) -> str:
    """Name the areas that the estimate is about, or the one it weighs most in; nothing where the answer is about one area."""
    if published.estimated is None or len(published.areas) == 1:
        return ""
    estimated, counts = (table[:, column].sum(axis=1) for table in (published.estimated, published.counts))
    which = [number for number in range(len(published.areas)) if estimated[number]]
    if len(which) <= _FEW_AREAS:
        return f" som gäller {listed([published.areas[number].name for number in which])}"
    most = max(which, key=lambda number: estimated[number] / counts[number])
    share = _percent(int(estimated[most]), int(counts[most]))
    return f" som gäller {len(which)} områden, mest {published.areas[most].name} ({share})"


def counted_by(answer: Answered) -> list[str]:
    """Say by which date the events are counted, when that is not the source's own, and what that means for the months.

    Args:
        answer: The answer.

    Returns:
        Sentences; none where every source is counted by its own date.
    """
    said = []
    for coverage in answer.coverage:
        if coverage.otherwise is not None:
            said += _dated(coverage, coverage.otherwise, answer.ledger)
    return said


def _dated(coverage: SourceCoverage, by: CountsBy, ledger: Ledger | None) -> list[str]:
    contract = CONTRACTS[coverage.source]
    said = [f"{contract.name} är här räknade {_BY[by]}, inte {_BY[contract.counts_by]} som annars."]
    if by is CountsBy.HAPPENED:
        said.append(
            "En månad är hel först när tolv månader till har levererats, eftersom det som händer kan anmälas långt senare; till dess är siffrorna "
            "preliminära."
        )
    else:
        said.append(
            "Det som hände före den första levererade månaden och anmäldes senare är inte med; de tolv första månaderna räknas därför som "
            "ofullständiga."
        )
    if ledger is not None and ledger.undated:
        rader = "1 händelse anger" if ledger.undated == 1 else f"{whole(ledger.undated)} händelser anger"
        said.append(f"{rader} inte {_LACKS[by]} och är inte med i siffrorna.")
    return said
