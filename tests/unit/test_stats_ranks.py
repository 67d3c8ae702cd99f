"""Ranks and the test of groups are those of scipy, which the service itself does not load."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kruskal, rankdata

from trygghetskarta.stats.ranks import groups_differ, midranks

VALUES = st.floats(-1e6, 1e6) | st.integers(0, 5).map(float)


@given(st.lists(VALUES, min_size=1, max_size=50))
def test_equal_values_have_the_mean_of_their_ranks(values: list[float]) -> None:
    assert midranks(np.array(values)).tolist() == rankdata(values).tolist()


@given(st.lists(st.lists(VALUES, min_size=1, max_size=12), min_size=2, max_size=12))
def test_groups_differ_as_by_kruskal_and_wallis(groups: list[list[float]]) -> None:
    found = groups_differ([np.array(group) for group in groups])
    if len({value for group in groups for value in group}) == 1:
        assert found == 1
        return
    assert found == pytest.approx(float(kruskal(*groups).pvalue), abs=1e-12)


def test_what_is_told_of_a_series_loads_no_distributions() -> None:
    told = """
import sys, numpy as np
from trygghetskarta.stats.control import control_chart
from trygghetskarta.stats.season import Model, classical
months = np.arange(24000, 24120)
counts = np.random.default_rng(1).poisson(9, (3, 120)).astype(float)
control_chart(counts, months, np.array([119]))
classical(counts[0], 1, Model.ADDITIVE)
print("scipy.stats" in sys.modules, "scipy.special" in sys.modules)
"""
    assert subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True).stdout.split() == ["False", "True"]
