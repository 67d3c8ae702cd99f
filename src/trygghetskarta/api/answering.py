"""The answers that more than one address gives: a comparison, a series."""

from __future__ import annotations

from dataclasses import replace

from trygghetskarta.analysis.series import follow
from trygghetskarta.api.question import ComparisonParameters, SeriesParameters
from trygghetskarta.api.shelf import Shelf
from trygghetskarta.disclosure.release import release
from trygghetskarta.domain.audience import Audience, MadeFor
from trygghetskarta.queries.comparison import compare
from trygghetskarta.queries.cube import Cube
from trygghetskarta.queries.series import background, series
from trygghetskarta.serialize.formats import join_comparison, write_comparison
from trygghetskarta.serialize.joining import Joined
from trygghetskarta.serialize.series import write_series


def answer_comparison(
    shelf: Shelf, cube: Cube, audience: Audience, asked: ComparisonParameters, made_for: MadeFor | None = None
) -> bytes | Joined:
    """Count, release and write a comparison; an intern file says who took it out."""
    question = asked.question(cube, audience)
    published = release(compare(cube, question, harm=question.tells_harm), audience)
    if asked.is_whole_map and made_for is None:
        return join_comparison(published, shelf.features(cube, asked.level, asked.geometry))
    return write_comparison(published, replace(asked.writing(shelf, cube), made_for=made_for))


def answer_series(shelf: Shelf, cube: Cube, audience: Audience, asked: SeriesParameters, made_for: MadeFor | None = None) -> bytes:
    """Count, release and write a series; an intern file says who took it out."""
    question = asked.question(cube, audience)
    behind = release(background(cube, question), audience) if asked.include else None
    shown = release(series(cube, question), audience)
    return write_series(shown, follow(shown, behind, asked.include, cube.editions), replace(asked.writing(shelf, cube), made_for=made_for))
