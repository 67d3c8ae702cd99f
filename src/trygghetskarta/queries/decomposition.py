"""The figures of each category below what a question asks for, beside those of the whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from trygghetskarta.domain.audience import Audience
from trygghetskarta.domain.counts import Exact, Question
from trygghetskarta.domain.parts import Part
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.errors import bad_parameter
from trygghetskarta.queries.comparison import compare
from trygghetskarta.queries.cube import Cube
from trygghetskarta.queries.sources import visible_codes


def compare_parts(cube: Cube, question: Question, audience: Audience) -> tuple[Exact, list[tuple[Part, Exact]]]:
    """Compare the whole of a question with its baseline, and each category below it likewise.

    Args:
        cube: The counts of the question's edition and day.
        question: What is asked.
        audience: Who asks: categories that they may not know of are not told apart.

    Returns:
        The whole, and its parts, which do not overlap: the groups of the tree, or what stands right below the one category asked for, or the
        categories asked for where they are several. Events of the whole that stand in none of them are told by their difference.

    Raises:
        InvalidQuestionError: There is no baseline to compare with.
    """
    if question.baseline is None:
        raise bad_parameter("baseline", "", "Ange vad perioden ska jämföras med.", "Say what the span is to be compared with.")
    whole = compare(cube, question)
    parts = []
    for source in question.sources:
        visible = visible_codes(cube, source, audience)
        for code in _codes(cube, source, question):
            if code in visible:
                tree = cube.trees[source]
                part = Part(source, code, tree.nodes[tree.ranges[code][0]].name)
                parts.append((part, compare(cube, replace(question, sources=(source,), categories=(code,), group=None))))
    return whole, parts


def _codes(cube: Cube, source: SourceId, question: Question) -> list[str]:
    """Give the categories to tell apart in a source."""
    tree = cube.trees[source]
    asked = list(_outermost(cube, source, question))
    if len(asked) > 1:
        return asked
    below = [node.code for node in tree.nodes if node.parent == (asked[0] if asked else None)]
    return below or asked


def _outermost(cube: Cube, source: SourceId, question: Question) -> Iterator[str]:
    """Give the categories asked for that do not stand under another of them, in the order of the tree."""
    ranges = cube.trees[source].ranges
    end = 0
    for code in sorted(
        (code for code in set(question.codes(source)) if code in ranges), key=lambda code: (ranges[code][0], -ranges[code][1])
    ):
        if ranges[code][0] >= end:
            yield code
            end = ranges[code][1]
