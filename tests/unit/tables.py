"""A small table, and figures put in it by hand."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np

from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.counts import Ledger, Status
from trygghetskarta.domain.periods import Month, Span
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.domain.tables.layout import Codelist, Content, Group, Language, Table, Value, Variable, time_code
from trygghetskarta.domain.tables.selecting import Choice, select
from trygghetskarta.serialize.tables.cells import Figures, Filled, Layout

MONTHS = tuple(Span(Month.parse("2025-01"), Month.parse("2025-12")))


def value(code: str, text: str = "") -> Value:
    return Value(code, (text or code.title(), text or code.title()))


def table() -> Table:
    regions = (value("stad.0180", "Stockholm"), value("stadsdel.a", 'Söder "om"; bron, = 100 %'), value("stadsdel.b", "Åkeshov"))
    kinds = tuple(value(code) for code in ("TOT", "brand", "brand.1", "brand.2", "falsklarm"))
    lists = (
        Codelist("vs_stad", ("Hela staden", "The whole city"), sums=False, groups=(Group(regions[0], ("stad.0180",)),)),
        Codelist("vs_stadsdel", ("Stadsdelar", "Stadsdelar"), sums=False, groups=tuple(Group(each, (each.code,)) for each in regions[1:])),
    )
    sums = Codelist("agg_kinds", ("Summor", "Sums"), sums=True, groups=(Group(value("alla"), ("falsklarm", "brand.1")),))
    return Table(
        source=SourceId.BRANDER,
        title=("Bränder", "Fires"),
        variables=(
            Variable("Region", ("område", "area"), regions, "stad.0180", lists),
            Variable("Kategori", ("kategori", "category"), kinds, "TOT", (sums,), {"brand": ("brand.1", "brand.2")}),
            Variable("ContentsCode", ("tabellinnehåll", "contents"), tuple(value(content.value) for content in Content)),
            Variable("Tid", ("månad", "month"), tuple(value(time_code(month), time_code(month)) for month in MONTHS)),
        ),
        areas={
            "stad.0180": (AreaLevel.STAD, "0180"),
            "stadsdel.a": (AreaLevel.STADSDEL, "a"),
            "stadsdel.b": (AreaLevel.STADSDEL, "b"),
        },
        months=MONTHS,
        notes=(("En anmärkning. " * 40, "A note. " * 40),),
        changed_at=datetime(2026, 1, 2, 3, 4, tzinfo=UTC),
    )


def filled(values: list[float], status: list[Status], language: Language = Language.SWEDISH) -> Filled:
    """Give two areas by count and rate in two months."""
    made = table()
    asked = (Choice("Region", ("stadsdel.*",)), Choice("ContentsCode", ("count", "rate")), Choice("Tid", ("RANGE(2025M01,2025M02)",)))
    region, _, contents, time = select(made, asked)
    decimals = np.array([0, 0, 4, 4] * 2, np.int8)
    figures = Figures(np.array(values, float), np.array([each.number for each in status], np.int8), decimals)
    ledgers = {AreaLevel.STADSDEL: Ledger(3, 2, 1, 0, estimated=1)}
    return Filled(made, Layout((region,), (contents, time)), figures, ledgers, language)
