"""What a visitor looks at next: retrieval of candidates, their ranking, and how both are measured.

Belongs here: models that order items for a session or a visitor. Does not belong here: metrics, reading the warehouse.
"""
