"""Measurements of the project that take longer than a test, or that end in a table.

Belongs here: what measures. Does not belong here: what is measured, and proofs that a test gives in seconds.
"""
