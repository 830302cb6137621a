"""Where candidates come from: each retriever names items for a session, with scores, and can be tested alone.

Belongs here: retrievers and what they share. Does not belong here: the order that is shown (``ranking``).
"""
