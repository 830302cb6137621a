"""Buy-till-you-die models: laws of when people buy, when they leave for good, and what they spend.

Belongs here: fitting the laws to histories of purchases, and what they say of a history. Does not belong here: which
rows of a feature table are fitted, measuring predictions, other models of value.
"""
