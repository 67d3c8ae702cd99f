"""The files of a backfill, and what each came to until all are published together.

Revision: 0019
Follows: 0018
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "staged",
        sa.Column("source_id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("path", sa.Text(), nullable=False, comment="Where the file lies"),
        sa.Column("version", sa.Text(), nullable=False, comment="Changes when the file does, or would be read otherwise"),
        sa.Column("number", sa.Integer(), nullable=False, comment="Its place in the order of the files"),
        sa.Column("delivery_id", sa.BigInteger(), nullable=False, comment="The number it has as a delivery once a worker has received it"),
        sa.Column("areas", sa.BigInteger(), nullable=True, comment="The publication of the areas its events were placed in"),
        sa.Column("told", postgresql.JSONB(), nullable=True, comment="What it came to; NULL until a worker is done with it"),
        sa.ForeignKeyConstraint(["source_id"], ["source.source_id"], name=op.f("fk_staged_source_id")),
        sa.PrimaryKeyConstraint("source_id", "path", name=op.f("pk_staged")),
        sa.UniqueConstraint("delivery_id", name=op.f("uq_staged_delivery_id")),
        comment="The files of backfills under way; the events of each wait in a table stage_<delivery_id>",
    )
    op.create_table(
        "staged_key",
        sa.Column("delivery_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("keys", sa.LargeBinary(), nullable=False, comment="Of the events of one part of the file, 16 bytes each"),
        sa.PrimaryKeyConstraint("delivery_id", "number", name=op.f("pk_staged_key")),
        comment="What makes the staged events themselves: which are told of by several files",
        prefixes=["UNLOGGED"],
    )
    # Hashes do not become shorter by being packed.
    op.execute("ALTER TABLE staged_key ALTER COLUMN keys SET STORAGE EXTERNAL")
    op.create_table(
        "staged_month",
        sa.Column("delivery_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("month", sa.Integer(), autoincrement=False, nullable=False, comment="Months since 1970-01"),
        sa.Column("place_ids", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("category_ids", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("antal", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.PrimaryKeyConstraint("delivery_id", "month", name=op.f("pk_staged_month")),
        comment="Counts of the staged events, as rollup_month has them",
        prefixes=["UNLOGGED"],
    )
