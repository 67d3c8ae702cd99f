"""What `/ogc/v1` is made of: collections, their items, and the documents that describe them."""
