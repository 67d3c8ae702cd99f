"""One BRIN index tells of both the month and the antal of events: a source's first delivery goes through its rows once less.

Revision: 0012
Follows: 0011
"""

from __future__ import annotations

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_index("ix_event_withheld", "event")
    op.drop_index("ix_event_month", "event")
    op.create_index("ix_event_month_antal", "event", ["month", "antal"], postgresql_using="brin")
