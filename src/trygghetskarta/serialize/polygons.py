"""A polygon's comparison as every format writes it."""

from __future__ import annotations

from dataclasses import replace

from trygghetskarta.domain.answers import PolygonGround, PublishedAnswer
from trygghetskarta.domain.counts import Published
from trygghetskarta.domain.sources import CONTRACTS
from trygghetskarta.serialize.formats import Writing, comparison_figures, write
from trygghetskarta.serialize.swedish import how_many, span_name

_ANY = ("händelse", "händelser")


def write_polygon(published: Published, ground: PublishedAnswer[PolygonGround], writing: Writing) -> bytes:
    """Write the comparison of a polygon.

    Args:
        published: Its counts.
        ground: What a reader must know of it besides.
        writing: How.

    Returns:
        The bytes: one row, and what there is to say of the polygon beside it.
    """
    figures = comparison_figures(published, writing.outlines)
    held = ground.content
    told = {
        "squareMetres": round(held.square_metres, 1),
        "withoutPoint": held.without_point[0],
        "baselineWithoutPoint": held.without_point[1] if len(held.without_point) > 1 else None,
    }
    said = [*figures.sentences, *_without_point(ground)]
    return write(published, replace(figures, sentences=said, beside={**figures.beside, "polygon": told}), writing)


def _without_point(ground: PublishedAnswer[PolygonGround]) -> list[str]:
    """Say how many more may lie in the polygon, of each period of which some may."""
    question = ground.question
    noun = CONTRACTS[question.sources[0]].noun if len(question.sources) == 1 else _ANY
    spans = (question.span, question.baseline)
    return [
        f"{span_name(span).capitalize()}: {how_many(many, noun)} till är bara kända till ett område som ytan ligger i eller rör vid; om de hände i "
        "ytan går inte att säga, så de är inte med."
        for span, many in zip(spans, ground.content.without_point, strict=False)
        if span is not None and many
    ]
