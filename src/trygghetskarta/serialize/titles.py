"""What an answer is called: over a chart, as the name of a dataset, as the name of a file."""

from __future__ import annotations

import re
import unicodedata

from trygghetskarta.domain.answers import Answered
from trygghetskarta.domain.counts import Question
from trygghetskarta.domain.sources import CONTRACTS
from trygghetskarta.serialize.swedish import span_name

_LONGEST = 120


def title(answer: Answered) -> str:
    """Give what an answer is called in Swedish: its sources and its months."""
    return f"{source_names(answer)}, {span_name(answer.question.span)}"


def source_names(answer: Answered) -> str:
    """Name the sources of an answer in Swedish."""
    return ", ".join(CONTRACTS[source].name for source in answer.question.sources)


def file_stem(kind: str, question: Question) -> str:
    """Name a file by its question, without what tells the format.

    Args:
        kind: What kind of answer it is, in Swedish.
        question: The question.

    Returns:
        Lower-case ASCII letters, digits, dots, hyphens and underscores: what every file system and every mail program takes. Of a long
        question only the beginning and the months.
    """
    asked = [
        kind,
        *(source.value for source in question.sources),
        *((question.group,) if question.group is not None else question.categories),
        question.level.value,
        *question.areas,
        *((question.within,) if question.within is not None else ()),
    ]
    months = f"{question.span.first}_{question.span.last}"
    against = f"_mot_{question.baseline.first}_{question.baseline.last}" if question.baseline is not None else ""
    known = f"_kant_{question.as_of}" if question.as_of is not None else ""
    stem = "_".join(plain(part) for part in asked)
    return f"{stem[:_LONGEST].rstrip('-_.')}_{months}{against}{known}"


def plain(word: str) -> str:
    """Give a word in lower-case ASCII: å and ä as a, ö as o, anything else as a hyphen."""
    letters = unicodedata.normalize("NFKD", word.lower()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9._]+", "-", letters).strip("-.")
