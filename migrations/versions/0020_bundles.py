"""Groups across the sources are cells of the public lattice, and divide it: what was released without them is taken back, for `release` to draw anew.

Revision: 0020
Follows: 0019
"""

from __future__ import annotations

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("DELETE FROM public_cell USING public_draw WHERE public_draw.draw_id = public_cell.draw_id AND perturbed")
    op.execute(
        "WITH gone AS (DELETE FROM public_draw WHERE perturbed RETURNING 1) INSERT INTO publication (what) SELECT DISTINCT 'release' FROM gone"
    )
    op.execute(
        "COMMENT ON COLUMN public_cell.category_ids IS 'The categories; 0 for all of the source, below 0 a group across the sources'"
    )
