"""Versions of models: where they are kept, which of them serves, and why.

Belongs here: MLflow, the rule of promotion and its record. Does not belong here: how a model is fitted or measured.
"""
