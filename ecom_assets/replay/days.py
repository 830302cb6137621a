"""On which days a replay stops to look: the ends of the periods that models are asked in.

Belongs here: choosing the days. Does not belong here: what is done on one.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from ecom_assets.ingestion.sources import SOURCES
from ecom_assets.ingestion.whole_source import load_source
from ecom_assets.point_in_time.landed import scratch_warehouse
from ecom_assets.point_in_time.raw_as_of import KNOWN_FROM, RULES
from ml_assets.classification.question import Period

# Table of each source by whose rows its time is told.
_CLOCK_TABLES = {"olist": "orders", "retailrocket": "events"}
_SUNDAY = 7


class NothingToReplayError(ValueError):
    """There are no two days to replay; the message says what to ask for."""


def event_span(raw_dir: Path, source: str, max_rejected_share: float) -> tuple[date, date]:
    """Return the first and the last day on which something happened in a source.

    Raises
    ------
    LoadError
        If the landing folder cannot be used as it is.
    NothingToReplayError
        If nothing ever happened.
    """
    with TemporaryDirectory(prefix="replay_") as scratch, scratch_warehouse(Path(scratch)) as connection:
        load_source(connection, raw_dir, SOURCES[source], max_rejected_share=max_rejected_share)
        rows = RULES[source].known_from[_CLOCK_TABLES[source]]
        [(first, last)] = connection.execute(
            f"select cast(min({KNOWN_FROM}) as date), cast(max({KNOWN_FROM}) as date) from ({rows})"
        ).fetchall()
    if first is None:
        raise NothingToReplayError(f"nothing happens in the files of {source}: there is no history to replay")
    return first, last


def period_ends(period: Period, first: date, last: date) -> list[date]:
    """Return the last days of the periods that begin and end between two days, both included."""
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    if period is Period.MONTH:
        return [day for day in days if (day + timedelta(days=1)).day == 1]
    return [day for day in days if day.isoweekday() == _SUNDAY]


def chosen_days(ends: Sequence[date], since: date | None, until: date | None, every: int) -> list[date]:
    """Return the days of a replay.

    Parameters
    ----------
    ends
        Ends of periods, ascending.
    since, until
        First and last day that may be taken; by default the first half of the ends is history to learn from.
    every
        Every so manieth end is taken.

    Raises
    ------
    NothingToReplayError
        If fewer than two are left: on the first day models are trained, and on later ones something is compared.
    """
    start = since or (ends[len(ends) // 2] if ends else None)
    days = [day for day in ends if (start is None or day >= start) and (until is None or day <= until)][::every]
    if len(days) < 2:
        between = f"{ends[0]} and {ends[-1]}" if ends else "no days"
        raise NothingToReplayError(
            f"a replay takes two days or more, and there are {len(days)}: periods end between {between}; ask for an "
            "earlier --from, a later --until or a smaller --every"
        )
    return days
