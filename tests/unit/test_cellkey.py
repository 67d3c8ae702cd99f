"""The cell key method against R's ptable and the ONS' own look-up."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from cell_key_perturbation.create_perturbed_table import create_perturbed_table
from hypothesis import given
from hypothesis import strategies as st

from tests.pages import table
from trygghetskarta.disclosure.cellkey import KEYS, STANDARD, Perturbation, protect

# The table that ptable 1.0.0 checks itself with: pt_ex_cnts(), that is create_cnt_ptable(D = 2, V = 1.05, js = 1), monotone for all but 3.
PT_EX_CNTS = {
    0: {0: 1.0},
    1: {0: 0.50833333, 2: 0.47500000, 3: 0.01666667},
    2: {0: 0.16155827, 2: 0.55565037, 3: 0.24246618, 4: 0.04032518},
    3: {2: 0.41231301, 3: 0.28806097, 4: 0.18693903, 5: 0.11268699},
    4: {2: 0.07012498, 3: 0.24450007, 4: 0.37074990, 5: 0.24450007, 6: 0.07012498},
}


def published(perturbation: Perturbation, count: int) -> dict[int, float]:
    """Give how likely each published count is."""
    return dict(zip((count + perturbation.noise(count)).tolist(), perturbation.probabilities(count).tolist(), strict=True))


def test_case_19_the_table_of_the_german_office() -> None:
    small = Perturbation(2, 0.9, 0)
    assert published(small, 1) == pytest.approx({0: 0.3625, 1: 0.3625, 2: 0.1875, 3: 0.0875}, abs=1e-9)
    assert published(small, 2) == pytest.approx({0: 0.051546, 1: 0.243816, 2: 0.409277, 3: 0.243816, 4: 0.051546}, abs=5e-7)
    assert published(STANDARD, 1) == pytest.approx({0: 0.734470, 3: 0.136720, 4: 0.072796, 5: 0.037430, 6: 0.018584}, abs=5e-7)


def test_the_example_of_the_page() -> None:
    rows = table("cell-key.md", "Sant antal", "Visat antal", "Sannolikhet")
    assert {int(value): float(share) for _, value, share in rows} == pytest.approx(published(STANDARD, 1), abs=5e-7)


@pytest.mark.parametrize("count", PT_EX_CNTS)
def test_the_example_table_of_ptable_to_its_eight_digits(count: int) -> None:
    assert published(Perturbation(2, 1.05, 1, monotone=count != 3), count) == pytest.approx(PT_EX_CNTS[count], abs=2e-8)


@given(st.integers(2, 8), st.floats(1.0, 3.0), st.integers(0, 2), st.integers(0, 40))
def test_every_row_has_mean_0_and_the_variance_asked_for_and_publishes_nothing_hidden(
    reach: int, variance: float, hidden: int, count: int
) -> None:
    perturbation = Perturbation(reach, variance, hidden)
    try:
        probabilities = perturbation.probabilities(count)
    except ValueError:
        return  # not every variance can be had with every reach; the standard's can, below
    noise = perturbation.noise(count)
    assert probabilities.sum() == pytest.approx(1)
    assert probabilities @ noise == pytest.approx(0, abs=1e-8)
    assert probabilities @ noise**2 == pytest.approx(variance if count else 0, abs=1e-8)
    assert ((count + noise == 0) | (count + noise > hidden)).all()
    assert (probabilities >= 0).all()


@pytest.mark.parametrize("count", range(30))
def test_the_standard_has_a_row_for_every_count(count: int) -> None:
    noise = STANDARD.noise(count)
    assert STANDARD.probabilities(count) @ noise**2 == pytest.approx(3 if count else 0)
    assert np.abs(noise).max() <= 5


def test_a_variance_that_cannot_be_had_is_refused() -> None:
    with pytest.raises(ValueError, match="mean 0 and variance 30"):
        Perturbation(5, 30.0, 2).probabilities(1)


def test_over_all_keys_each_published_count_comes_as_often_as_the_table_says() -> None:
    keys = np.arange(0, KEYS, 2048, dtype=np.uint32)
    for count in range(12):
        values, times = np.unique(protect(np.full(keys.shape, count), keys), return_counts=True)
        assert dict(zip(values.tolist(), (times / len(keys)).tolist(), strict=True)) == pytest.approx(published(STANDARD, count), abs=2e-6)


def test_a_zero_stays_zero_and_a_one_is_never_shown_whatever_the_key() -> None:
    keys = np.random.default_rng(8).integers(0, KEYS, (40, 5000), dtype=np.uint32)
    counts = np.broadcast_to(np.arange(40)[:, None], keys.shape).copy()
    shown = protect(counts, keys)
    assert not shown[0].any()
    assert not np.isin(shown, [1, 2]).any()
    assert np.abs(shown - counts).max() == 5


def test_the_first_and_the_last_key_are_in_the_table() -> None:
    ends = np.array([0, KEYS - 1], np.uint32)
    assert protect(np.array([1, 1]), ends).tolist() == [0, 6]
    assert protect(np.array([100, 100]), ends).tolist() == [95, 105]


def test_what_is_no_count_or_no_key_is_refused() -> None:
    with pytest.raises(ValueError, match="shape"):
        protect(np.array([1, 2]), np.array([1], np.uint32))
    with pytest.raises(ValueError, match="uint32"):
        protect(np.array([1]), np.array([1], np.int64))
    with pytest.raises(ValueError, match="negative"):
        protect(np.array([-1]), np.array([1], np.uint32))


def test_the_look_up_of_the_ons_gives_the_same_for_more_than_100_000_cells(capsys: pytest.CaptureFixture[str]) -> None:
    # The ONS has 256 keys; a record key of theirs is ours with 24 zero bits behind it, so that the sums wrap round at the same places.
    rows = []
    for count in range(1, 751):
        below = np.cumsum(STANDARD.probabilities(count))
        # A key of exactly the bound takes the next one; rounding in the last place must not decide that.
        taken = np.searchsorted(below, np.arange(256) / 256 + 1e-12, side="right").clip(max=len(below) - 1)
        rows.append(pd.DataFrame({"pcv": count, "ckey": np.arange(256), "pvalue": STANDARD.noise(count)[taken]}))
    random = np.random.default_rng(19)
    # Cells of every size from none to over 750, most of them small.
    sizes = np.concatenate([random.poisson(random.gamma(0.7, 4.0, 103_600)), random.integers(50, 900, 400)])
    area, kind = np.divmod(np.repeat(np.arange(len(sizes)), sizes), 400)
    records = pd.DataFrame({"area": area, "kind": kind, "key": random.integers(0, 256, len(area))})

    theirs = create_perturbed_table(records, pd.concat(rows, ignore_index=True), ["area"], ["kind"], "key", threshold=0)

    cell = area * 400 + kind
    counts = np.bincount(cell, minlength=len(sizes))
    sums = np.bincount(cell, records["key"].to_numpy(), minlength=len(sizes)).astype(np.uint64)
    ours = protect(counts, (sums << np.uint64(24)).astype(np.uint32))
    placed = theirs["area"].to_numpy() * 400 + theirs["kind"].to_numpy()
    assert "Input validation completed." in capsys.readouterr().out
    assert len(theirs) == len(np.unique(placed)) > 100_000
    assert (theirs["pre_sdc_count"].to_numpy() == counts[placed]).all()
    assert int((theirs["count"].to_numpy() != ours[placed]).sum()) == 0
