"""What the drift gate says of the models' windows, one by one: where nothing changes, and where something does.

Belongs here: whole windows of feature tables, from raw files on. Does not belong here: error rates on drawn columns
(``drift_error_rates``), predictions, which need a version of a model.
"""
