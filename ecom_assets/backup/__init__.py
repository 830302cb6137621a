"""Back-ups of a home, and homes made from them.

Belongs here: what is copied, how it is checked, how it is put back in one step. Does not belong here: arguments and
exit codes (``commands.backup``, ``commands.restore``).
"""
