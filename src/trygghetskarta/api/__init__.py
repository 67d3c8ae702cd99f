"""The HTTP door: parse, ask, release, write."""
