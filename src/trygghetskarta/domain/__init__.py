"""The vocabulary: areas, periods, categories, sources, events, questions and tables of counts."""
