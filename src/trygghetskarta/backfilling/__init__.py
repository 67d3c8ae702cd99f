"""Decades of files at once: staged by as many processes and machines as there are, and published together.

The same adapters, checks, placing and identity as for one delivery. dask.distributed deals the files out; nothing is lost with a process of its,
as what is done stands in the database.
"""
