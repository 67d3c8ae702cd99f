"""The cells of what was chosen of a table, put together from released answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.counts import Ledger, Published, Status
from trygghetskarta.domain.sources import CONTRACTS
from trygghetskarta.domain.tables.layout import Content, Language, Table, Text
from trygghetskarta.domain.tables.selecting import Chosen, Selection
from trygghetskarta.serialize.figures import rates_of

SYMBOLS: Mapping[Status, str] = {Status.NOT_APPLICABLE: ".", Status.WITHHELD: "..", Status.MISSING: "..."}
"""What stands in the place of a value that there is none of, as PX files have it."""

MEANINGS: Mapping[Status, Text] = {
    Status.NOT_APPLICABLE: ("Ej tillämpligt: det finns inget värde att räkna fram.", "Not applicable: there is no value to work out."),
    Status.WITHHELD: ("Skyddat: visas inte för den som frågat.", "Withheld from whoever asked."),
    Status.MISSING: ("Saknas: ingenting är levererat.", "Missing: nothing is delivered."),
}

_RATES = (Content.RATE, Content.RATE_LOW, Content.RATE_HIGH)


@dataclass(frozen=True, slots=True)
class Layout:
    """Which variables lie along which side when cells are laid out.

    Attributes:
        stub: Down the left side.
        heading: Along the top.
    """

    stub: tuple[Chosen, ...]
    heading: tuple[Chosen, ...]

    @property
    def shown(self) -> tuple[Chosen, ...]:
        """All of them, in the order of the cells."""
        return (*self.stub, *self.heading)


@dataclass(frozen=True, slots=True)
class Figures:
    """The cells, one for each combination of what was chosen of the variables shown.

    Attributes:
        values: NaN where there is none; the last variable of the layout varies fastest.
        status: Why there is none, as the number of a Status.
        decimals: How many decimals each value is told with, as for `values`.
    """

    values: npt.NDArray[np.float64]
    status: npt.NDArray[np.int8]
    decimals: npt.NDArray[np.int8]

    def listed(self) -> list[int | float | None]:
        """Give the values: whole numbers as such, and None where there is none."""
        known = self.status == Status.VALUE.number
        pairs = zip(self.values.tolist(), known.tolist(), (self.decimals == 0).tolist(), strict=True)
        return [(int(value) if whole else value) if is_known else None for value, is_known, whole in pairs]

    def symbols(self) -> dict[int, str]:
        """Give what stands in the place of each value that there is none of, by its place."""
        at = np.flatnonzero(self.status != Status.VALUE.number)
        named = [SYMBOLS.get(status, "") for status in Status]
        return {place: named[number] for place, number in zip(at.tolist(), self.status[at].tolist(), strict=True)}


@dataclass(frozen=True, slots=True)
class Filled:
    """What was chosen of a table, with its figures: what every format writes.

    Attributes:
        table: The table.
        layout: The variables shown.
        figures: The cells, in the order of the layout.
        ledgers: Where the events went, by the levels chosen; None where that may not be told.
        language: The language of its texts.
    """

    table: Table
    layout: Layout
    figures: Figures
    ledgers: Mapping[AreaLevel, Ledger | None]
    language: Language

    @property
    def title(self) -> str:
        """What it is called: the source, and the variables shown."""
        contract = CONTRACTS[self.table.source]
        names = [self.language.of(chosen.variable.text) for chosen in self.layout.shown]
        by, last = self.language.of(("efter", "by")), self.language.of((" och ", " and "))
        return f"{self.language.of((contract.name, contract.name_en))} {by} {last.join([', '.join(names[:-1]), names[-1]])}"


def fill(selection: Selection, parts: Iterable[tuple[tuple[Mapping[str, int], int], Published]]) -> Figures:
    """Put released answers together.

    Args:
        selection: What was chosen of a table.
        parts: For each answer the place of its areas among the regions chosen, by code, its place among the categories chosen, and the answer;
            its periods are the months chosen.

    Returns:
        The cells in the order of the table's variables.
    """
    contents = [Content(group.value.code) for group in selection[2].groups]
    shape = tuple(len(chosen.groups) for chosen in selection)
    values, status = np.full(shape, np.nan), np.full(shape, Status.MISSING.number, np.int8)
    for (place_of, category), published in parts:
        regions = [place_of[area.code] for area in published.areas]
        told = _told(published, contents)
        for at, (figures, why) in enumerate(told):
            values[regions, category, at], status[regions, category, at] = figures, why
    decimals = np.broadcast_to(np.array([content.decimals for content in contents], np.int8)[None, None, :, None], shape)
    return Figures(values.ravel(), status.ravel(), decimals.ravel())


def add_ledgers(answers: Iterable[Published]) -> dict[AreaLevel, Ledger | None]:
    """Add up the ledgers of released answers by their level; None where one of them may not be told."""
    by_level: dict[AreaLevel, list[Ledger | None]] = {}
    for published in answers:
        by_level.setdefault(published.question.level, []).append(published.ledger)
    return {
        level: _added([ledger for ledger in ledgers if ledger is not None]) if None not in ledgers else None
        for level, ledgers in by_level.items()
    }


def _added(ledgers: list[Ledger]) -> Ledger:
    return Ledger(**{name.name: sum(getattr(ledger, name.name) for ledger in ledgers) for name in fields(Ledger)})


def _told(published: Published, contents: list[Content]) -> list[tuple[npt.NDArray[np.float64], npt.NDArray[np.int8]]]:
    """Give each content of an answer with its status, both of shape (areas, periods)."""
    known = published.status == Status.VALUE.number
    exact = rates_of(published)
    rates = None if exact is None else np.round(exact, 4)
    told = []
    for content in contents:
        if content is Content.COUNT:
            told.append((np.where(known, published.counts, np.nan), published.status))
            continue
        rate = np.full(known.shape, np.nan) if rates is None else np.where(known, rates[:, :, _RATES.index(content)], np.nan)
        lacks = known & np.isnan(rate)
        told.append((rate, np.where(lacks, Status.NOT_APPLICABLE.number, published.status).astype(np.int8)))
    return told


def laid_out(figures: Figures, selection: Selection, layout: Layout) -> Figures:
    """Put cells in the order of a layout; a variable that is not shown has one value, so nothing is lost with it."""
    shape = tuple(len(chosen.groups) for chosen in selection)
    codes = [chosen.variable.code for chosen in selection]
    shown = [codes.index(chosen.variable.code) for chosen in layout.shown]
    order = [*shown, *(at for at in range(len(codes)) if at not in shown)]
    return Figures(
        figures.values.reshape(shape).transpose(order).ravel(),
        figures.status.reshape(shape).transpose(order).ravel(),
        figures.decimals.reshape(shape).transpose(order).ravel(),
    )
