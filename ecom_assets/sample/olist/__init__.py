"""The marketplace sample: one module per entity, each a function from frames to a frame.

Belongs here: Olist's nine files. Does not belong here: the click stream, file formats.
"""
