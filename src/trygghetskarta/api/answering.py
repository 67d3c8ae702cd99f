"""The answers that more than one address gives: a comparison, a series."""

from __future__ import annotations

from trygghetskarta.analysis.series import follow
from trygghetskarta.api.question import ComparisonParameters, SeriesParameters
from trygghetskarta.api.shelf import Shelf
from trygghetskarta.disclosure.release import release
from trygghetskarta.domain.audience import Audience
from trygghetskarta.queries.comparison import compare
from trygghetskarta.queries.cube import Cube
from trygghetskarta.queries.series import background, series
from trygghetskarta.serialize.formats import join_comparison, write_comparison
from trygghetskarta.serialize.joining import Joined
from trygghetskarta.serialize.series import write_series


def answer_comparison(shelf: Shelf, cube: Cube, audience: Audience, asked: ComparisonParameters) -> bytes | Joined:
    """Count, release and write a comparison."""
    question = asked.question(cube, audience)
    published = release(compare(cube, question, harm=question.tells_harm), audience)
    if asked.is_whole_map:
        return join_comparison(published, shelf.features(cube, asked.level, asked.geometry))
    return write_comparison(published, asked.writing(shelf, cube))


def answer_series(shelf: Shelf, cube: Cube, audience: Audience, asked: SeriesParameters) -> bytes:
    """Count, release and write a series."""
    question = asked.question(cube, audience)
    behind = release(background(cube, question), audience) if asked.include else None
    shown = release(series(cube, question), audience)
    return write_series(shown, follow(shown, behind, asked.include, cube.editions), asked.writing(shelf, cube))
