"""Measures of predictions, with intervals.

Belongs here: pure functions on arrays. Does not belong here: what is measured, and what follows from it.
"""
