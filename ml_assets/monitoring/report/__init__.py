"""Pages about a window of data beside its reference, drawn by Evidently from the gate's own figures.

Belongs here: drift pages, pages of raw data quality, their JSON, which old ones go. Does not belong here: judging a
window (``gate``), where the files lie (``files``).
"""
