"""Whether a model is trained again: a small machine of states, what it remembers, and who is asked.

Belongs here: the decision as pure functions, its record, the metadata by which a sensor learns of it. Does not belong
here: measuring drift (``monitoring.gate``) or realised performance (``monitoring.performance``), starting runs.
"""
