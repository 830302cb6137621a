"""What a kind of model has to say and do so that its drift can be seen.

Belongs here: the protocol. Does not belong here: any kind (``classification.monitored`` and others), what is done with
it (``steps``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

import pandas as pd

from ml_assets.monitoring.columns import MonitoredColumn
from ml_assets.monitoring.decision.situation import LabelDelay
from ml_assets.monitoring.performance.judge import Promised
from ml_assets.monitoring.performance.skill import JudgedRows
from ml_assets.monitoring.window import Window
from ml_assets.warehouse import Warehouse


class Observed(Protocol):
    """What must have been observed until an answer is known."""

    @property
    def source(self) -> str:
        """Source that is asked about."""
        ...

    @property
    def observed_event(self) -> str:
        """Kind of event that must be complete."""
        ...


@dataclass(frozen=True, slots=True)
class Settled:
    """Scores that a version gave without hindsight, beside what became true, and what the version had promised."""

    rows: JudgedRows
    promised: Promised


class Monitored(Protocol):
    """Which rows of a model are compared, and which of their columns."""

    def learned(self, trained: Any) -> Window | None:
        """Return the rows that candidates were fitted to, with their answers; never a row that they are tested on.

        Rows of the same time that never get an answer belong to them, for a new window holds such rows too.

        Parameters
        ----------
        trained
            The fitted candidates of this kind, with their rows.
        """
        ...

    def window_ends(self, warehouse: Warehouse) -> tuple[date, ...]:
        """Return the last day of each window whose features are of days with complete events only, the oldest first."""
        ...

    def window(self, warehouse: Warehouse, last: date) -> Window | None:
        """Return the rows of the window that ends on a day, None if there are none.

        Answers are a column only if all are known that ever will be.

        Parameters
        ----------
        warehouse
            Where the rows are.
        last
            One of ``window_ends``.
        """
        ...

    @property
    def delay(self) -> LabelDelay:
        """How long after a window a version that learned from it can be compared with the champion."""
        ...

    def matured_rows(self, warehouse: Warehouse, since: date) -> int:
        """Return how many rows have come to teach something after a day: those whose answer became known since."""
        ...

    @property
    def observed(self) -> Observed:
        """Kind of event by which is told until when answers are known."""
        ...

    def settled(self, warehouse: Warehouse, version: str, candidate: str, evaluation: str) -> Settled | None:
        """Return past scores beside the truth; None for a kind whose answers nothing ever settles.

        Rows up to the end of the test window by which the version came to serve are left out.

        Parameters
        ----------
        warehouse
            Where scores and answers are.
        version, candidate
            Number of the version that serves, and which candidate of its training it is.
        evaluation
            What was measured on the test window of that training, as it is stored.
        """
        ...

    def columns(self, model: Any) -> tuple[MonitoredColumn, ...]:
        """Return what is compared of the rows of a loaded version: its features, its predictions, and answers."""
        ...

    def predictions(self, model: Any, features: pd.DataFrame) -> pd.DataFrame:
        """Return what a loaded version says of rows, one column a prediction; none for a kind that has nothing to say.

        Parameters
        ----------
        model
            As the registry has loaded it.
        features
            Frame of a window.
        """
        ...
