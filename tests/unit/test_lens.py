"""Crimes against older people and fraud, as findings, rows and sentences."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from tests.reading import rows_of
from tests.unit.answers import FARSTA, PROVENANCE, RINKEBY, span
from trygghetskarta.analysis.lens import lens_findings
from trygghetskarta.disclosure.release import release_answer
from trygghetskarta.domain.answers import ExactAnswer, PublishedAnswer
from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.audience import Audience
from trygghetskarta.domain.counts import Ledger, MonthKnown, Question, SourceCoverage
from trygghetskarta.domain.lens import Homes, LensCounts, Line
from trygghetskarta.domain.periods import Month, Period
from trygghetskarta.domain.recodings import recodings
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.errors import ForbiddenError
from trygghetskarta.serialize.csv import Dialect
from trygghetskarta.serialize.formats import Format, Writing
from trygghetskarta.serialize.lenses import View, area_rows, kind_rows, write_lens
from trygghetskarta.serialize.saying.lens import lens_sentences

NOW, THEN = span("2025-01", "2025-12"), span("2024-01", "2024-12")


def table(*rows: list[int]) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    return np.array(rows, np.int64)


COUNTS = LensCounts(
    areas=(FARSTA, RINKEBY),
    periods=(Period(str(NOW), NOW), Period(str(THEN), THEN)),
    older=table([50, 20], [30, 30]),
    older_home=table([200, 180], [40, 45]),
    fraud=table([10, 9], [5, 5]),
    fraud_home=table([300, 250], [90, 80]),
    person_years=np.array([[60_000.0, 59_000.0], [0.0, 0.0]]),
    history=np.zeros((2, 0), np.int64),
    lines=(Line("brott-mot-aldre", "Brott mot äldre"), Line("bedrageri", "Bedrägeri"), Line("bedrageri-kort", "Kortbedrägeri")),
    place_level=AreaLevel.STADSDEL,
    buckets=np.array([[[80, 255, 5, 0], [60, 240, 0, 0]], [[15, 700, 20, 2], [14, 690, 0, 0]], [[0, 0, 0, 0], [0, 0, 0, 0]]]),
    homes=Homes(
        table([240, 225], [390, 330], [0, 0]),
        table([3, 0], [4, 0], [0, 0]),
        table([230, 1], [230, 1], [0, 0]),
        table([240, 1], [400, 1], [0, 0]),
    ),
    line_history=np.zeros((3, 0), np.int64),
    days=np.array([365.0, 365.0]),
    history_days=np.zeros(0),
    by_age_only=np.array([7, 0]),
    city_person_years=np.array([160_000.0, 159_000.0]),
    silent=np.array([0, 0]),
    missing=(False, False),
    recoded=(None, None, None),
    comparable=True,
)


def published(counts: LensCounts = COUNTS, audience: Audience = Audience.STAFF) -> PublishedAnswer[LensCounts]:
    question = Question(AreaLevel.STADSDEL, (SourceId.ANMALDA_BROTT,), NOW, baseline=THEN)
    return release_answer(ExactAnswer(question, counts, Ledger(80, 255, 5, 0), (), PROVENANCE), audience)


def sentences(answer: PublishedAnswer[LensCounts]) -> list[str]:
    return lens_sentences(answer, lens_findings(answer))


def test_an_area_has_crimes_where_they_happened_and_where_the_victims_live() -> None:
    farsta, rinkeby = area_rows(lens_findings(published()))
    assert (farsta["count"], farsta["baselineCount"], farsta["difference"], farsta["percent"]) == (50, 20, 30, 150.0)
    assert (farsta["rate"], farsta["countByHome"], farsta["rateByHome"]) == (0.8333, 200, 3.3333)
    assert (farsta["fraud"], farsta["fraudByHome"]) == (10, 300)
    assert farsta["verdict"] == "higher"
    assert farsta["ratioLow"] > 1
    # Nobody of 65 or more lives there: the counts stand, the rates do not apply.
    assert (rinkeby["count"], rinkeby["rate"], rinkeby["status"], rinkeby["verdict"]) == (30, None, "notApplicable", "notApplicable")


def test_a_line_of_the_city_closes() -> None:
    rows = kind_rows(lens_findings(published()))
    for row in rows:
        assert row["placed"] + row["areaOnly"] + row["unplaced"] + row["outside"] == row["count"]
    assert [row["count"] for row in rows] == [340, 737, 0]
    assert (rows[0]["homeKnown"], rows[0]["homeUnknown"], rows[0]["older"], rows[0]["ageTold"]) == (240, 3, 230, 240)


def test_the_citys_change_is_that_of_the_page() -> None:
    row = kind_rows(lens_findings(published()))[0]
    assert (row["ratio"], row["ratioLow"], row["ratioHigh"]) == (1.1333, 0.9675, 1.3281)
    assert row["verdict"] == "cannotTell"


def test_a_sum_varies_as_itself_and_a_kind_as_the_kinds_do() -> None:
    # The kinds take turns; their sum is the same every year.
    turns = table([300, 301, 299, 300], [700, 701, 699, 700], [100, 600, 100, 600])
    kinds = [*COUNTS.lines, Line("bedrageri-annons", "Annonsbedrägeri")]
    content = replace(
        COUNTS,
        lines=tuple(kinds),
        buckets=np.concatenate([COUNTS.buckets[:2], np.array([[[0, 600, 0, 0], [0, 100, 0, 0]], [[0, 100, 0, 0], [0, 600, 0, 0]]])]),
        homes=Homes(*(np.zeros((4, 2), np.int64) for _ in range(4))),
        recoded=(None,) * 4,
        history=np.zeros((2, 4), np.int64),
        line_history=np.concatenate([turns, table([600, 100, 600, 100])]),
        history_days=np.full(4, 365.0),
    )
    older, fraud, first, second = kind_rows(lens_findings(published(content)))
    assert older["pearsonDispersion"] < 0.01
    assert fraud["pearsonDispersion"] < 0.01
    assert (older["ratioLow"], older["ratioHigh"]) == (0.9675, 1.3281)
    assert first["pearsonDispersion"] == second["pearsonDispersion"] > 200
    assert (first["ratio"], first["verdict"]) == (6.0, "cannotTell")


def test_a_break_at_a_recoding_is_no_change() -> None:
    (change,) = (one for one in recodings() if one.categories == ("bedrageri",) and one.first == date(2019, 1, 1))
    answer = published(replace(COUNTS, recoded=(change, None, change)))
    older, fraud, card = kind_rows(lens_findings(answer))
    assert (older["count"], older["baselineCount"], older["percent"], older["verdict"]) == (340, 300, None, "notApplicable")
    assert (older["recoded"], card["recoded"], fraud["recoded"]) == ("2019-01-01", "2019-01-01", None)
    assert fraud["ratio"] is not None
    assert {row["verdict"] for row in area_rows(lens_findings(answer))} == {"notApplicable"}
    said = sentences(answer)
    assert not any(sentence.startswith(("Om brott mot äldre", "Mot 2024 har brott mot äldre")) for sentence in said)
    told = "Ingen ändring prövas för brott mot äldre och kortbedrägeri: koderna ändrades den 1 januari 2019."
    assert any(sentence.startswith(told) for sentence in said)


def test_a_fall_that_late_reports_may_undo_cannot_be_told() -> None:
    fewer = replace(COUNTS, buckets=COUNTS.buckets[:, ::-1].copy(), older=COUNTS.older[:, ::-1].copy())
    steep = replace(fewer, buckets=fewer.buckets * 10)
    assert kind_rows(lens_findings(published(steep)))[0]["verdict"] == "lower"
    late = MonthKnown(Month.parse("2025-12"), 0.1, 0.05, 0.15)
    coverage = SourceCoverage(SourceId.ANMALDA_BROTT, NOW.first, NOW.last, missing=(), provisional=(), incomplete=(late,))
    answer = replace(published(steep), coverage=(coverage,))
    assert kind_rows(lens_findings(answer))[0]["verdict"] == "cannotTell"
    assert any("beräknas vara kända" in sentence for sentence in sentences(answer))


def test_nothing_in_either_period_cannot_be_compared() -> None:
    row = kind_rows(lens_findings(published()))[2]
    assert (row["count"], row["baselineCount"], row["percent"], row["ratio"], row["verdict"]) == (0, 0, None, None, "notApplicable")


def test_from_nothing_there_is_a_lower_end_and_no_infinity() -> None:
    risen = replace(COUNTS, older=table([50, 0], [30, 30]))
    row = area_rows(lens_findings(published(risen)))[0]
    assert (row["percent"], row["ratio"], row["ratioHigh"], row["verdict"]) == (None, None, None, "higher")
    assert row["ratioLow"] > 1


def test_periods_that_cannot_be_compared_have_no_change() -> None:
    unlike = replace(COUNTS, silent=np.array([6, 0]), comparable=False)
    for row in (*area_rows(lens_findings(published(unlike))), *kind_rows(lens_findings(published(unlike)))):
        assert (row["difference"], row["percent"], row["ratio"], row["verdict"]) == (None, None, None, "notApplicable")
    said = sentences(published(unlike))
    assert "Perioden går inte att jämföra med 2024: leveranserna täcker inte lika mycket." in said
    assert any(sentence.startswith("I 6 månader finns inget bedrägeri utan plats") for sentence in said)


def test_a_period_without_deliveries_has_no_figure() -> None:
    gone = replace(COUNTS, missing=(True, False))
    for row in (*area_rows(lens_findings(published(gone))), *kind_rows(lens_findings(published(gone)))):
        assert row["status"] == "missing"
        assert {row[name] for name in row if name not in ("code", "name", "level", "parent", "status", "verdict")} == {None}
    assert sentences(published(gone)) == ["Anmälda brott är inte levererade för 2025."]


def test_sentences_tell_what_has_no_place_before_they_tell_of_the_map() -> None:
    said = sentences(published())
    assert said[:4] == [
        "2025: 340 anmälda brott mot äldre eller personer med funktionsnedsättning, 2,12 per 1 000 invånare 65 år och äldre och år. "
        "80 kan läggas på kartan (stadsdel), 260 har ingen plats där (76 procent).",
        "Om brott mot äldre har ändrats mot 2024 kan inte avgöras (1,13 gånger så många per dag, 0,97 till 1,33).",
        "2025: 737 bedrägerier av alla slag. 15 kan läggas på kartan (stadsdel), 720 har ingen plats där (98 procent).",
        "Om bedrägerierna har ändrats mot 2024 kan inte avgöras (1,05 gånger så många per dag, 0,94 till 1,16).",
    ]
    assert "För 390 av 737 bedrägerier är det känt i vilket område den drabbade bor." in said
    assert "7 anmälda brott till gäller någon som enligt åldern är 65 år eller äldre; de räknas bara där den drabbade bor." in said


def test_a_source_that_tells_no_homes_says_so() -> None:
    silent = replace(COUNTS, homes=Homes(*(np.zeros((3, 2), np.int64) for _ in range(4))), older_home=table([0, 0], [0, 0]))
    assert "Källan säger inte var de drabbade bor." in sentences(published(silent))
    # What no row tells is no zero.
    row = area_rows(lens_findings(published(silent)))[0]
    assert (row["countByHome"], row["rateByHome"], row["fraudByHome"]) == (None, None, None)
    assert {line["older"] for line in kind_rows(lens_findings(published(silent)))} == {None}


def test_without_a_baseline_there_is_no_change() -> None:
    alone = replace(
        COUNTS, periods=COUNTS.periods[:1], older=COUNTS.older[:, :1], older_home=COUNTS.older_home[:, :1], person_years=COUNTS.person_years[:, :1],
        buckets=COUNTS.buckets[:, :1], days=COUNTS.days[:1], missing=(False,),
    )  # fmt: skip
    row = area_rows(lens_findings(published(alone)))[0]
    assert (row["count"], row["baselineCount"], row["difference"], row["verdict"]) == (50, None, None, "notApplicable")
    assert not any("ändrats" in sentence for sentence in sentences(published(alone)))


@pytest.mark.parametrize("view", list(View))
@pytest.mark.parametrize("form", list(Format))
def test_every_format_has_the_rows_of_the_view_and_no_nan(view: View, form: Format) -> None:
    content = write_lens(published(), view, Writing(form, Dialect.RFC4180, {}))
    assert b"NaN" not in content
    assert ("farsta" if view is View.AREAS else "bedrageri-kort") in [row["code"] for row in rows_of(content, form)]


def test_the_public_is_refused() -> None:
    with pytest.raises(ForbiddenError):
        published(audience=Audience.PUBLIC)
