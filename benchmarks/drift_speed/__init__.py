"""How long the drift gate takes on 100,000 rows of 25 columns, beside the usual test.

Belongs here: rows, ways, clocks, the table. Does not belong here: how often ways are right (``drift_error_rates``).
"""
