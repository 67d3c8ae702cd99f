"""`hotspots`, `concentration`, `pattern-change`, `density`, `near-repeat`: where events lie together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from trygghetskarta.analysis.clusters import ClusterMethod, find_clusters, find_emerging
from trygghetskarta.analysis.densities import contours, find_density
from trygghetskarta.analysis.near_repeats import find_near_repeats
from trygghetskarta.analysis.patterns import find_concentration, find_pattern_change
from trygghetskarta.cli.connecting import open_engine
from trygghetskarta.cli.questions import (
    Areas,
    Baseline,
    Categories,
    Day,
    First,
    Form,
    Group,
    Last,
    Level,
    Out,
    Sources,
    Within,
    day_of,
    write_out,
)  # fmt: skip
from trygghetskarta.disclosure.release import release, release_detail
from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.audience import Audience
from trygghetskarta.domain.counts import Denominator, Exact, Measure, Published, Question
from trygghetskarta.domain.details import ExactDetail, PublishedDetail
from trygghetskarta.domain.periods import Interval
from trygghetskarta.domain.points import DensityOptions, NearOptions, PointContent, Shape
from trygghetskarta.queries.areas import Detail, load_outlines
from trygghetskarta.queries.asking import Asked, ask
from trygghetskarta.queries.cube import Cube, load_cube
from trygghetskarta.queries.hotspots import borders, measure_carried, of_region
from trygghetskarta.queries.hotspots import emerging as count_emerging
from trygghetskarta.queries.hotspots import pattern_change as count_pattern_change
from trygghetskarta.queries.points import densities, near_repeats
from trygghetskarta.serialize.csv import Dialect
from trygghetskarta.serialize.figures import Row
from trygghetskarta.serialize.formats import Figures, Format, Writing
from trygghetskarta.serialize.space import (
    concentration_figures,
    density_figures,
    hotspot_figures,
    near_figures,
    pattern_figures,
)  # fmt: skip
from trygghetskarta.serialize.formats import write as write_figures
from trygghetskarta.serialize.swedish import decimal, whole
from trygghetskarta.settings import read_settings
from trygghetskarta.store.engine import one_state
from trygghetskarta.stats.density import Kernel

Csv = Annotated[Dialect, typer.Option(help="CSV för svenskt Excel, eller rfc4180.")]
Geometry = Annotated[Detail, typer.Option(help="Gränsernas noggrannhet i GeoJSON.")]
_MOST_SHOWN = 25
