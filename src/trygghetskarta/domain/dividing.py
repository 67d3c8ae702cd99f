"""How much a protected cell must show for its parts to be shown."""

from __future__ import annotations

DIVIDED_FROM = 15
"""A cell that shows fewer is not divided: three times the largest perturbation, so the true count is at least twice it."""

DIVIDED_IN_TIME_FROM = 30
"""A cell of a year that shows fewer is not divided in months and quarters. It decides of the year after it, whose months are shown before that
year is known: what was truly 10 is 4 or fewer the year after by chance alone in 3 cases of 100, what was truly 25 in 3 of ten million."""
