"""What a reader must mind of the figures of a table."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.counts import Ledger
from trygghetskarta.domain.periods import Month, Span
from trygghetskarta.domain.recodings import Recoding, recodings
from trygghetskarta.domain.tables.layout import ALL_CATEGORIES, CATEGORY, TIME, Language, Table, Text
from trygghetskarta.serialize.tables.cells import MEANINGS, SYMBOLS, Filled


def notes_of(filled: Filled) -> tuple[str, ...]:
    """Give the table's notes, the ledgers, the notes of the values shown, and what the symbols mean."""
    return (
        *plain_notes(filled),
        *_of_values(filled),
        *(f"{SYMBOLS[status]} = {filled.language.of(text)}" for status, text in MEANINGS.items()),
    )


def plain_notes(filled: Filled) -> tuple[str, ...]:
    """Give those of them that are of the figures as a whole: the table's, the breaks in what is counted, and the ledgers."""
    table, shown = filled.table, {chosen.variable.code: chosen.groups for chosen in filled.layout.shown}
    codes = [member for group in shown.get(CATEGORY, ()) for member in group.members if member != ALL_CATEGORIES]
    breaks = _breaks(table, table.months_of(shown[TIME]), lambda recoding: recoding.touches(codes))
    protected = [_protected(filled.margin)] if filled.margin is not None else []
    texts = (*protected, *table.notes, *breaks, *(_ledger(level, ledger) for level, ledger in filled.ledgers.items()))
    return tuple(filled.language.of(text) for text in texts)


def notes_of_table(table: Table, language: Language) -> tuple[str, ...]:
    """Give the notes of a table before anything is chosen of it: its own, and every break in what is counted."""
    return tuple(language.of(text) for text in (*table.notes, *_breaks(table, table.months, lambda _: True)))


def _breaks(table: Table, months: Sequence[Month], concerns: Callable[[Recoding], bool]) -> Iterator[Text]:
    """Tell of the changes of what is counted that some of the months lie before and some after."""
    span = Span(months[0], months[-1])
    for recoding in recodings():
        if recoding.source is table.source and recoding.divides((span,)) and concerns(recoding):
            when = str(recoding.first) if recoding.is_day else str(recoding.first.year)
            yield f"Brott i serien {when}: {recoding.what}", f"Break in the series {when}: {recoding.what_en}"


def ledgers_told(filled: Filled) -> list[dict[str, Any]]:
    """Give the ledgers by the names they have in every answer; None where one may not be told."""
    return [{"level": level.value, **_named(ledger)} for level, ledger in filled.ledgers.items()]


def _named(ledger: Ledger | None) -> dict[str, Any]:
    names = {"placed": "placed", "areaOnly": "area_only", "unplaced": "unplaced", "outside": "outside", "withheldBySource": "withheld"}
    names |= {"estimated": "estimated", "total": "total"}
    return {"withheld": ledger is None} | {name: None if ledger is None else getattr(ledger, part) for name, part in names.items()}


def _protected(margin: int) -> Text:
    return (
        "Siffrorna är skyddade värden: varje antal är ändrat lite på måfå, så att små antal inte pekar ut någon. "
        f"I 95 fall av 100 är ett antal högst {margin} från det exakta.",
        "The figures are protected values: each count is changed a little at random, so that small counts point at nobody. "
        f"In 95 cases of 100 a count is at most {margin} from the exact one.",
    )


def _ledger(level: AreaLevel, ledger: Ledger | None) -> Text:
    name = level.swedish
    if ledger is None:
        return f"Avstämning, {name}: skyddad.", f"Ledger, {name}: withheld."
    parts = (ledger.placed, ledger.area_only, ledger.unplaced, ledger.outside, ledger.total)
    swedish = f"Avstämning, {name}: {parts[0]} placerade + {parts[1]} bara i större område + {parts[2]} utan plats + {parts[3]} utanför = {parts[4]}."
    english = f"Ledger, {name}: {parts[0]} placed + {parts[1]} in a larger area only + {parts[2]} without a place + {parts[3]} outside = {parts[4]}."
    if ledger.estimated:
        swedish += f" Av de placerade är {ledger.estimated} fördelade efter andel."
        english += f" Of those placed {ledger.estimated} are dealt by share."
    if ledger.withheld:
        swedish += f" Källan undanhåller {ledger.withheld} antal."
        english += f" The source withholds {ledger.withheld} counts."
    return swedish, english


def _of_values(filled: Filled) -> list[str]:
    """Give each note of values once, after the names of the values that have it."""
    language = filled.language
    said: dict[str, list[str]] = {}
    for chosen in filled.layout.shown:
        for value in (group.value for group in chosen.groups):
            if value.note is not None:
                said.setdefault(language.of(value.note), []).append(language.of(value.text))
    return [f"{', '.join(names)}: {note}" for note, names in said.items()]
