"""How often the drift gate alarms where nothing drifts, and how often it misses what does, beside other gates.

Belongs here: worlds of known truth, draws from them, rates with their bounds. Does not belong here: the gate itself.
"""
