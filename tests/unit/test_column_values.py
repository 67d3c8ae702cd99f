"""The values of a column say the same row by row and as JSON."""

from __future__ import annotations

import numpy as np
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trygghetskarta.serialize.values import Each, Exactly, Rounded, Same, Values, Whole, Words, members, words_of

whole = st.integers(-(2**62), 2**62)
number = st.floats(width=64) | st.sampled_from([0.0, -0.0, -0.00001, 1e300, 2.675, 99.995, np.nan, np.inf])
word = st.none() | st.sampled_from(["value", "kan inte avgöras", 'a "b", c', "higher"])


def column(rows: int) -> st.SearchStrategy[Values]:
    """Draw a column of any kind."""

    def of(drawn: st.SearchStrategy[object]) -> st.SearchStrategy[list[object]]:
        return st.lists(drawn, min_size=rows, max_size=rows)

    known = of(st.booleans()).map(lambda flags: np.array(flags, bool))
    return st.one_of(
        of(whole | word | st.booleans()).map(Each),
        st.one_of(whole, word, st.booleans(), st.just(0.0)).map(lambda value: Same(value, rows)),
        of(whole).map(lambda values: Whole(np.array(values, np.int64))),
        st.tuples(of(whole), known).map(lambda both: Whole(np.array(both[0], np.int64), both[1])),
        st.tuples(of(number), st.integers(0, 6)).map(lambda both: Rounded(np.array(both[0], np.float64), both[1])),
        of(number.filter(lambda value: not np.isinf(value))).map(lambda values: Exactly(np.array(values, np.float64))),
        of(st.integers(0, 2)).map(lambda numbers: Words(np.array(numbers, np.int8), ("value", None, "å"))),
        of(word).map(words_of),  # type: ignore[arg-type]  # they are words
    )


tables = st.integers(0, 12).flatmap(
    lambda rows: st.tuples(st.just(rows), st.dictionaries(st.sampled_from(["count", "percent", "status", "härd"]), column(rows)))
)


@given(tables)
def test_columns_written_as_json_are_the_rows_written_as_json(table: tuple[int, dict[str, Values]]) -> None:
    rows, columns = table
    written = [b'{"code":1' + text for text in members(columns, rows, b"}")]
    assert len(written) == rows
    listed = {name: values.listed() for name, values in columns.items()}
    told = [{name: values[row] for name, values in listed.items()} for row in range(rows)]
    assert written == [orjson.dumps({"code": 1, **row}) for row in told]


def test_what_is_not_known_is_null_and_a_rounded_zero_has_no_minus() -> None:
    assert Rounded(np.array([-0.001, np.nan, np.inf, 2.0]), 2).listed() == [0.0, None, None, 2.0]
    assert Rounded(np.array([1e306, -1e308]), 6).listed() == [1e306, -1e308]
    assert str(Rounded(np.array([-0.001]), 2).listed()[0]) == "0.0"
    assert Rounded(np.array([-0.001, np.nan, np.inf, 2.0]), 2).texts() == [b"0.0", b"null", b"null", b"2.0"]
    assert Whole(np.array([3, 0]), np.array([True, False])).listed() == [3, None]


@pytest.mark.parametrize("rows", [0, 1, 3])
def test_a_value_that_is_the_same_throughout_is_written_once(rows: int) -> None:
    assert Same("value", rows).texts() == b'"value"'
    assert Same("value", rows).listed() == ["value"] * rows
