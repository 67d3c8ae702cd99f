"""Values that are not events, in versions; counts of none and counts withheld.

Revision: 0003
Follows: 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    _indicators()
    _keep_population()
    op.drop_table("population")
    _events()


def _indicators() -> None:
    op.create_table(
        "indicator",
        sa.Column("source_id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("level", sa.Text(), nullable=False, comment="An area level, or polisregion"),
        sa.Column("code", sa.Text(), nullable=False, comment="Code of the area at that level, in the edition that was in force"),
        sa.Column("on_date", sa.Date(), nullable=False, comment="Day it was counted; the first day of the year or month that it is about"),
        sa.Column(
            "question",
            sa.Text(),
            nullable=False,
            comment="What was asked; of population: residents, residents65plus, dayPopulation, dwellings",
        ),
        sa.Column("of_group", sa.Text(), nullable=False, comment="Of whom: alla, kvinnor, an age"),
        sa.Column("known_from", sa.DateTime(timezone=True), nullable=False, comment="When readers first saw this version"),
        sa.Column("known_to", sa.DateTime(timezone=True), comment="When a later version replaced it; NULL for the current one"),
        sa.Column("value", sa.Double(), comment="NULL where the source withholds it"),
        sa.Column("n", sa.Integer(), comment="Answers it rests on"),
        sa.Column("half_width", sa.Double(), comment="Half its 95 % interval"),
        sa.Column("delivery_id", sa.BigInteger(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False, comment="Line of the delivered file; 0 where it was not kept"),
        sa.CheckConstraint("value >= 0", name=op.f("ck_indicator_value")),
        sa.CheckConstraint("n >= 0", name=op.f("ck_indicator_n")),
        sa.CheckConstraint("half_width >= 0", name=op.f("ck_indicator_half_width")),
        sa.CheckConstraint("known_to > known_from", name=op.f("ck_indicator_known")),
        sa.ForeignKeyConstraint(["source_id"], ["source.source_id"], name=op.f("fk_indicator_source_id_source")),
        sa.ForeignKeyConstraint(["delivery_id"], ["delivery.delivery_id"], name=op.f("fk_indicator_delivery_id_delivery")),
        sa.PrimaryKeyConstraint("source_id", "level", "code", "on_date", "question", "of_group", "known_from", name=op.f("pk_indicator")),
        comment="Versions of values that are not events: survey answers, inhabitants, counts per police region",
    )


def _keep_population() -> None:
    """Make each population file a delivery, known from when the first was loaded: what it replaced was never kept."""
    op.execute(
        """
        INSERT INTO source (source_id, code) SELECT 9, 'population' WHERE EXISTS (SELECT 1 FROM population)
        """
    )
    op.execute(
        """
        INSERT INTO delivery (source_id, file_name, sha256, bytes, received_at, published_at, status, adapter, rows_read, rows_new)
        SELECT 9, 'population.csv', file_sha256, 0, known.since, known.since, 'published', 'population/0', count(*), count(*)
        FROM population CROSS JOIN (SELECT coalesce(min(published_at), now()) AS since FROM publication WHERE what = 'population') AS known
        GROUP BY file_sha256, known.since
        """
    )
    op.execute(
        """
        INSERT INTO indicator (source_id, level, code, on_date, question, of_group, known_from, value, delivery_id, line)
        SELECT 9, level, code, on_date, kind, 'alla', published_at, value, delivery_id, 0
        FROM population JOIN delivery ON delivery.source_id = 9 AND sha256 = file_sha256
        """
    )


def _events() -> None:
    op.drop_constraint(op.f("ck_event_antal"), "event", type_="check")
    op.create_check_constraint(op.f("ck_event_antal"), "event", "antal >= 0")
    op.alter_column(
        "event",
        "antal",
        existing_type=sa.Integer(),
        existing_nullable=False,
        existing_comment="Events the row stands for",
        comment="Events the row stands for; 0 for a count of none, or one the source withholds",
    )
    op.create_index("ix_event_withheld", "event", ["source_id"], postgresql_where=sa.text("antal = 0"))
