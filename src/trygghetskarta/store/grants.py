"""What each role may do with each table: the wall between the public and the events, as the database keeps it.

A table that stands in none of these lists is for its owner alone, and a test asks that whoever adds one decides.
"""

from __future__ import annotations

from collections.abc import Iterator

from trygghetskarta.store.faces import Face

Right = tuple[str, str | None, str, str]
"""A table, one of its columns or None for all, who, and what: ("delivery", "adapter", "tk_public", "SELECT")."""

_EVERYONE = (Face.PUBLIC, Face.STAFF, Face.INGEST)
_BEHIND = (Face.STAFF, Face.INGEST)

# Names, places, denominators and weights that say nothing of any event, and the register of measures, which boards decide on in public.
_OPEN = (
    "alembic_version", "area", "area_link", "area_neighbour", "category", "coverage", "edition", "indicator", "measure", "measure_goal",
    "measure_site", "measure_version", "public_cell", "public_draw", "publication", "source", "weight", "weight_set",
)  # fmt: skip
# What a public answer says of the deliveries it rests on. What the files were called and how many rows they had is not the public's.
_DELIVERY = ("delivery_id", "source_id", "received_at", "published_at", "status")
# Events, their counts, and what leads to them.
_EXACT = ("delivery", "event", "event_link", "feed_item", "place", "place_area", "rollup", "rollup_month")
# Rows and files as they came: whoever delivers mends them; nobody else has any business with them.
_DELIVERED = ("held_part", "rejected_row")
# Who may do what: whoever answers those who show a key must know it, and the keys themselves stand nowhere.
_IDENTITY = ("api_key", "caller_right")

# The log of what was done: added to by those who do it, and read by the auditor alone. A new entry needs the number and the hash of the last.
_LOG = "audit_entry"
_CHAINED = ("number", "hash")

_WRITTEN = {
    Face.STAFF: {
        "measure": ("INSERT",),
        "measure_goal": ("INSERT",),
        "measure_site": ("INSERT",),
        "measure_version": ("INSERT", "UPDATE"),
        "publication": ("INSERT",),
    },
    # `event` is its own: only the owner of a table can join a source's partition to it.
    Face.INGEST: {
        "category": ("INSERT",),
        "coverage": ("INSERT", "UPDATE"),
        "delivery": ("INSERT", "UPDATE"),
        "event_link": ("INSERT", "UPDATE", "DELETE"),
        "feed_item": ("INSERT", "UPDATE"),
        "held_part": ("INSERT", "DELETE"),
        "indicator": ("INSERT", "UPDATE"),
        "measure": ("INSERT",),
        "measure_goal": ("INSERT",),
        "measure_site": ("INSERT",),
        "measure_version": ("INSERT", "UPDATE"),
        "place": ("INSERT",),
        "place_area": ("INSERT",),
        "public_cell": ("INSERT",),
        "public_draw": ("INSERT",),
        "publication": ("INSERT",),
        "rejected_row": ("INSERT", "DELETE"),
        "rollup_month": ("INSERT", "DELETE"),
    },
}

INGEST_OWNS = "event"
"""The table, with its partitions, that belongs to tk_ingest."""


PUBLIC_FUNCTIONS = frozenset(
    {
        "bytea",
        "box2d",
        "box3d",
        "geometry",
        "geometry_overlaps",
        "postgis_lib_version",
        "st_area",
        "st_asbinary",
        "st_asgeojson",
        "st_asmvt",
        "st_asmvtgeom",
        "st_expand",
        "st_extent",
        "st_flipcoordinates",
        "st_geomfromgeojson",
        "st_geomfromwkb",
        "st_intersection",
        "st_intersects",
        "st_makeenvelope",
        "st_makevalid",
        "st_multi",
        "st_segmentize",
        "st_setsrid",
        "st_srid",
        "st_tileenvelope",
        "st_transform",
        "st_x",
        "st_xmax",
        "st_xmin",
        "st_y",
        "st_ymax",
        "st_ymin",
    }
)
"""The functions of PostGIS that answers to the public call, by name; all others are closed to `tk_public`.

Some of those tell whoever may not read a table where its points lie: `_postgis_stats`, `_postgis_selectivity` and `ST_EstimatedExtent` read the
planner's statistics and ask for no right to the table.
"""


def rights() -> Iterator[Right]:
    """Give every right that a role of ours has on a table."""
    for table in _OPEN:
        yield from ((table, None, face, "SELECT") for face in _EVERYONE)
    yield from (("delivery", column, Face.PUBLIC, "SELECT") for column in _DELIVERY)
    for table in (*_EXACT, *_IDENTITY):
        yield from ((table, None, face, "SELECT") for face in _BEHIND)
    yield from ((table, None, Face.INGEST, "SELECT") for table in _DELIVERED)
    yield (_LOG, None, Face.AUDIT, "SELECT")
    for face in _BEHIND:
        yield from ((_LOG, column, face, "SELECT") for column in _CHAINED)
        yield (_LOG, None, face, "INSERT")
    for face, tables in _WRITTEN.items():
        yield from ((table, None, face, verb) for table, verbs in tables.items() for verb in verbs)
