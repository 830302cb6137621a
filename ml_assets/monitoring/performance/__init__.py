"""How past scores did, now that the truth is known.

Belongs here: skill from the losses of rows, what was promised against what was realised. Does not belong here: the
losses themselves (``metrics`` and the kinds of model), what follows from a decay (``monitoring.decision``).
"""
