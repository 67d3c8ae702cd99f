"""The levels of a city are its own: the table of areas takes any name of one.

Revision: 0017
Follows: 0016
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_constraint(op.f("ck_area_level"), "area")
    op.create_check_constraint(op.f("ck_area_level"), "area", "level ~ '^[a-z][a-z0-9-]*$'")
    op.alter_column("area", "level", existing_type=sa.Text(), comment="As the city's file names it")
