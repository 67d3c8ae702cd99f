"""A table as JSON-stat 2.0, with what the clients of PxWeb look for in its extensions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from trygghetskarta.domain.sources import CONTRACTS
from trygghetskarta.domain.tables.layout import CONTENTS, REGION, TIME, Codelist, Content, Group, Language, Table, Text, Variable
from trygghetskarta.domain.tables.selecting import Chosen
from trygghetskarta.serialize.jsonstat import Dataset, Dimension, write_dataset
from trygghetskarta.serialize.tables.cells import MEANINGS, SYMBOLS, Filled
from trygghetskarta.serialize.tables.notes import ledgers_told, notes_of_table, plain_notes

_ROLES = {REGION: "geo", TIME: "time", CONTENTS: "metric"}
_HEADING = (CONTENTS, TIME)

Address = Callable[[Codelist], str]
"""Gives the address of a codelist."""


def metadata(table: Table, language: Language, address: Address) -> bytes:
    """Tell of a table all that is needed to choose of it: its variables, their values and codelists.

    Args:
        table: The table.
        language: The language of its texts.
        address: Gives the address of a codelist.

    Returns:
        A dataset without values.
    """
    dimensions = tuple(
        _dimension(variable, variable.groups(), language, _choosing(variable, language, address)) for variable in table.variables
    )
    stub = [variable.code for variable in table.variables if variable.code not in _HEADING]
    return write_dataset(_dataset(table, language, dimensions, (stub, list(_HEADING))))


def dataset(filled: Filled) -> bytes:
    """Write what was chosen of a table.

    Args:
        filled: What was chosen, with its figures.

    Returns:
        The dataset. A value that there is none of is null; its status is the symbol that a PX file has, which `extension.status.label` explains.
    """
    language = filled.language
    dimensions = tuple(_dimension(chosen.variable, chosen.groups, language, {"show": "value"}) for chosen in filled.layout.shown)
    sides = _codes(filled.layout.stub), _codes(filled.layout.heading)
    return write_dataset(_dataset(filled.table, language, dimensions, sides, filled))


def _codes(side: tuple[Chosen, ...]) -> list[str]:
    return [chosen.variable.code for chosen in side]


def _dataset(
    table: Table,
    language: Language,
    dimensions: tuple[Dimension, ...],
    sides: tuple[list[str], list[str]],
    filled: Filled | None = None,
) -> Dataset:
    """Make a dataset; with nothing chosen it tells of its dimensions alone."""
    contract = CONTRACTS[table.source]
    name = language.of((contract.name, contract.name_en))
    months = table.variables[-1].values
    shown = next((dimension.categories for dimension in dimensions if dimension.name == CONTENTS), {})
    return Dataset(
        label=language.of(table.title) if filled is None else filled.title,
        source=name,
        updated=table.changed_at,
        dimensions=dimensions,
        values=filled.figures.listed() if filled is not None else None,
        status=filled.figures.symbols() if filled is not None else {},
        notes=notes_of_table(table, language) if filled is None else plain_notes(filled),
        extension={
            "noteMandatory": {"0": True},
            "px": {
                "tableid": table.source.value,
                "matrix": table.source.value,
                "decimals": max((Content(code).decimals for code in shown), default=0),
                "aggregallowed": False,
                "official-statistics": False,
                "copyright": False,
                "language": language.value,
                "contents": name,
                "subject-code": table.source.value,
                "subject-area": name,
                "stub": sides[0],
                "heading": sides[1],
            },
            "firstPeriod": months[0].code,
            "lastPeriod": months[-1].code,
            "discontinued": False,
            **({} if filled is None else {"ledger": ledgers_told(filled)}),
        },
        meanings={SYMBOLS[status]: meaning for status, meaning in MEANINGS.items()},
    )


def _dimension(variable: Variable, groups: tuple[Group, ...], language: Language, extension: Mapping[str, Any]) -> Dimension:
    codes = {group.value.code for group in groups}
    below = {code: [inside for inside in below if inside in codes] for code, below in variable.below.items() if code in codes}
    return Dimension(
        name=variable.code,
        label=language.of(variable.text),
        categories={group.value.code: language.of(group.value.text) for group in groups},
        role=_ROLES.get(variable.code),
        units=_units(groups, language) if variable.code == CONTENTS else {},
        below={code: inside for code, inside in below.items() if inside},
        notes={group.value.code: [language.of(group.value.note)] for group in groups if group.value.note is not None},
        extension=extension,
    )


def _units(groups: tuple[Group, ...], language: Language) -> dict[str, dict[str, Any]]:
    return {
        group.value.code: {"base": language.of(unit_of(Content(group.value.code))), "decimals": Content(group.value.code).shown_decimals}
        for group in groups
    }


def unit_of(content: Content) -> Text:
    """Name the unit of a content."""
    return ("antal", "number") if content is Content.COUNT else ("per 1 000 invånare och år", "per 1 000 residents and year")


def _choosing(variable: Variable, language: Language, address: Address) -> dict[str, Any]:
    """Tell how values of a variable may be chosen, and what it is when none is."""
    told: dict[str, Any] = {"elimination": variable.eliminated_by is not None, "show": "code" if variable.code == TIME else "value"}
    if variable.eliminated_by is not None:
        told["eliminationValueCode"] = variable.eliminated_by
    lists = [_named(codelist, language, address) for codelist in variable.codelists]
    # The specification has named them in both ways.
    return {**told, "codelists": lists, "codeLists": lists}


def _named(codelist: Codelist, language: Language, address: Address) -> dict[str, Any]:
    return {
        "id": codelist.code,
        "label": language.of(codelist.text),
        "type": kind_of(codelist),
        "links": [{"rel": "metadata", "hreflang": language.value, "href": address(codelist)}],
    }


def kind_of(codelist: Codelist) -> str:
    """Name the kind of a codelist as PxWeb does."""
    return "Aggregation" if codelist.sums else "Valueset"
