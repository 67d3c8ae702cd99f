"""Statistical tables: what a statistics client takes a source for, and what it may choose of it."""
