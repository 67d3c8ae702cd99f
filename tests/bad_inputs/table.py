"""The table of bad inputs of the design, row by row, and the rows that are tried elsewhere."""

from __future__ import annotations

TABLE: dict[str, tuple[str, ...]] = {
    "File and transport": (
        "Same file, same bytes, again",
        "Same file, other name",
        "Same rows, other row order",
        "Empty file (0 bytes)",
        "Header only",
        "File truncated mid-row (no trailing newline, last row short)",
        "Connection cut during upload (Content-Length not met)",
        "10 GB CSV",
        "Zip bomb (194 kB → 200 MB; nested zip)",
        "Zip with 2 CSVs, `../../etc/x`, symlink, or encrypted",
        "gzip file without extension",
        "Right file to wrong source (fire data to crime endpoint)",
        "Two different files for one source at once",
        "Older month file arrives after newer correction",
    ),
    "Encoding and text": (
        "UTF-8 with BOM",
        "cp1252/Latin-1",
        "cp850 / Mac Roman",
        "Mixed: UTF-8 with 3 rows cp1252",
        "NFD `So¨dermalm`",
        "NUL byte in a field",
        "Zero-width space, NBSP, RTL override in category",
        "BLNS (515 strings) in every text column",
        "Field of 200 kB / 10 MB / 1 GB",
    ),
    "Structure": (
        "`;` vs `,` vs tab",
        "Columns reordered",
        "Header in other case/with spaces/`Brottskod `",
        "Column renamed",
        "Extra column",
        "Interior empty header",
        "Row with too few / too many fields",
        "Unclosed quote",
        "Newline inside quotes",
        "CR only / mixed CRLF / LF",
        'Blank lines, "Summa"/"Totalt" footer, "Källa: …" rows, metadata lines above header',
        "Excel formula without cached value, `#REF!`, `#N/A`",
        "Aggregate file (counts per area) where events are expected",
    ),
    "Identity and duplicates": (
        "Same event id twice, identical",
        "Same id in later file, changed",
        "Same event without id reported twice (same time, place, code)",
        "Missing id",
        'Withdrawn event ("makulerad")',
    ),
    "Time": (
        "`2025-03-30 02:30` (does not exist)",
        "`2025-10-26 02:30` (ambiguous)",
        "Crime around midnight at month end, UTC stamps",
        "`01/02/2025`, `1.2.25`",
        "`2025-02-29`, `2025-06-31`, `2025-13-01`",
        '`2025-W01-1`, `jan-25` (Excel-mangled "1-25"), `20250101`',
        "`24:00`, `23:59:60`, `infinity`, `0001-01-01`",
        "Future date (tomorrow; year 2205)",
        'Interval "between 1 and 14 March"',
        "Only month known",
        "Reported before occurred",
    ),
    "Place": (
        "lat/lon swapped",
        "N/E swapped in SWEREF",
        "TM in a file declared 18 00 (all rows)",
        "RT90, ST74",
        "0,0; NULL; `NaN`; `inf`; `1e999`; `POINT EMPTY`",
        "`59,3309` decimal comma; `6 580 000` with space/NBSP; `−` U+2212; `1_000`; `٣`",
        "Thousand separator eats decimals: `153.335,68`",
        "Outside the municipality (Solna, Lidingö) by 20 m / by 5 km",
        "In water",
        "Exactly on border; on a 3-area corner",
        "In a sliver/gap or overlap of the area layer",
        "Area code unknown / old (area split or merged in 2020s)",
        "Area name variants: `Enskede-Årsta-Vantör`, `Enskede Årsta Vantör`, `ENSKEDE`",
        "Invalid polygon in area layer (bowtie, unclosed, wrong winding)",
        "New area layer with same codes, other shapes",
    ),
    "Values": (
        "Unknown crime code",
        "Code `0310` vs `310` vs `310.0`",
        "Category text changes spelling mid-year",
        "Negative/decimal/huge count (`-1`, `0.5`, `1e9`)",
        "`<5`, `..`, `-`, `*` (suppressed by the source)",
        "Empty vs `NULL` vs `N/A` vs `okänt`",
        "Personnummer, phone, e-mail, name, address in free text",
        'HTML/JS in text (`<script>`, `"><img onerror>`)',
        "Text that starts with `=`, `+`, `@`, `-`, tab or CR (formulas)",
        "SQL in text (`'; drop table`)",
    ),
    "Volume and drift": (
        "Month with 0 rows / 40 % fewer / 10× more",
        "60 % of rows quarantined",
    ),
    "System": (
        "kill -9 at 20 random moments",
        "DB immediate stop ×10",
        "Disk full in data volume",
        "Disk full in WAL",
        "Statement timeout/lock timeout/serialization failure/deadlock in load",
        "Migration runs during a load",
        "Loader of version N, schema N+1",
        "Upload without key / expired / read-only key",
    ),
}

ELSEWHERE: dict[str, str] = {
    "Connection cut during upload (Content-Length not met)": (
        "tests/api/test_deliveries.py::test_who_sends_no_more_and_still_listens_is_told_that_not_all_of_it_came"
    ),
    "10 GB CSV": "tests/api/test_deliveries.py::test_a_file_too_large_without_a_length_is_refused_at_the_limit",
    "kill -9 at 20 random moments": (
        "tests/faults/test_killed_loader.py::test_a_loader_killed_at_any_moment_leaves_all_or_nothing_and_a_rerun_completes"
    ),
    "DB immediate stop ×10": (
        "tests/faults/test_stopped_database.py::test_a_database_stopped_during_loads_comes_back_whole_and_the_reruns_complete"
    ),
    "Disk full in data volume": "tests/faults/test_full_disk.py::test_a_full_data_disk_refuses_the_delivery_and_gives_its_space_back",
    "Disk full in WAL": "tests/faults/test_full_disk.py::test_a_full_log_stops_the_server_which_comes_back_with_all_its_data",
    "Statement timeout/lock timeout/serialization failure/deadlock in load": (
        "tests/db/test_delivering.py::test_what_the_database_asks_to_have_tried_again_is_tried_three_times_more"
    ),
    "Migration runs during a load": "tests/faults/test_migration_meets_load.py::test_a_migration_waits_for_a_load",
    "Loader of version N, schema N+1": (
        "tests/faults/test_migration_meets_load.py::test_a_load_waits_for_a_migration_and_refuses_tables_newer_than_itself"
    ),
    "Upload without key / expired / read-only key": "tests/api/test_deliveries.py::test_the_key_is_looked_at_before_any_of_the_body",
}
"""Rows that are tried by a test of another folder, and which."""

TRIED: set[str] = set()
"""The rows that some test here is about; filled as the modules are imported."""
