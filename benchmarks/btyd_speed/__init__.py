"""How long the law of purchases takes to be fitted to a million customers, beside the library ``lifetimes`` alone.

Belongs here: times of fits, and that both find the same. Does not belong here: how well laws foresee.
"""
