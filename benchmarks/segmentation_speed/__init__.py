"""How long HDBSCAN and K-Means take on many customers, and what fitting a part of them costs in agreement.

Belongs here: times and agreement of methods on drawn points. Does not belong here: how good segments are
(``planted_segments``).
"""
