"""The database of tables as the clients of PxWeb read it: what it can, the list of its tables, a table, a codelist."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from trygghetskarta import __version__
from trygghetskarta.domain.sources import CONTRACTS
from trygghetskarta.domain.tables.layout import Codelist, Group, Language, Table
from trygghetskarta.domain.tables.selecting import MOST_CELLS, Choice
from trygghetskarta.serialize.tables.jsonstat import kind_of
from trygghetskarta.serialize.tables.writing import TableFormat

_API_VERSION = "2.2.0"
_MOST_CALLS, _SECONDS = 30, 1
_TERMS = "Villkoren ges av den som driver tjänsten. / The terms are those of whoever runs the service."
_NAMES = {Language.SWEDISH: "Svenska", Language.ENGLISH: "English"}


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the parts of the database are.

    Attributes:
        root: The path of the database.
        language: The language that links lead to.
    """

    root: str
    language: Language

    def table(self, table: Table, part: str = "", language: Language | None = None) -> str:
        """Give the address of a table, or of a part of it."""
        return f"{self.root}/tables/{table.source.value}{part}?lang={(language or self.language).value}"

    def codelist(self, codelist: Codelist, language: Language | None = None) -> str:
        """Give the address of a codelist."""
        return f"{self.root}/codelists/{codelist.code}?lang={(language or self.language).value}"

    def link(self, rel: str, href: str, language: Language | None = None) -> dict[str, str]:
        """Give a link."""
        return {"rel": rel, "hreflang": (language or self.language).value, "href": href}


def config() -> dict[str, Any]:
    """Tell what the database can, and what a client should keep to."""
    return {
        "apiVersion": _API_VERSION,
        "appVersion": __version__,
        "languages": [{"id": language.value, "label": name} for language, name in _NAMES.items()],
        "defaultLanguage": Language.SWEDISH.value,
        "maxDataCells": MOST_CELLS,
        "maxCallsPerTimeWindow": _MOST_CALLS,
        "timeWindow": _SECONDS,
        "license": _TERMS,
        "sourceReferences": [
            {"language": Language.SWEDISH.value, "text": "Källa: trygghetskarta"},
            {"language": Language.ENGLISH.value, "text": "Source: trygghetskarta"},
        ],
        "defaultDataFormat": TableFormat.JSONSTAT.value,
        "dataFormats": [form.value for form in TableFormat],
        "features": [],
    }


def table_item(table: Table, addresses: Addresses) -> dict[str, Any]:
    """Tell of a table in a list."""
    contract, language = CONTRACTS[table.source], addresses.language
    name = language.of((contract.name, contract.name_en))
    other = next(each for each in Language if each is not language)
    months = table.variables[-1].values
    return {
        "type": "Table",
        "id": table.source.value,
        "label": language.of(table.title),
        "description": language.of((contract.description, contract.description_en)),
        "sortCode": f"{contract.source.number:02d}",
        "updated": table.changed_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "firstPeriod": months[0].code,
        "lastPeriod": months[-1].code,
        "category": "public",
        "variableNames": [language.of(variable.text) for variable in table.variables],
        "discontinued": False,
        "source": name,
        "subjectCode": table.source.value,
        "timeUnit": "Monthly",
        "paths": [[{"id": table.source.value, "label": name}]],
        "links": [
            addresses.link("self", addresses.table(table)),
            addresses.link("alternate", addresses.table(table, language=other), other),
            addresses.link("metadata", addresses.table(table, "/metadata")),
            addresses.link("data", addresses.table(table, "/data")),
        ],
    }


def table_list(tables: Sequence[Table], page: tuple[int, int], addresses: Addresses) -> dict[str, Any]:
    """Give a page of tables.

    Args:
        tables: All that were asked for.
        page: The number of the page, from 1, and how many tables one holds.
        addresses: Where the parts of the database are.

    Returns:
        The page, with how many there are in all.
    """
    number, size = page
    return {
        "language": addresses.language.value,
        "tables": [table_item(table, addresses) for table in tables[(number - 1) * size : number * size]],
        "page": {
            "pageNumber": number,
            "pageSize": size,
            "totalElements": len(tables),
            "totalPages": max(1, -(-len(tables) // size)),
        },
        "links": [addresses.link("self", f"{addresses.root}/tables?lang={addresses.language.value}&pageNumber={number}&pageSize={size}")],
    }


def codelist_told(codelist: Codelist, addresses: Addresses) -> dict[str, Any]:
    """Tell of a codelist: its values, and which of its variable's values each holds."""
    language = addresses.language
    return {
        "id": codelist.code,
        "label": language.of(codelist.text),
        "language": language.value,
        "languages": [each.value for each in Language],
        "elimination": False,
        "type": kind_of(codelist),
        "values": [_group(group, language) for group in codelist.groups],
        "links": [
            addresses.link("self" if each is language else "alternate", addresses.codelist(codelist, each), each) for each in Language
        ],
    }


def _group(group: Group, language: Language) -> dict[str, Any]:
    told: dict[str, Any] = {"code": group.value.code, "label": language.of(group.value.text), "valueMap": list(group.members)}
    return told if group.value.note is None else {**told, "notes": [{"mandatory": True, "text": language.of(group.value.note)}]}


def selection_told(table: Table, choices: Sequence[Choice], addresses: Addresses) -> dict[str, Any]:
    """Tell what was chosen, as it is written in a question."""
    return {
        "selection": [
            {"variableCode": choice.variable, "valueCodes": list(choice.codes), "codelist": choice.codelist} for choice in choices
        ],
        "placement": {"heading": ["ContentsCode", "Tid"], "stub": ["Region", "Kategori"]},
        "language": addresses.language.value,
        "links": [addresses.link("self", addresses.table(table, "/defaultselection"))],
    }
