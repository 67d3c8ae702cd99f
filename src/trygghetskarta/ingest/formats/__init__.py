"""Readers of delivered files: what was packed is opened, and every format becomes blocks of texts."""
