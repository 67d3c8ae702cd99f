"""One reader per format: a file to parts of a table of texts."""
