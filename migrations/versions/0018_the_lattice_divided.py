"""The public lattice is divided only where it shows enough: what was released undivided is taken back, and is released anew by `release`.

Revision: 0018
Follows: 0017
"""

from __future__ import annotations

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("DELETE FROM public_cell USING public_draw WHERE public_draw.draw_id = public_cell.draw_id AND perturbed")
    op.execute(
        "WITH gone AS (DELETE FROM public_draw WHERE perturbed RETURNING 1) INSERT INTO publication (what) SELECT DISTINCT 'release' FROM gone"
    )
    op.create_table_comment(
        "public_cell",
        "The protected counts of a draw, by edition and level: a protected cell that is not there is not shown, an exact one is 0",
        existing_comment="The protected counts of a draw, by edition and level: a cell that is not there is 0",
    )
