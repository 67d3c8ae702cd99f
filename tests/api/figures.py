"""Every number that a report prints, and whether the API's answers have it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache

import httpx
import orjson
import pytest

from trygghetskarta.reports.asking import pointed
from trygghetskarta.reports.document import (
    Block,
    Cell,
    Chart,
    Column,
    Facts,
    Kind,
    MapPicture,
    Notice,
    Origin,
    Paragraph,
    Prompts,
    Report,
    Table,
    cells,
)

NO_FIGURES = {
    "Metoder": "how figures are made, in words that are the same in every report",
    "Förbehåll": "what a source can bear, in words that are the same in every report",
    "Ord i rapporten": "the glossary",
    "Vad som ingår": "the titles and the months of the reports that a joint one is made of",
    "Indelning": "the name of the division, and its first day, which every question of the report has",
    "Kända till och med": "the day that every question of the report has",
    "Publicering": "the number of the publication: where no source has delivered the months there is no answer to tell it",
    "Antal basområden": "how many areas lie in this one: they are listed, not counted, by /v1/areas",
    "missing": "months, not figures",
    "provisional": "months, not figures",
}
"""Facts, tables and columns whose digits are no figures of an answer, and why."""
_MONTHS = "januari|februari|mars|april|maj|juni|juli|augusti|september|oktober|november|december"
_NO_FIGURE = re.compile(
    rf"(?:\d{{1,2}} )?(?:{_MONTHS}) \d{{4}}|\b(?:19|20)\d\d(?:-\d\d)?\b"  # days, months and years
    r"|\S*/v1/\S+"  # addresses
    r"|95 procents|95 % säkerhet|per 1[\u00a0 ]000|per 100[\u00a0 ]000|65 år|Plats 1 har|är 0 står|och 0 är området"  # the same words in every report
    r"|och 12 månader|de \d+ ämnen|För \d+ (?:annat|andra) ämne"  # how many rows the report's own tables have
    r"|leveransen för \d+ månad",  # months, not figures: how many of a list
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\d+(?:\u00a0\d{3})*(?:,\d+)?")


class Answers:
    """What the service answers, each question asked once."""

    def __init__(self, client: httpx.Client) -> None:
        self.client = client
        self.answer = cache(self._answer)

    def _answer(self, question: str) -> Mapping[str, object] | None:
        asked = self.client.get(question)
        answer: Mapping[str, object] | None = orjson.loads(asked.content) if asked.status_code == 200 else None
        return answer

    def at(self, origin: Origin) -> object:
        there: object = pointed(self.answer(origin.question), origin.at)
        return there

    def said(self, question: str) -> str:
        """Give all that an answer says in words."""
        answer = self.answer(question)
        sentences, calendar = (pointed(answer, pointer) or () for pointer in ("/sentences", "/calendar"))
        return " ".join([*sentences, *(str(entry["text"]) for entry in calendar)])


def differing(client: httpx.Client, found: Report) -> tuple[int, list[str]]:
    """Follow every number that a report prints, and give how many are followed and which the API's answers do not have."""
    answers = Answers(client)
    followed = [(cell, cell.origin) for cell in cells(found) if cell.origin is not None]
    wrong = [f"{cell.text!r} ({cell.value}) is {answers.at(at)} at {at}" for cell, at in followed if not same(cell, at, answers.at(at))]
    wrong += [f"{end} is not at {at}" for end, at in _ends(found) if at is None or end != pytest.approx(answers.at(at), rel=1e-12)]
    known = {number for cell, _ in followed for number in numbers(cell.text)}
    said = {number for question in _questions(found) for number in numbers(answers.said(question))}
    for chapter in found.chapters:
        for block in chapter.blocks:
            wrong += [f"{text!r} has no origin" for text in _without_origin(block)]
            wrong += [f"{number} of {text!r} is no figure" for text in _texts(block) for number in numbers(text) - known - said]
    return len(followed), wrong


def same(cell: Cell, origin: Origin, there: object) -> bool:
    if cell.value is None:
        return there is None or cell.status.value != "value"
    if isinstance(there, int | float):
        return cell.value == pytest.approx(there * origin.times, rel=1e-12)
    return bool(cell.value == there)


def numbers(text: str) -> set[str]:
    """Give the numbers of a text that may be figures, without their signs."""
    return set(_NUMBER.findall(_NO_FIGURE.sub(" ", text)))


def _ends(report: Report) -> Iterator[tuple[float, Origin | None]]:
    """Give the ends of the intervals that are drawn."""
    for chapter in report.chapters:
        for block in chapter.blocks:
            for series in block.series if isinstance(block, Chart) else ():
                for point in series.points:
                    ends = [end for end in (point.low, point.high) if end is not None]
                    yield from zip(ends, point.ends or [None] * len(ends), strict=True)


def _questions(report: Report) -> set[str]:
    blocks = [block for chapter in report.chapters for block in chapter.blocks]
    return {block.question for block in blocks if isinstance(block, Paragraph | Chart) and block.question}


def _without_origin(block: Block) -> Iterator[str]:
    """Give what is printed with a digit, tells no origin, and is of no kind that has none."""
    for label, cell in _labelled(block):
        tells = cell.origin is not None or cell.parts
        if not tells and label not in NO_FIGURES and (isinstance(cell.value, int | float) or re.search(r"\d", cell.text)):
            yield f"{label}: {cell.text}"


def _labelled(block: Block) -> Iterator[tuple[str, Cell]]:
    """Give the cells of a block with what names their kind; without names of rows and of what is drawn, which are no figures."""
    match block:
        case Facts():
            yield from ((block.caption if block.caption in NO_FIGURES else fact.label, fact.cell) for fact in block.rows)
        case Table():
            of = {number: _kind(block, column) for number, column in enumerate(block.columns) if number}
            yield from ((kind, row.cells[number]) for row in block.rows for number, kind in of.items())
        case MapPicture():
            yield from ((area.name, area.cell) for area in block.areas)
        case Chart():
            yield from ((point.label, point.cell) for series in block.series for point in series.points)
        case _:
            return


def _kind(table: Table, column: Column) -> str:
    return column.key if table.caption not in NO_FIGURES else table.caption


def _texts(block: Block) -> Iterator[str]:
    """Give the running text of a block."""
    match block:
        case Paragraph() | Notice():
            yield block.text
        case Prompts():
            yield from block.items
        case Facts():
            yield from (fact.label for fact in block.rows if block.caption not in NO_FIGURES)
        case Table():
            yield from (block.caption, block.note, *(column.title for column in block.columns))
        case MapPicture():
            yield from (block.caption, block.alt, block.note, *block.legend)
        case Chart():
            yield from (block.caption, block.alt, block.note, *(mark.text for mark in block.marks))
        case _:
            return


def per_people(report: Report) -> Iterator[tuple[float, float]]:
    """Give what each figure per 100 000 is multiplied by, beside what the inhabitants that its table tells give."""
    for chapter in report.chapters:
        for block in chapter.blocks:
            if isinstance(block, Table) and any(column.key.endswith("Per100000") for column in block.columns):
                rates = [number for number, column in enumerate(block.columns) if column.kind is Kind.RATE]
                # In December both spans are the same months, and their inhabitants are told once.
                told = block.noted * (len(rates) // (len(block.noted) or 1))
                for row in block.rows:
                    for number, people in zip(rates, told, strict=True):
                        at = row.cells[number].origin
                        if at is not None and row.cells[number].value is not None and isinstance(people.value, int | float):
                            yield at.times, 100_000 / people.value
