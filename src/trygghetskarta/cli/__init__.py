"""The command line.

Modules import what they need for their own command inside it: a worker that only serves must not carry pandas, and `--help` must not wait.
"""
