"""History re-enacted: what a policy of retraining would have done, and what that would have been worth.

Belongs here: policies, a policy's step on one day, figures, the page. Does not belong here: how the past is landed and
built, the order of days (``ecom_assets.replay``); how models are fitted, watched and promoted (their own rooms).
"""
