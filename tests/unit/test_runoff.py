"""The run-off triangle, held against the published example of its method."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trygghetskarta.stats.runoff import chain_ladder

NAN = float("nan")
# Taylor and Ashe's claims as Mack (1993), table 1, accumulates them.
TAYLOR_ASHE = """
357848 1124788 1735330 2218270 2745596 3319994 3466336 3606286 3833515 3901463
352118 1236139 2170033 3353322 3799067 4120063 4647867 4914039 5339085
290507 1292306 2218525 3235179 3985995 4132918 4628910 4909315
310608 1418858 2195047 3757447 4029929 4381982 4588268
443160 1136350 2128333 2897821 3402672 3873311
396132 1333217 2180715 2985752 3691712
440832 1288463 2419861 3483130
359480 1421128 2864498
376686 1363294
344014
"""


def triangle(text: str) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    rows = [[float(cell) for cell in line.split()] for line in text.strip().splitlines()]
    width = max(len(row) for row in rows)
    return np.array([row + [NAN] * (width - len(row)) for row in rows])


def test_the_published_example_comes_out_to_the_last_digit() -> None:
    found = chain_ladder(triangle(TAYLOR_ASHE))
    # Mack 1993: the factors, the reserves (what is not known yet) and their standard errors.
    assert np.round(found.factors, 4).tolist() == [3.4906, 1.7473, 1.4574, 1.1739, 1.1038, 1.0863, 1.0539, 1.0766, 1.0177]
    reserves = np.round(found.ultimate - found.known).tolist()
    assert reserves == [0, 94634, 469511, 709638, 984889, 1419459, 2177641, 3920301, 4278972, 4625811]
    assert np.round(found.error).tolist() == [0, 75535, 121699, 133549, 261406, 411010, 558317, 875328, 971258, 1363155]


def test_a_month_of_the_last_age_is_wholly_known() -> None:
    found = chain_ladder(triangle(TAYLOR_ASHE))
    assert (found.share[0], found.low[0], found.high[0]) == (1.0, 1.0, 1.0)


def test_a_step_that_always_gives_half_has_no_doubt() -> None:
    found = chain_ladder(triangle("50 100 100\n60 120 120\n70 140 140\n80 160\n90"))
    assert found.factors.tolist() == [2.0, 1.0]
    assert found.share.tolist() == [1.0, 1.0, 1.0, 1.0, 0.5]
    assert (found.low[4], found.high[4]) == pytest.approx((0.5, 0.5))


def test_the_interval_holds_the_share_and_never_more_than_all() -> None:
    found = chain_ladder(triangle("50 95 100\n60 125 126\n70 130 144\n80 160\n90"))
    assert (found.low <= found.share).all()
    assert (found.share <= found.high).all()
    assert (found.high <= 1).all()
    assert found.low[4] < found.share[4] < found.high[4]


def test_where_nothing_is_known_at_an_age_nothing_is_estimated_there() -> None:
    # A source that delivers a month after it has ended knows nothing of it while it goes on.
    found = chain_ladder(triangle("0 90 100\n0 99 110\n0 81 90\n0 70\n0"))
    assert np.isnan(found.factors[0])
    assert found.factors[1] == pytest.approx(300 / 270)
    assert found.share[3] == pytest.approx(0.9)
    assert np.isnan([found.share[4], found.low[4], found.high[4]]).all()


def test_a_month_without_a_known_event_is_not_estimated() -> None:
    found = chain_ladder(triangle("5 10 11\n6 12 12\n7 14 14\n8 8\n0"))
    assert np.isnan(found.share[4])


@pytest.mark.parametrize(("wrong", "why"), [("1", "nothing to develop"), ("3 2\n4 4", "does not fall"), ("1 2\nnan 4", "without a gap")])
def test_what_is_no_triangle_is_refused(wrong: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        chain_ladder(triangle(wrong))


@given(st.integers(3, 14), st.integers(0, 2**32 - 1))
def test_any_triangle_gives_shares_between_none_and_all(ages: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    counts = rng.poisson(rng.uniform(0, 40) * 0.5 ** np.arange(ages), (ages + 4, ages)).cumsum(axis=1).astype(float)
    for row in range(len(counts)):
        counts[row, max(1, min(ages, len(counts) - row)) :] = NAN
    found = chain_ladder(counts)
    known = ~np.isnan(found.share)
    assert ((found.share[known] >= 0) & (found.share[known] <= 1 + 1e-12)).all()
    assert np.isnan(found.low[~known]).all()
