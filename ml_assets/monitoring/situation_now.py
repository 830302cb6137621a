"""All that a decision on a model goes by, as it stands now.

Belongs here: gathering it from warehouse, registry and what the steps before have left. Does not belong here: the
decision (``decision``).
"""

from __future__ import annotations

from datetime import date

import pandas as pd
from pydantic import BaseModel, ConfigDict

from ml_assets.classification.training_set import complete_until
from ml_assets.contract import OBSERVATION_WINDOWS
from ml_assets.family.family import Family
from ml_assets.family.records import NEVER
from ml_assets.files import ModelFiles
from ml_assets.monitoring.decision.situation import (
    AnswersSeen,
    DriftReport,
    Realised,
    Serving,
    Situation,
    Training,
)
from ml_assets.monitoring.decision.states import RealisedVerdict
from ml_assets.monitoring.performance.verdict import PerformanceVerdict
from ml_assets.monitoring.verdict import Verdict
from ml_assets.registry.names import CHAMPION, LEARNED_UNTIL
from ml_assets.registry.store import RegistryUnavailableError
from ml_assets.registry.tracking import ModelRegistry, Version
from ml_assets.warehouse import Warehouse

_CLOCK = "event_clock"
# Tag of a version: last day whose events were complete when it was trained.
_COMPLETE_UNTIL = "complete_until"
_NOT_JUDGED = Realised(RealisedVerdict.IMMATURE, "past scores have not been judged yet")


class DriftSeen(BaseModel):
    """What was found of a model's newest window, as the decision reads it.

    Attributes
    ----------
    verdict, words
        What was found of features and predictions; of everything, in a sentence.
    report_id
        Names window and version; None where no window was compared.
    window_last
        Last day of the window; None where there is none.
    version
        Version that served; None if none did.
    answers
        What was found of answers, on their own window; None where none is known.
    """

    model_config = ConfigDict(frozen=True)

    verdict: Verdict
    words: str
    report_id: str | None = None
    window_last: date | None = None
    version: str | None = None
    answers: AnswersSeen | None = None


def situation_now(
    family: Family, warehouse: Warehouse, files: ModelFiles, registry: ModelRegistry, training: Training | None
) -> Situation:
    """Return what is seen of a model now.

    Parameters
    ----------
    family
        The model.
    warehouse, files, registry
        Where it is seen.
    training
        What became of the training that was asked for last.
    """
    clock = event_clock(family, warehouse)
    try:
        champion, obstacle = _serving(registry.aliased(family.name, CHAMPION)), None
    except RegistryUnavailableError as error:
        champion, obstacle = None, str(error)
    return Situation(
        event_clock=clock,
        complete_until=complete_until(warehouse, family.monitored.observed) or NEVER.date(),
        delay=family.monitored.delay,
        champion=champion,
        drift=_drift(family.name, files, clock, champion),
        realised=_realised(family.name, files),
        new_rows=0 if champion is None else family.monitored.matured_rows(warehouse, champion.data_until),
        training=training,
        obstacle=obstacle,
    )


def event_clock(family: Family, warehouse: Warehouse) -> date:
    """Return the day of the newest event of a model's source; long ago where there is none."""
    found = warehouse.read(OBSERVATION_WINDOWS, [_CLOCK], f"source = '{family.source}'")[_CLOCK].dropna()
    return NEVER.date() if found.empty else pd.Timestamp(found.max()).date()


def _serving(version: Version | None) -> Serving | None:
    """Return the version that serves, with the last day of the data that were complete when it was trained."""
    if version is None:
        return None
    known = pd.Timestamp(version.tags[LEARNED_UNTIL]).date()
    complete = pd.to_datetime(version.tags.get(_COMPLETE_UNTIL, ""), errors="coerce")
    return Serving(version.number, known if pd.isna(complete) else complete.date())


def drift_seen(model: str, files: ModelFiles) -> DriftSeen | None:
    """Return what was left of the comparison of a model's newest window; None where nobody has looked."""
    path = files.drift_seen(model)
    return DriftSeen.model_validate_json(path.read_text(encoding="utf-8")) if path.exists() else None


def _drift(model: str, files: ModelFiles, clock: date, champion: Serving | None) -> DriftReport | None:
    """Return what was found of the newest window; None where nobody has looked since the champion came to serve.

    Where no window could be compared, the report is about the day of the newest event and says nothing.
    """
    seen = drift_seen(model, files)
    if seen is None or (champion is not None and seen.version not in (None, champion.version)):
        return None
    last = seen.window_last or clock
    return DriftReport(seen.report_id or f"{model}/{last}/none", seen.verdict, last, seen.words, seen.answers)


def performance_seen(model: str, files: ModelFiles) -> PerformanceVerdict | None:
    """Return what was left of the judgement of a model's past scores; None where nobody has looked."""
    path = files.performance_seen(model)
    return PerformanceVerdict.model_validate_json(path.read_text(encoding="utf-8")) if path.exists() else None


def _realised(model: str, files: ModelFiles) -> Realised:
    found = performance_seen(model, files)
    return _NOT_JUDGED if found is None else found.seen
