"""The season of the year, against R."""

from __future__ import annotations

import numpy as np
import pytest

from tests.unit.published_series import AIR_PASSENGERS
from trygghetskarta.stats.season import Model, classical, stl


# Reference case 17: R's decompose(AirPassengers, "multiplicative")$figure.
def test_the_season_of_the_air_passengers_is_that_of_r() -> None:
    expected = [
        0.910230367372, 0.883625320694, 1.0073662876, 0.975906012323, 0.981378027495, 1.11277582668, 1.22655554293, 1.21991097,
        1.06049193, 0.92175724, 0.80117808, 0.89882439,
    ]  # fmt: skip
    assert classical(AIR_PASSENGERS, 1, Model.MULTIPLICATIVE).index.tolist() == pytest.approx(expected, abs=5e-9)


# R's decompose(AirPassengers)$figure, as printed to seven digits.
def test_the_additive_season_of_the_air_passengers_is_that_of_r() -> None:
    expected = [
        -24.748737, -36.188131, -2.241162, -8.036616, -4.506313, 35.402778, 63.830808, 62.823232, 16.520202, -20.642677, -53.593434, -28.619949,
    ]  # fmt: skip
    assert classical(AIR_PASSENGERS, 1, Model.ADDITIVE).index.tolist() == pytest.approx(expected, abs=1e-6)


def test_the_parts_make_the_whole() -> None:
    parts = stl(AIR_PASSENGERS)
    assert (parts.trend + parts.season + parts.remainder).tolist() == pytest.approx(AIR_PASSENGERS.tolist())
    with pytest.raises(ValueError, match="three full years"):
        stl(AIR_PASSENGERS[:35])


def test_a_gap_is_not_a_zero() -> None:
    broken = AIR_PASSENGERS.copy()
    broken[50] = np.nan
    whole, gapped = classical(AIR_PASSENGERS, 1, Model.ADDITIVE).index, classical(broken, 1, Model.ADDITIVE).index
    assert np.abs(whole - gapped).max() < 8
    assert np.isnan(classical(broken, 1, Model.ADDITIVE).trend[44:57]).all()
