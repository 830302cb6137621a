"""Pages about models: cards and the scoreboard.

Belongs here: HTML and drawings made from results that stand. Does not belong here: computing a result.
"""
