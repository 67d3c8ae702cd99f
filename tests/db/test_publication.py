"""Publications: the order that readers see them in."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError

from trygghetskarta.ingest.publication import announce
from trygghetskarta.queries.cube import newest_version


def test_whoever_has_seen_the_newest_publication_has_seen_all_before_it(fresh_database: Engine) -> None:
    with fresh_database.connect() as slow, fresh_database.connect() as quick:
        announce(slow, "delivery")
        # The other may not overtake: a reader would know the later number, and never hear of the earlier.
        quick.execute(text("SET lock_timeout = '200ms'"))
        with pytest.raises(OperationalError, match="lock timeout"):
            announce(quick, "delivery")
        quick.rollback()
        slow.commit()
        first = newest_version(quick)
        announce(quick, "delivery")
        quick.commit()
        assert newest_version(slow) > first > 0
