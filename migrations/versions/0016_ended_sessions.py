"""Sessions on the page that were ended before their time.

Revision: 0016
Follows: 0015
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "ended_session",
        sa.Column("subject", sa.Text(), nullable=False, comment="What the issuer of tokens knows the person by"),
        sa.Column("mark", sa.LargeBinary(), nullable=False, comment="SHA-256 of the session's token; empty for all that the person had"),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False, comment="When no such session would hold any longer"),
        sa.CheckConstraint("octet_length(mark) in (0, 32)", name=op.f("ck_ended_session_mark")),
        sa.PrimaryKeyConstraint("subject", "mark", name=op.f("pk_ended_session")),
        comment="Sessions on the page that were ended before their time: kept until they would have ended by themselves",
    )
