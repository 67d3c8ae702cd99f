"""What must hold of the database at every moment that a reader may look, whatever happened to those who write."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, text

Rows = list[tuple[Any, ...]]

# Each finds what must not be there.
_FAULTS = {
    "the rollup is not a recount of the current versions": """
        WITH recount AS (
            SELECT place_id, source_id, category_id, month, sum(antal) AS antal FROM event
            WHERE known_to IS NULL AND NOT withdrawn GROUP BY 1, 2, 3, 4
        )
        SELECT * FROM rollup FULL JOIN recount USING (place_id, source_id, category_id, month) WHERE rollup.antal IS DISTINCT FROM recount.antal
    """,
    "a delivery's rows are not its versions": """
        SELECT delivery_id, rows_new + rows_changed AS told, count(event.key) AS versions FROM delivery LEFT JOIN event USING (delivery_id)
        GROUP BY delivery_id
        HAVING rows_new + rows_changed NOT BETWEEN count(event.key) FILTER (WHERE NOT withdrawn) AND count(event.key)
    """,
    "an event or coverage of a delivery that is not published": """
        SELECT delivery_id, status FROM (SELECT delivery_id FROM event UNION SELECT delivery_id FROM coverage) AS seen
        LEFT JOIN delivery USING (delivery_id) WHERE status IS NULL OR status NOT IN ('published', 'unchanged', 'withdrawn')
    """,
    "a delivery that changed something and was not announced, or was announced and changed nothing": """
        SELECT delivery_id, status FROM delivery LEFT JOIN publication USING (delivery_id) WHERE status <> 'withdrawn'
        GROUP BY delivery_id HAVING count(version) <> (status = 'published')::int
    """,
    "a delivery published without a time, or with one though it is not": """
        SELECT delivery_id, status FROM delivery WHERE (status = 'published' AND published_at IS NULL)
            OR (status IN ('received', 'held', 'refused') AND (published_at IS NOT NULL OR rows_new + rows_changed > 0))
    """,
    "versions of an event that do not follow one another": """
        SELECT * FROM (
            SELECT source_id, key, known_to, lead(known_from) OVER (PARTITION BY source_id, key ORDER BY known_from) AS next FROM event
        ) AS versions WHERE known_to IS DISTINCT FROM next AND (known_to IS NULL OR next IS NOT NULL)
    """,
    "a number that leads nowhere": """
        SELECT event.source_id, event.key FROM event LEFT JOIN place USING (place_id) LEFT JOIN category USING (category_id)
        WHERE place.place_id IS NULL OR category.category_id IS NULL
    """,
    "a temporary table left behind": """
        SELECT relname FROM pg_class WHERE relpersistence = 't'
            AND NOT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid())
    """,
    "a temporary file left behind": "SELECT name FROM pg_ls_tmpdir()",
}
_CONTENT = text("""
    SELECT source_id, event.key::text, identity, digest::text, category.code, place.key, month, antal, withdrawn, event.precision, time_precision,
        starts_at, ends_at, reported_on, ST_AsText(geom, 3), area_text, detail::text
    FROM event JOIN category USING (source_id, category_id) JOIN place USING (place_id) WHERE known_to IS NULL ORDER BY source_id, event.key
""")


def assert_whole(connection: Connection) -> None:
    """Assert that no delivery is seen half, and none is missed."""
    for fault, query in _FAULTS.items():
        found = connection.execute(text(query)).all()
        assert not found, f"{fault}: {found[:5]}"


def content(connection: Connection) -> Rows:
    """Give the canonical content of all current versions, apart from when and by which delivery each came."""
    return [tuple(row) for row in connection.execute(_CONTENT)]
