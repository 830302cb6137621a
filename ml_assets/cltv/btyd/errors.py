"""What is said when a law cannot be fitted.

Belongs here: the errors of fits. Does not belong here: what to do instead.
"""

from __future__ import annotations


class NotConvergedError(Exception):
    """No parameters were found: says of which law, with which penaliser, what the optimiser answered, what to do."""


class TooFewRepeatersError(NotConvergedError):
    """Too few customers came back for a law to be found at all."""
