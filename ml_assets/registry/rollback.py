"""The previous champion back.

Belongs here: finding it, and what keeps the next run from undoing it. Does not belong here: the command.
"""

from __future__ import annotations

from datetime import date, datetime

from ml_assets.registry.champion import PromotionRow, decided_by, line_of, record
from ml_assets.registry.names import CHAMPION, JUDGED_UNTIL, PROMOTED_ON, REPLACED, ROLLED_BACK
from ml_assets.registry.tracking import ModelRegistry, Version
from ml_assets.registry.verdict import Verdict
from ml_assets.warehouse import Warehouse


class RollbackError(RuntimeError):
    """There is nothing to go back to; the message says why and what to do."""


def roll_back(
    registry: ModelRegistry, warehouse: Warehouse, name: str, *, decided_at: datetime, run_id: str | None = None
) -> tuple[Version, Version]:
    """Let the previous champion serve again; return the version that served and the one that serves now.

    What served gets a mark that holds the test window on which it had won. The gate lets it serve again only after a
    newer window, and only if it is better there than the champion of that time. Once more goes one champion further
    back.

    Parameters
    ----------
    registry, warehouse
        Where versions and decisions are kept.
    name
        Name of the registered model.
    decided_at
        Moment of the decision, UTC.
    run_id
        Run of Dagster in which it was made, if it was in one.

    Raises
    ------
    RollbackError
        If the model is not known, none of its versions serves, or none served before.
    """
    versions = {version.number: version for version in registry.versions(name)}
    if not versions:
        raise RollbackError(f"{name!r} is not a registered model; known are: {', '.join(registry.names()) or 'none'}")
    champion = registry.aliased(name, CHAMPION)
    if champion is None:
        raise RollbackError(f"no version of {name} serves: there is nothing to take back; make run lets one serve")
    _, *earlier = line_of(champion)
    if not earlier:
        raise RollbackError(
            f"version {champion.number} of {name} is the first that serves; there is none before it to go back to"
        )
    former, *rest = earlier
    if former not in versions:
        raise RollbackError(
            f"version {former} of {name} served before version {champion.number} and was deleted since; set the alias "
            f"{CHAMPION} on one of: {', '.join(versions)}"
        )
    metric = decided_by(warehouse, name)
    record(warehouse, _row(champion, versions[former], metric, decided_at, run_id))
    registry.set_tag(champion, ROLLED_BACK, _won_until(champion))
    registry.set_tag(versions[former], REPLACED, ",".join(rest))
    registry.set_alias(versions[former], CHAMPION)
    return champion, versions[former]


def _won_until(champion: Version) -> str:
    """Return the last period of the window on which a champion won; the last of all dates if nobody knows."""
    return champion.tags.get(PROMOTED_ON) or champion.tags.get(JUDGED_UNTIL) or date.max.isoformat()


def _row(
    champion: Version, former: Version, metric: str | None, decided_at: datetime, run_id: str | None
) -> PromotionRow:
    return PromotionRow(
        decided_at=decided_at,
        model_name=champion.name,
        champion_version=champion.number,
        challenger_version=former.number,
        metric=metric,
        champion_value=None,
        challenger_value=None,
        gain_low=None,
        gain_high=None,
        verdict=Verdict.ROLLED_BACK,
        reason=f"by command: version {former.number} serves again in the place of version {champion.number}",
        run_id=run_id,
    )
