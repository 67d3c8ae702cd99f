"""Which areas border on each other.

Revision: 0007
Follows: 0006
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "area_neighbour",
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("neighbour_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["area_id"], ["area.area_id"], name=op.f("fk_area_neighbour_area_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["neighbour_id"], ["area.area_id"], name=op.f("fk_area_neighbour_neighbour_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("area_id", "neighbour_id", name=op.f("pk_area_neighbour")),
        comment="Areas of one edition and level that border on each other, each pair both ways; a shared corner is enough",
    )
    op.create_index("ix_area_neighbour_neighbour_id", "area_neighbour", ["neighbour_id"])
    op.execute(
        """
        INSERT INTO area_neighbour (area_id, neighbour_id)
        SELECT one.area_id, other.area_id FROM area AS one
        JOIN area AS other ON other.edition_id = one.edition_id AND other.level = one.level AND other.area_id <> one.area_id
            AND ST_Intersects(other.geom, one.geom)
        """
    )
