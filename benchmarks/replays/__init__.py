"""What policies of retraining come to in worlds whose truth is known, and on real files.

Belongs here: worlds, and tables of what their replays found. Does not belong here: the replay (``ecom_assets.replay``).
"""
