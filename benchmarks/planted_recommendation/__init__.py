"""Whether recommendations find what is planted in the click stream, and find nothing where nothing is.

Belongs here: one trial a seed and world, the verdict on many. Does not belong here: how a stream is drawn
(``ecom_assets.sample``), the recommender, the gate (``ml_assets.registry``).
"""
