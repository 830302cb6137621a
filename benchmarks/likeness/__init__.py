"""How like the real data a generated sample is: figures of both sides in one table.

Belongs here: the figures, where the real ones are from, how far apart they may be. Does not belong here: the generator.
"""
