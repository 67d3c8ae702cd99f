"""Everything that is asked of the data."""
