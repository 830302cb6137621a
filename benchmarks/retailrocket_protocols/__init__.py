"""What comes next in a RetailRocket session, asked the two ways that published tables ask it.

Belongs here: both preprocessings with their evaluations, published figures, the baselines that are cheap to state. Does
not belong here: the platform's own recommender, which is asked like them.

Both need the complete ``events.csv`` of Kaggle's data set ``retailrocket/ecommerce-dataset`` (2,756,101 rows), plain or
gzip-compressed. On a part of it, or on generated events, they run the same way, but then no figure stands in comparison
with a published one::

    python -m benchmarks.retailrocket_protocols --events events.csv --protocol P1
    python -m benchmarks.retailrocket_protocols --events events.csv --protocol P2

P1 is ``RETAILR`` of session-rec (Ludewig et al.): five slices in time, re-views are targets, ``p1.py``. P2 is the split
of the authors of GRU4Rec (Hidasi and Czapp, 2023): one split, re-views dropped, ``p2.py``.
"""
