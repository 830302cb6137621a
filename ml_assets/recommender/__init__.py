"""What a visitor looks at next: candidates and their order for a session, and the way from events to stored lists.

Belongs here: sessions, retrieval, ranking, the library for one live session (``session_model``), and the family by
which a recommender is trained, judged and asked for everybody. Does not belong here: measures of lists
(``ml_assets.metrics``), tables and engines, pages.
"""
