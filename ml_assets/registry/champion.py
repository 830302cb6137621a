"""What follows from a decision: a row that says it, and at last the alias.

Belongs here: tags, aliases and the row of ``ops.promotions``, in the order in which a process may be killed between
them. Does not belong here: the decision (``promotion``), taking it back (``rollback``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import pandas as pd

from ml_assets.contract import PROMOTIONS
from ml_assets.registry.names import CHALLENGER, CHAMPION, JUDGED_UNTIL, PROMOTED_ON, REPLACED, ROLLED_BACK
from ml_assets.registry.tracking import ModelRegistry, Version
from ml_assets.registry.verdict import Decision, Serves
from ml_assets.warehouse import Warehouse

# Each column of ``ops.promotions`` with the type of its frame, so that a column of nothing but NULL has one too.
_TYPES = {
    "decided_at": "datetime64[us]",
    "model_name": "string",
    "champion_version": "string",
    "challenger_version": "string",
    "metric": "string",
    "champion_value": "Float64",
    "challenger_value": "Float64",
    "gain_low": "Float64",
    "gain_high": "Float64",
    "verdict": "string",
    "reason": "string",
    "run_id": "string",
}
_KEY = ("model_name", "challenger_version", "decided_at")
# What two rows may differ in though they say the same.
_CIRCUMSTANCES = ("decided_at", "run_id")


class MissingVersionError(RuntimeError):
    """A decision lets a version serve that was not registered."""


@dataclass(frozen=True, slots=True)
class PromotionRow:
    """A row of ``ops.promotions``; ``decided_at`` is UTC, the versions are those before the decision."""

    decided_at: datetime
    model_name: str
    champion_version: str | None
    challenger_version: str
    metric: str | None
    champion_value: float | None
    challenger_value: float | None
    gain_low: float | None
    gain_high: float | None
    verdict: str
    reason: str
    run_id: str | None


@dataclass(frozen=True, slots=True)
class Parties:
    """The versions that a decision is about.

    Attributes
    ----------
    challenger
        What was judged.
    champion
        What serves, if anything does.
    rule
        The one-line rule as a version; needed only where the decision lets it serve. It is the challenger itself where
        that is the rule.
    """

    challenger: Version
    champion: Version | None
    rule: Version | None = None


def comparison_number(registry: ModelRegistry, challenger: Version, window_to: date | None) -> int:
    """Return which comparison on a test window a challenger's would be, counted from 1.

    Versions count, not runs: judging the same version of the same window again is the same comparison.

    Parameters
    ----------
    registry
        Where versions carry the window on which they were compared.
    challenger
        Who is to be compared.
    window_to
        Last period of the test window; None if there is none.
    """
    if window_to is None:
        return 1
    others = (version for version in registry.versions(challenger.name) if version.number != challenger.number)
    return 1 + sum(version.tags.get(JUDGED_UNTIL) == window_to.isoformat() for version in others)


def rolled_back_until(*versions: Version | None) -> date | None:
    """Return the newest period by which any of the versions had won before it was rolled back; None if none was."""
    marks = [version.tags[ROLLED_BACK] for version in versions if version is not None and ROLLED_BACK in version.tags]
    return max(map(date.fromisoformat, marks), default=None)


def line_of(version: Version | None) -> tuple[str, ...]:
    """Return the number of a version and of those that served before it, newest first; nothing for None."""
    return (version.number, *filter(None, version.tags.get(REPLACED, "").split(","))) if version is not None else ()


def carry_out(
    registry: ModelRegistry,
    warehouse: Warehouse,
    decision: Decision,
    parties: Parties,
    *,
    decided_at: datetime,
    run_id: str | None,
) -> Version | None:
    """Do what a decision says, and return the version that serves.

    The champion's alias moves last, in one step. A process that is killed before leaves the old champion serving; the
    next run comes to the same decision, finds its row, and goes on.

    Parameters
    ----------
    registry, warehouse
        Where versions and decisions are kept.
    decision
        What was decided.
    parties
        About which versions.
    decided_at
        Moment of the decision, UTC; a decision that stands as the model's newest keeps its first one.
    run_id
        Run of Dagster in which it was made.

    Raises
    ------
    MissingVersionError
        If the rule is to serve and was not registered.
    """
    serving = _serving(decision, parties)
    champion = parties.champion
    if champion is not None and champion.number == parties.challenger.number:
        return champion
    window = decision.window_to.isoformat() if decision.window_to else ""
    if decision.is_compared:
        registry.set_tag(parties.challenger, JUDGED_UNTIL, window)
    registry.set_alias(parties.challenger, CHALLENGER)
    record(warehouse, _row(decision, parties, decided_at, run_id))
    if serving is not None and (champion is None or serving.number != champion.number):
        registry.set_tag(serving, REPLACED, ",".join(line_of(champion)))
        registry.set_tag(serving, PROMOTED_ON, window)
        registry.drop_tag(serving, ROLLED_BACK)
        registry.set_alias(serving, CHAMPION)
    return serving


def record(warehouse: Warehouse, row: PromotionRow) -> None:
    """Write a decision into ``ops.promotions``; the same one again, with no other since, is no second row."""
    frame = _frame(row)
    said = [column for column in _TYPES if column not in _CIRCUMSTANCES]
    if not _newest(warehouse, row.model_name)[said].equals(frame[said]):
        warehouse.replace(PROMOTIONS, frame, _KEY)


def decisions_on(warehouse: Warehouse, model: str) -> pd.DataFrame:
    """Return the rows of ``ops.promotions`` on a model, the oldest first; no rows if there are none."""
    if not warehouse.exists(PROMOTIONS):
        return pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in _TYPES.items()})
    rows = warehouse.read(PROMOTIONS, list(_TYPES), where=f"model_name = '{model}'").astype(_TYPES)
    return rows.sort_values("decided_at", kind="stable", ignore_index=True)


def decided_by(warehouse: Warehouse, model: str) -> str | None:
    """Return the name of the figure by which was decided last who serves for a model; None where nothing tells."""
    metric = _newest(warehouse, model)["metric"].dropna()
    return None if metric.empty else str(metric.iloc[0])


def _serving(decision: Decision, parties: Parties) -> Version | None:
    if decision.serves is Serves.RULE and parties.rule is None:
        raise MissingVersionError(
            f"the rule is to serve for {parties.challenger.name}, and no version of it is given; register it first"
        )
    versions = {
        Serves.CHALLENGER: parties.challenger,
        Serves.CHAMPION: parties.champion,
        Serves.RULE: parties.rule,
        Serves.NOBODY: None,
    }
    return versions[decision.serves]


def _row(decision: Decision, parties: Parties, decided_at: datetime, run_id: str | None) -> PromotionRow:
    rule = f" (version {parties.rule.number})" if decision.serves is Serves.RULE and parties.rule else ""
    return PromotionRow(
        decided_at=decided_at,
        model_name=parties.challenger.name,
        champion_version=parties.champion.number if parties.champion else None,
        challenger_version=parties.challenger.number,
        metric=decision.metric,
        champion_value=decision.champion_value,
        challenger_value=decision.challenger_value,
        gain_low=decision.gain_low,
        gain_high=decision.gain_high,
        verdict=decision.verdict,
        reason=f"{decision.reason}{rule}",
        run_id=run_id,
    )


def _newest(warehouse: Warehouse, model: str) -> pd.DataFrame:
    """Return the newest decision on a model as a frame of one row; no row if there is none."""
    return decisions_on(warehouse, model).tail(1).reset_index(drop=True)


def _frame(row: PromotionRow) -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series([getattr(row, name)], dtype=dtype) for name, dtype in _TYPES.items()})
