"""Everything that writes: files to events, and divisions of the city to areas."""
