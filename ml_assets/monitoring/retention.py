"""How long reports on windows are kept.

Belongs here: on which reports decisions rest that are not closed. Does not belong here: removing files
(``report.archive``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from ml_assets.files import ModelFiles
from ml_assets.monitoring.decision.memory import Remembered
from ml_assets.monitoring.decision.record import newest, remembered
from ml_assets.monitoring.report.archive import prune, subjects
from ml_assets.warehouse import Warehouse


def prune_reports(warehouse: Warehouse, files: ModelFiles, keep: int) -> None:
    """Remove old reports of all models and sources, but for those on which a decision rests that is not closed.

    Parameters
    ----------
    warehouse
        Where decisions are.
    files
        Where reports are.
    keep
        So many of the newest of each model or source stay.
    """
    names = [folder.name for folder in subjects(files.drift_reports)]
    prune(files.drift_reports, keep, open_windows(warehouse, names))


def open_windows(warehouse: Warehouse, models: Iterable[str]) -> Mapping[str, frozenset[date]]:
    """Return, by model, the last days of windows on which its newest decision rests."""
    memories = {model: remembered(newest(warehouse, model)) for model in models}
    return {model: windows_of(memory) for model, memory in memories.items() if memory is not None}


def windows_of(memory: Remembered) -> frozenset[date]:
    """Return the last days of the windows by which a cause, or the beginning of one, was seen; none without either.

    Of answers it is that of their own window, and that of the newer one whose report first told of them.
    """
    request = None if memory.request is None else memory.request.window_last
    of_witnesses = (day for each in memory.witnesses for day in (each.first_drifted, each.first_shown))
    days = (*of_witnesses, memory.since, request if memory.cause is not None else None)
    return frozenset(each for each in days if each is not None)
