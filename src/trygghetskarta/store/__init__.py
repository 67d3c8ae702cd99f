"""Where everything is kept: the tables, the engine, and a private PostGIS server."""
