"""Whether the intervals of the fitted laws of buying cover what was planted in the loyal shop.

Belongs here: laws fitted to one sample a seed, the share of seeds covered. Does not belong here: predictions of value.
"""
