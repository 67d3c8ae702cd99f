"""The tables of who may do what, as SQLAlchemy Core."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, DateTime, LargeBinary, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY

from trygghetskarta.store.schema import metadata

api_key = Table(
    "api_key",
    metadata,
    Column("key_id", Text, primary_key=True, comment="The part of the key that may be told"),
    Column("name", Text, nullable=False, comment="Who or what it is for; two of a name may hold at once"),
    Column("role", Text, nullable=False),
    Column("areas", ARRAY(Text), nullable=False, comment="Codes of the stadsdelsomraden of a coordinator"),
    Column("sources", ARRAY(Text), nullable=False, comment="The sources of one who delivers"),
    Column("purpose", Text, comment="What an analyst's exact figures are for; NULL for other roles"),
    Column("mark", LargeBinary, nullable=False, comment="HMAC-SHA-256 of the whole key under the installation's secret"),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("revoked_at", DateTime(timezone=True), comment="NULL while it has not been taken back"),
    CheckConstraint("role in ('reader', 'coordinator', 'analyst', 'ingest', 'admin', 'auditor')", name="role"),
    CheckConstraint("octet_length(mark) = 32", name="mark"),
    CheckConstraint("expires_at > created_at", name="expires"),
    CheckConstraint("(cardinality(areas) > 0) = (role = 'coordinator')", name="areas"),
    CheckConstraint("(cardinality(sources) > 0) = (role = 'ingest')", name="sources"),
    CheckConstraint("(purpose is not null) = (role = 'analyst')", name="purpose"),
    comment="API keys, as they are known again: the keys themselves are nowhere",
)

caller_right = Table(
    "caller_right",
    metadata,
    Column("subject", Text, primary_key=True, comment="What the issuer of tokens knows the person by"),
    Column("kind", Text, primary_key=True, comment="area: exact figures of a stadsdelsomrade; source: may deliver it"),
    Column("code", Text, primary_key=True, comment="Code of the stadsdelsomrade, or of the source"),
    Column("granted_at", DateTime(timezone=True), primary_key=True),
    Column("revoked_at", DateTime(timezone=True), comment="NULL while it holds"),
    CheckConstraint("kind in ('area', 'source')", name="kind"),
    CheckConstraint("revoked_at >= granted_at", name="revoked"),
    comment="What people who sign in have been given beside their roles, and when",
)
