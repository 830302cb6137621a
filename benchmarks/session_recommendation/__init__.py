"""Next item of a session: the two-stage recommender on a published split, beside simple ways.

Belongs here: reading the split, measuring on it, the hold-out of its training part. Does not belong here: the
recommender.
"""
