"""How fast the way from raw files to marts is, each part against a baseline in the same run.

Belongs here: what measures the platform's own way. Does not belong here: the sample's size and likeness, models.
"""
