"""Sentences about events by hexagon."""

from __future__ import annotations

from trygghetskarta.domain.answers import Hexagons, PublishedAnswer
from trygghetskarta.domain.sources import CONTRACTS
from trygghetskarta.serialize.saying.footing import counted_by
from trygghetskarta.serialize.swedish import how_many, span_name, whole


def sentences(published: PublishedAnswer[Hexagons]) -> list[str]:
    """Say how many events are in how many hexagons, and how many are in none.

    Args:
        published: The answer.

    Returns:
        Whole sentences.
    """
    question, found = published.question, published.content
    noun = CONTRACTS[question.sources[0]].noun if len(question.sources) == 1 else ("händelse", "händelser")
    held = int((found.counts[:, 0] > 0).sum())
    events = how_many(int(found.counts[:, 0].sum()), noun)
    said = [f"{span_name(question.span).capitalize()}: {events} i {how_many(held, ('ruta', 'rutor'))}."]
    without = int(found.without_point[0])
    if without:
        said.append(f"{whole(without)} till är bara kända till ett område och är inte med i någon ruta.")
    if len(found.without_point) > 1 and found.without_point[1]:
        before, noted = int(found.without_point[1]), int(found.counts[:, 1].sum())
        said.append(f"I perioden att jämföra med är {whole(before)} av {whole(before + noted)} bara kända till ett område.")
    said.append("Rutorna är ett rutnät att rita i, inte platser: siffran i en ruta kan hänga på en enda adress.")
    return said + counted_by(published)
