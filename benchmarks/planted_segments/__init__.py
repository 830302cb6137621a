"""How well segments find the groups planted in a sample, beside an oracle that knows the planted laws.

Belongs here: samples of known truth, agreement of segments and oracle with it, its mean over seeds. Does not belong
here: the laws and the oracle (``ecom_assets.sample.truth``), how segments are fitted (``ml_assets.segmentation``).
"""
