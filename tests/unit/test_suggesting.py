from __future__ import annotations

from pathlib import Path

from trygghetskarta.ingest.mapping import read_mapping
from trygghetskarta.ingest.suggesting import suggest_mapping


def test_a_foreign_header_gives_a_mapping_that_can_be_read(tmp_path: Path) -> None:
    text = suggest_mapping(["ID", "Case Number", "Date", "Primary Type", "Longitude", "Latitude", "Community Area", "Beat"])
    path = tmp_path / "utkast.toml"
    path.write_text(text, encoding="utf-8")
    layout = read_mapping(path)
    assert layout.columns == {
        "id": "ID",
        "kind": "Primary Type",
        "start": "Date",
        "x": "Longitude",
        "y": "Latitude",
        "area": "Community Area",
    }
    assert "# Kolumner som inte används: Case Number, Beat" in text


def test_a_misspelt_column_is_still_understood_and_every_column_is_used_once() -> None:
    text = suggest_mapping(["Brotskod", "Inskrivningsdatm", "Antal", 'Citat "x"'])
    assert '[columns]\nkind = "Brotskod"\nreported = "Inskrivningsdatm"\nantal = "Antal"\n' in text
    assert 'Citat "x"' in text.splitlines()[-1]


def test_a_header_that_says_nothing_still_gives_a_draft() -> None:
    assert suggest_mapping(["a", "b"]).startswith('[columns]\n\n[constants]\nkind = "0000"')
