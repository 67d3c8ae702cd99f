"""A worker that only serves carries none of the large libraries: they are loaded when a question needs them."""

from __future__ import annotations

import subprocess
import sys

_LARGE = ("geopandas", "pandas", "statsmodels", "scipy", "pyarrow", "pyogrio", "contourpy", "openpyxl", "xlsxwriter", "polars", "duckdb")


def test_a_worker_begins_without_the_large_libraries() -> None:
    program = f"import sys, trygghetskarta.api.app; print(sorted({set(_LARGE)!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"
