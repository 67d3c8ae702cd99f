"""Findings: what the statistics say of released figures. Pure; asks nothing of the data itself."""
