"""Editions that wait for a person's yes, and those that are meant though they lack a level: those that are there already stay what they are.

Revision: 0021
Follows: 0020
"""

from __future__ import annotations

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("""
        ALTER TABLE edition ADD held boolean NOT NULL DEFAULT false, ADD stands boolean NOT NULL DEFAULT false,
            ADD changed jsonb NOT NULL DEFAULT '[]'
    """)
    op.execute("COMMENT ON COLUMN edition.held IS 'True while it waits for a person''s yes'")
    op.execute("COMMENT ON COLUMN edition.stands IS 'True where it is meant though it lacks a level'")
    op.execute("COMMENT ON COLUMN edition.changed IS 'Areas that had other ground under the same code before'")
    op.execute("UPDATE edition SET stands = true")
