"""Churn: who stays away.

Belongs here: the three questions of churn. Does not belong here: how a question is answered (``classification``).
"""
