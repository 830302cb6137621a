"""What ``make doctor`` looks at: the machine, the settings, and what stands in the home.

Belongs here: looking, and judging what was seen. Does not belong here: repairing or changing anything; arguments and
exit codes (``commands.doctor``).

Each module keeps what it sees apart from what follows: functions that judge take plain facts.
"""
