"""Words that stand in the place of a value: it is missing, it is not known, or it does not apply."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trygghetskarta.domain.events import WarningCode
from trygghetskarta.ingest.checks import Checker, as_objects, by_distinct, letters_of, offsets_of

_MEANINGS = {
    "missing": ("null", "(null)", "na", "none", "saknas", "uppgift saknas"),
    "unknown": ("okänd", "okänt", "unknown", "vet ej"),
    "notApplicable": ("n/a", "ej aktuellt", "ej tillämpligt", "not applicable"),
}
_ABSENT_FIELDS = ("id", "kind", "start", "startTime", "end", "endTime", "reported", "x", "y", "area", "municipality")
_MEANING_OF = {word: meaning for meaning, words in _MEANINGS.items() for word in words}
_LONGEST = max(len(word.encode()) for word in _MEANING_OF)
# Whether a word of so many bytes begins with that byte, (lengths, 256).
_BEGINS = np.zeros((_LONGEST + 2, 256), bool)
for _word in _MEANING_OF:
    _BEGINS[len(_word.encode()), [ord(_word[0]), ord(_word[0].upper())]] = True


def without_words(checker: Checker, columns: Mapping[str, str]) -> pa.StringArray:
    """Empty the fields of ids, kinds, times and places that hold a word instead of a value.

    Args:
        checker: Its table loses the words, and remembers what was written for those who are told of the row.
        columns: Column by field.

    Returns:
        What the words say as a part of a JSON object, (rows,): `"absent":{"area":"unknown"}`; null where there was none.
    """
    rows = len(checker.table.line)
    facts = []
    about = np.zeros(rows, bool)
    for field in _ABSENT_FIELDS:
        if field in columns and (found := _words(checker.table.columns[columns[field]])).any():
            column = columns[field]
            values = checker.written[column] = checker.table.columns[column]
            mask = pa.array(found)
            said = pa.array([f',"{field}":"{_MEANING_OF[value.casefold()]}"' for value in values.filter(mask).to_pylist()])
            facts.append(pc.replace_with_mask(pa.repeat("", rows), mask, said))
            checker.table.columns[column] = pc.if_else(mask, "", values)
            about |= found
    if not facts:
        return pa.nulls(rows, pa.string())
    checker.warn(
        WarningCode.NO_VALUE,
        about,
        "{} har ett ord som NULL, N/A eller okänt där ett värde väntas; det är läst som att värdet saknas, och ordets innebörd är sparad.",
        "{} hold a word such as NULL, N/A or unknown where a value is expected; it was read as no value, and what the word means is kept.",
    )
    return pc.binary_join_element_wise('"absent":', as_objects(facts), "")


def meaning_of(text: str) -> str | None:
    """Give what a word that stands in the place of a value says: "missing", "unknown" or "notApplicable"; None for another text."""
    return _MEANING_OF.get(text.casefold())


def _words(values: pa.StringArray) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Tell which texts are such a word, looking closer only at those that are as long as one and begin like it."""
    found = np.zeros(len(values), bool)
    letters, offsets = letters_of(values), offsets_of(values)
    if not len(letters):
        return found
    lengths = np.minimum(np.diff(offsets), _LONGEST + 1)
    first = letters[np.minimum(offsets[:-1] - offsets[0], len(letters) - 1)]
    maybe = np.flatnonzero(_BEGINS[lengths, first])
    if len(maybe):
        found[maybe] = by_distinct(values.take(pa.array(maybe)), lambda value: value.casefold() in _MEANING_OF)
    return found
