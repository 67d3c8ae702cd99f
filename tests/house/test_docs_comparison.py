"""The examples on the pages of a comparison's methods, against the functions."""

from __future__ import annotations

import numpy as np

from tests.pages import DOCS, read, rows_of
from trygghetskarta.stats.change import change_p, rate_ratio
from trygghetskarta.stats.dispersion import between_years
from trygghetskarta.stats.funnel import funnel
from trygghetskarta.stats.multiple import benjamini_hochberg, holm
from trygghetskarta.stats.ranking import DRAWS, SEED, rank_intervals
from trygghetskarta.stats.rates import wilson_interval
from trygghetskarta.stats.smoothing import smooth_globally, smooth_locally


def table(page: str, *header: str) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    return np.array([[float(cell) for cell in row] for row in rows_of(read(DOCS / "methods" / page), *header)])


def test_the_examples_of_change_are_what_the_functions_give() -> None:
    stated = table("change.md", "Händelser", "Förut", "Dagar", "Dagar förut", "Kvot", "Från", "Till", "p")
    counts, days = stated[:, :2].astype(np.int64), stated[:, 2:4]
    found = rate_ratio(counts, days)
    given = np.stack([found.ratio, found.low, found.high, change_p(counts, days, np.ones(len(counts)))], axis=1)
    assert given.round(4).tolist() == stated[:, 4:].tolist()


def test_the_example_of_dispersion_is_what_the_function_gives() -> None:
    years = table("dispersion.md", "År 1", "År 2", "År 3", "År 4", "År 5").astype(np.int64)
    ((pearson, freedom, variance, inflation),) = rows_of(
        read(DOCS / "methods" / "dispersion.md"), "Dispersion", "Frihetsgrader", "Varians", "Gånger Poissons, med t"
    )
    found = between_years(years, np.full(5, 365.0))
    assert (round(found.pearson, 4), found.freedom, found.variance.value) == (float(pearson), int(freedom), variance)
    assert found.inflation(np.ones(1)).round(4).tolist() == [float(inflation)]
    tripled = rate_ratio(np.array([[300, 200]]), np.ones(2), 3.0)
    assert (round(float(tripled.low[0]), 2), round(float(tripled.high[0]), 2)) == (1.09, 2.08)


def test_the_examples_of_many_tests_are_what_the_functions_give() -> None:
    stated = table("multiple.md", "p", "Benjamini–Hochberg", "Holm")
    given = np.stack([benjamini_hochberg(stated[:, 0]), holm(stated[:, 0])], axis=1)
    assert given.round(4).tolist() == stated[:, 1:].tolist()


def test_the_example_of_the_funnel_is_what_the_function_gives() -> None:
    stated = table("funnel.md", "Händelser", "Personår", "Tal", "Från 95 %", "Till 95 %", "Från 99,8 %", "Till 99,8 %")
    counts, people = stated[:, 0].astype(np.int64), stated[:, 1]
    found = funnel(counts, people)
    given = np.column_stack([counts, found.limits]) / people[:, None] * 1000
    assert given.round(4).tolist() == stated[:, 2:].tolist()
    assert (round(found.target * 1000, 2), round(found.dispersion, 2), found.position.any()) == (6.63, 2.73, False)


def test_the_example_of_smoothing_is_what_the_functions_give() -> None:
    stated = table("smoothing.md", "Händelser", "Personår", "Tal", "Mot staden", "Mot grannarna")
    counts, people = stated[:, 0].astype(np.int64), stated[:, 1]
    ring = np.arange(len(counts) - 1)
    beside = np.concatenate([np.stack([ring, ring + 1], axis=1), np.stack([ring + 1, ring], axis=1)])
    given = np.stack([counts / people, smooth_globally(counts, people).rates, smooth_locally(counts, people, beside).rates], axis=1)
    assert (1000 * given).round(4).tolist() == stated[:, 2:].tolist()


def test_the_example_of_ranks_is_what_the_function_gives() -> None:
    stated = table("ranking.md", "Händelser", "Personår", "Tal", "Plats från", "Plats till")
    low, high = rank_intervals(stated[:, 0].astype(np.int64), stated[:, 1])
    assert np.stack([low, high], axis=1).tolist() == stated[:, 3:].tolist()
    page = read(DOCS / "methods" / "ranking.md")
    assert f"görs {DRAWS} gånger" in page
    assert f"(frö {SEED})" in page


def test_the_example_of_a_share_is_what_the_function_gives() -> None:
    low, high = wilson_interval(np.array([65]), np.array([100]))
    stated = f"från {low[0]:.4f} till {high[0]:.4f}".replace(".", ",")
    assert stated in read(DOCS / "methods" / "rates.md")
