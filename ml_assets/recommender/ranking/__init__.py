"""The order in which candidates are shown: their features, and trees that learned from sessions not in the statistics.

Belongs here: candidates, features, training the order. Does not belong here: where candidates come
from (``retrieval``).
"""
