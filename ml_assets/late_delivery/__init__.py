"""Late delivery: will an order come later than promised, and in how many days?

Belongs here: the two questions of lateness, and the days to delivery. Does not belong here: how a question with a yes
or no is answered (``classification``).
"""
