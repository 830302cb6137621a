"""How long recommendations take: neighbours of sessions, factors of items, lists for all visitors of a click log.

Belongs here: times against plain or bare ways in the same run. Does not belong here: how good recommendations are
(``session_recommendation``).
"""
