"""One adapter per source."""
