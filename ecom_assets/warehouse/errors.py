"""What can be wrong with a warehouse, whatever its engine.

Belongs here: errors, and how others are told of a wait. Does not belong here: anything that takes long to import.
"""

from __future__ import annotations

from collections.abc import Callable

# Is told whom there is to wait for.
Announce = Callable[[str], None]


class WarehouseError(RuntimeError):
    """The warehouse cannot be used as it is; the message says why and names the repair."""


class WarehouseBusyError(WarehouseError):
    """Somebody else keeps the warehouse for longer than the patience.

    Attributes
    ----------
    holder
        Who holds it, in words.
    """

    def __init__(self, address: str, holder: str, waited_seconds: float) -> None:
        """Say who holds what, and what to do."""
        self.holder = holder
        super().__init__(
            f"the warehouse {address} is held by {holder}, waited {waited_seconds:.0f} s; "
            "wait until it has finished or close it, then run again"
        )
