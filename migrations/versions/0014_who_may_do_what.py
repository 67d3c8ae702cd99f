"""API keys, and what people who sign in have been given.

Revision: 0014
Follows: 0013
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "api_key",
        sa.Column("key_id", sa.Text(), nullable=False, comment="The part of the key that may be told"),
        sa.Column("name", sa.Text(), nullable=False, comment="Who or what it is for; two of a name may hold at once"),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("areas", postgresql.ARRAY(sa.Text()), nullable=False, comment="Codes of the stadsdelsomraden of a coordinator"),
        sa.Column("sources", postgresql.ARRAY(sa.Text()), nullable=False, comment="The sources of one who delivers"),
        sa.Column("purpose", sa.Text(), comment="What an analyst's exact figures are for; NULL for other roles"),
        sa.Column("mark", sa.LargeBinary(), nullable=False, comment="HMAC-SHA-256 of the whole key under the installation's secret"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), comment="NULL while it has not been taken back"),
        sa.CheckConstraint("role in ('reader', 'coordinator', 'analyst', 'ingest', 'admin', 'auditor')", name=op.f("ck_api_key_role")),
        sa.CheckConstraint("octet_length(mark) = 32", name=op.f("ck_api_key_mark")),
        sa.CheckConstraint("expires_at > created_at", name=op.f("ck_api_key_expires")),
        sa.CheckConstraint("(cardinality(areas) > 0) = (role = 'coordinator')", name=op.f("ck_api_key_areas")),
        sa.CheckConstraint("(cardinality(sources) > 0) = (role = 'ingest')", name=op.f("ck_api_key_sources")),
        sa.CheckConstraint("(purpose is not null) = (role = 'analyst')", name=op.f("ck_api_key_purpose")),
        sa.PrimaryKeyConstraint("key_id", name=op.f("pk_api_key")),
        comment="API keys, as they are known again: the keys themselves are nowhere",
    )
    op.create_table(
        "caller_right",
        sa.Column("subject", sa.Text(), nullable=False, comment="What the issuer of tokens knows the person by"),
        sa.Column("kind", sa.Text(), nullable=False, comment="area: exact figures of a stadsdelsomrade; source: may deliver it"),
        sa.Column("code", sa.Text(), nullable=False, comment="Code of the stadsdelsomrade, or of the source"),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), comment="NULL while it holds"),
        sa.CheckConstraint("kind in ('area', 'source')", name=op.f("ck_caller_right_kind")),
        sa.CheckConstraint("revoked_at >= granted_at", name=op.f("ck_caller_right_revoked")),
        sa.PrimaryKeyConstraint("subject", "kind", "code", "granted_at", name=op.f("pk_caller_right")),
        comment="What people who sign in have been given beside their roles, and when",
    )
