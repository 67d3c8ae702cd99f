"""The log of what was done.

Revision: 0013
Follows: 0012
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "audit_entry",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False, comment="1 and on, without a gap"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "actor", sa.Text(), nullable=False, comment="Who did it: a person or key the service knows, or a user of the machine (os:...)"
        ),
        sa.Column("act", sa.Text(), nullable=False, comment="What was done: store.audit.Act"),
        sa.Column("detail", sa.Text(), nullable=False, comment="To what, as a JSON object"),
        sa.Column("hash", sa.LargeBinary(), nullable=False, comment="SHA-256 of the hash before and of all that the entry says"),
        sa.CheckConstraint("number >= 1", name=op.f("ck_audit_entry_number")),
        sa.CheckConstraint("octet_length(hash) = 32", name=op.f("ck_audit_entry_hash")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit_entry")),
        comment="What was done, by whom: entries are added and never changed, and each is bound to the one before by its hash",
    )
