"""Whether a champion still lives in the world that it learned: drift, realised performance, the decision to retrain.

Belongs here: what is the same whatever a model answers. Does not belong here: which columns a kind of model watches
(its own room), promotion (``registry``).
"""
