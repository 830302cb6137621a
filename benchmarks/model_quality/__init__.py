"""How good the models are on a home's data, and what their figures hang on: months, segments, rows, columns, seeds.

Belongs here: one report on all questions, made for real data. Does not belong here: what a card says of one version
(``ml_assets.reports``), samples of known truth (``planted_truth``).
"""
