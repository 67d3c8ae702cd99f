"""Trygghetskarta: crime and safety by area and month, as map, table and graph."""

from importlib.metadata import version

__version__ = version("trygghetskarta")
