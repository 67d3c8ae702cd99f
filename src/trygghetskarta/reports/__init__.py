"""Reports: documents made of several questions and their answers."""
