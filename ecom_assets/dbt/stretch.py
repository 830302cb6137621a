"""A stretch of history that a run is asked to rebuild in the feature tables.

Belongs here: from the run's config to dbt's variables, and whether there is anything to rebuild. Does not belong here:
the SQL that keeps to the stretch (``dbt_project/macros/features``), running dbt.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from ecom_assets.dbt.cli_args import DbtBuildConfig
from ml_assets.contract import OBSERVATION_WINDOWS
from ml_assets.warehouse import Warehouse


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days of a feature table's as-of column, both ends included; an open end is None."""

    first: date | None
    last: date | None


def asked_stretch(config: DbtBuildConfig) -> Stretch | None:
    """Return the stretch that a run's config asks for, or None if it asks for all of history.

    Raises
    ------
    ValueError
        If a day is no date, or the last day lies before the first.
    """
    if config.as_of_from is None and config.as_of_to is None:
        return None
    stretch = Stretch(_day(config.as_of_from, "as_of_from"), _day(config.as_of_to, "as_of_to"))
    if stretch.first and stretch.last and stretch.last < stretch.first:
        raise ValueError(f"as_of_to {stretch.last} lies before as_of_from {stretch.first}; exchange them")
    return stretch


def stretch_variables(stretch: Stretch | None) -> dict[str, str]:
    """Return dbt's variables of a stretch; none for all of history."""
    if stretch is None:
        return {}
    days = {"as_of_from": stretch.first, "as_of_to": stretch.last}
    return {name: day.isoformat() for name, day in days.items() if day is not None}


def reason_to_leave(stretch: Stretch | None, event_clocks: Mapping[str, date]) -> str | None:
    """Return why nothing can be rebuilt, or None if something can.

    Parameters
    ----------
    stretch
        What is asked for.
    event_clocks
        Day of the latest event by source; empty before the first build.
    """
    if stretch is None or stretch.first is None or not event_clocks or stretch.first <= max(event_clocks.values()):
        return None
    clocks = ", ".join(f"{source} {day}" for source, day in sorted(event_clocks.items()))
    return f"as_of_from {stretch.first} lies past the event clock ({clocks}); nothing to rebuild, nothing is changed"


def event_clocks(warehouse: Warehouse) -> dict[str, date]:
    """Return the day of the latest event by source, or nothing before the first build."""
    if not warehouse.exists(OBSERVATION_WINDOWS):
        return {}
    windows = warehouse.read(OBSERVATION_WINDOWS, columns=["source", "event_clock"]).drop_duplicates()
    return {str(source): moment.date() for source, moment in windows.itertuples(index=False)}


def _day(text: str | None, name: str) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"{name} is {text!r}; give a day as YYYY-MM-DD") from error
