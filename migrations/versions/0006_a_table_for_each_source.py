"""A partition of `event` for each source, made when the source first delivers.

Revision: 0006
Follows: 0005
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change: the rows are copied, as a table cannot become a partitioned one."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("ALTER TABLE event RENAME TO event_before")
    op.execute(
        "CREATE TABLE event (LIKE event_before INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING COMMENTS) PARTITION BY LIST (source_id)"
    )
    op.create_table_comment("event", "Versions of events: one row per event and period of knowledge; a partition for each source")
    for source in op.get_bind().execute(sa.text("SELECT DISTINCT source_id FROM event_before ORDER BY 1")).scalars().all():
        op.execute(f"CREATE TABLE event_{source} PARTITION OF event FOR VALUES IN ({source})")
    op.execute("INSERT INTO event SELECT * FROM event_before")
    op.execute("DROP TABLE event_before")
    op.create_primary_key("pk_event", "event", ["source_id", "key", "known_from"])
    op.create_index("ix_event_withheld", "event", ["source_id"], postgresql_where=sa.text("antal = 0"))
    op.create_index("ix_event_month", "event", ["month"], postgresql_using="brin")
