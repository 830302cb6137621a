"""The click-stream sample: one module per entity, each a function from frames to a frame.

Belongs here: RetailRocket's four files. Does not belong here: the marketplace, file formats.
"""
