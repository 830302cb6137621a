"""Questions with a yes or no for an answer, from a feature table to scores; churn and late delivery use this room.

Belongs here: what every such question shares. Does not belong here: anything about one question (``churn``,
``late_delivery``), MLflow (``registry``), pages (``reports``).
"""
