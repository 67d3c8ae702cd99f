"""What the API answers, as types: the schemas of openapi.json, and of the clients made from it."""
