"""Models of value beside an oracle that knows the planted laws, and in worlds where nothing can be known.

Belongs here: trials on samples, their table. Does not belong here: whether the laws' parameters are found again
(``planted_value``).
"""
