"""What a receipt tells of kinds that a source's tree does not know."""

from __future__ import annotations

from trygghetskarta.domain.sources import SourceId
from trygghetskarta.ingest.kinds import Kinds


def told(source: SourceId, kind: str) -> tuple[str, str]:
    (warning,) = Kinds(source, {}, unknown={kind: 2}).warnings()
    return warning.swedish, warning.english


def test_an_unknown_kind_is_told_with_the_known_one_it_is_most_like() -> None:
    swedish, english = told(SourceId.POLISHANDELSER, "Rånn")
    assert swedish == "Okända händelsetyper är sparade som okategoriserade: Rånn (menas Rån?)."
    assert english == "Unknown kinds were kept as uncategorised: Rånn (is Rån meant?)."


def test_a_kind_like_no_other_and_a_code_of_digits_are_told_as_they_are() -> None:
    assert told(SourceId.POLISHANDELSER, "Xyzzy")[0].endswith("okategoriserade: Xyzzy.")
    assert told(SourceId.ANMALDA_BROTT, "0399")[0].endswith("okategoriserade: 0399.")
    assert Kinds(SourceId.ANMALDA_BROTT, {}).warnings() == []
