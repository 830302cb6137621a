"""Late delivery: whether an order will come later than promised, and in how many days it comes.

Belongs here: the two questions of lateness, and the days to delivery. Does not belong here: how a question with a yes
or no is answered (``classification``).
"""
