"""What a back-up or a restoration refuses.

Belongs here: the error. Does not belong here: when it is raised.
"""

from __future__ import annotations


class BackupError(RuntimeError):
    """A back-up cannot be taken or put back; the message says why and names the repair. Nothing was changed."""
