"""What changes from a stated day on, if a sample is asked to drift.

Belongs here: the stated shifts and their size. Does not belong here: the draws that apply them (beside each entity).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum

import numpy as np

from ecom_assets.sample.draws import Flags, Times


class DriftKind(StrEnum):
    """What moves: the columns, or the relation between columns and outcomes."""

    COVARIATE = "covariate"
    CONCEPT = "concept"


@dataclass(frozen=True, slots=True)
class CovariateShift:
    """Columns move, outcomes follow from them as before.

    Attributes
    ----------
    price_factor
        Unit prices (``order_items.price``) are multiplied by it.
    remote_state_factor
        First orders from states other than SP, RJ and MG become so many times as likely (``customers.customer_state``,
        and with it distance and freight).
    hours_later
        Visits (``events.timestamp``) shift by so many hours of the day.
    """

    price_factor: float = 1.4
    remote_state_factor: float = 2.0
    hours_later: int = 6


@dataclass(frozen=True, slots=True)
class ConceptShift:
    """The same columns lead to other outcomes.

    Attributes
    ----------
    transit_factor
        Parcels take so many times as long on the same route, promises stay as they were.
    repeat_factor
        Customers' rate of later orders is multiplied by it.
    seller_hazard_factor
        Sellers leave so many times as fast.
    return_odds_factor
        Odds of another visit are multiplied by it.
    """

    transit_factor: float = 1.5
    repeat_factor: float = 0.4
    seller_hazard_factor: float = 3.0
    return_odds_factor: float = 0.4


@dataclass(frozen=True, slots=True)
class Drift:
    """One planted change.

    Attributes
    ----------
    kind
        What changes.
    start
        First day of the change.
    covariate, concept
        Sizes; only the ones of ``kind`` apply.
    """

    kind: DriftKind
    start: date
    covariate: CovariateShift = CovariateShift()
    concept: ConceptShift = ConceptShift()

    def since(self, times: Times) -> Flags:
        """Mark the times at and after the start."""
        marked: Flags = times >= np.datetime64(self.start, "s")
        return marked

    def statement(self) -> dict[str, object]:
        """Return kind, start and the sizes that apply."""
        sizes = self.covariate if self.kind is DriftKind.COVARIATE else self.concept
        return {"kind": self.kind.value, "from": self.start.isoformat(), **asdict(sizes)}
