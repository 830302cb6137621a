"""Segmentation: which groups of customers there are, and who is in which.

Belongs here: from a snapshot of customers to named segments, and how good they are. Does not belong here: MLflow
(``registry``), pages (``reports``), the features (dbt).
"""
