"""Published tables to bytes."""
