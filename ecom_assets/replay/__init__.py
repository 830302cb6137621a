"""History re-enacted on a landing folder: the past landed and built day by day, in a home of its own.

Belongs here: days, folders, the tables of a past day, the order of it all. Does not belong here: what is done on a day
(``ml_assets.replay``), arguments and messages (``commands.replay``).
"""
