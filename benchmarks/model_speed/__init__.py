"""How long training and scoring take beside XGBoost alone on the same matrix, and how much memory they need.

Belongs here: times and memory of one model a question. Does not belong here: how good it is (``model_quality``).
"""
