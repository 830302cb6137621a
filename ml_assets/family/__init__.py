"""The one way of every model from rows to scores: assets, registration, gate, scores, card.

Belongs here: what is the same whatever a model answers, and the protocol of what is not. Does not belong here: how any
kind of model is fitted or measured (its own room), MLflow and the rule of promotion (``registry``).
"""
