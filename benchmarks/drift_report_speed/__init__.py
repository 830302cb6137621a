"""How long a drift report takes and how large it is, beside one that Evidently makes alone.

Belongs here: drawn windows, clocks, the table. Does not belong here: the report, the gate's error rates.
"""
