"""How far a model stays behind an oracle that knows the planted laws but only the history that could be observed.

Belongs here: samples of known truth, the gap on the test window, its mean over seeds. Does not belong here: the laws
and the oracle (``ecom_assets.sample.truth``), how models are fitted (``ml_assets``).
"""
