"""Requests that mean harm, over everything that can be asked."""
