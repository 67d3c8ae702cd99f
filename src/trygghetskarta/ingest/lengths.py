"""How long a text may be."""

from __future__ import annotations

from trygghetskarta.domain.events import Message

LONGEST_TEXT = 10_000
LONGEST_KIND = 200
"""A kind may become a category's code, which an index must hold."""


def too_long(longest: int) -> Message:
    """Say of a field that it has more letters than it may."""
    written = f"{longest:,}"
    return Message(
        "field_too_long",
        f"Fältet är längre än {written.replace(',', ' ')} tecken.",
        f"The field is longer than {written} characters.",
    )
