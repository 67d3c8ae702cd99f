"""Links between events of different sources, with what each source tells."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, text

from trygghetskarta.domain.links import LinkStatus
from trygghetskarta.domain.sources import SourceId

_LIST = text("""
    SELECT link_id, score, minutes, metres, status, decided_by, decided_at, a.told AS a, b.told AS b, count(*) OVER () AS total
    FROM event_link
    CROSS JOIN LATERAL (
        SELECT jsonb_build_object('source', source.code, 'identity', identity, 'delivery', delivery_id, 'line', line, 'happened', starts_at,
            'category', category.name, 'areaText', area_text, 'precision', precision, 'withdrawn', withdrawn) AS told
        FROM event JOIN category USING (category_id) JOIN source ON source.source_id = event.source_id
        WHERE event.source_id = a_source AND key = a_key ORDER BY known_from DESC LIMIT 1
    ) AS a
    CROSS JOIN LATERAL (
        SELECT jsonb_build_object('source', source.code, 'identity', identity, 'delivery', delivery_id, 'line', line, 'happened', starts_at,
            'category', category.name, 'areaText', area_text, 'precision', precision, 'withdrawn', withdrawn) AS told
        FROM event JOIN category USING (category_id) JOIN source ON source.source_id = event.source_id
        WHERE event.source_id = b_source AND key = b_key ORDER BY known_from DESC LIMIT 1
    ) AS b
    WHERE (CAST(:status AS text) IS NULL OR status = :status) AND (CAST(:source AS smallint) IS NULL OR :source IN (a_source, b_source))
    ORDER BY score DESC, link_id LIMIT :limit
""")


def list_links(connection: Connection, status: LinkStatus | None, source: SourceId | None, limit: int) -> tuple[list[dict[str, Any]], int]:
    """Read links, the likeliest first.

    Args:
        connection: Inside a transaction.
        status: Only those of this status; None for all.
        source: Only those with an event of this source; None for all.
        limit: How many at the most.

    Returns:
        One mapping per link, with each event as its last version tells it; and how many links there are in all.
    """
    rows = connection.execute(
        _LIST,
        {"status": status.value if status is not None else None, "source": source.number if source is not None else None, "limit": limit},
    )
    links = [dict(row) for row in rows.mappings()]
    return links, links[0]["total"] if links else 0
