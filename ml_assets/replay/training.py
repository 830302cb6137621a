"""A training in a replay: the day's candidates registered and measured for one policy, and its gate.

Belongs here: the order of these. Does not belong here: fitting, which all policies share (``day``); when a policy
trains (``step``).
"""

from __future__ import annotations

from dataclasses import replace

from ml_assets.classification.contest import GateConfig
from ml_assets.classification.family import MeasurementConfig
from ml_assets.config import EvaluationConfig
from ml_assets.family.gate import promote
from ml_assets.family.steps import keep_measured, register_trained
from ml_assets.replay.records import TrainingRecord
from ml_assets.replay.turn import Turn

# The course of a rolling origin is for a card, which a replay has none of.
_MEASURED = EvaluationConfig(rolling_periods=0)


def train(turn: Turn, *, may_be_equal: bool = False) -> TrainingRecord:
    """Take what is fitted to what was known on the day, and let the gate decide who serves.

    Parameters
    ----------
    turn
        Who trains.
    may_be_equal
        Whether the new version only has to be no worse, by a margin if one is declared.
    """
    family, place, before = turn.family, turn.place, turn.champion
    # The first training of one policy is that of all.
    run = f"replay of {turn.day.day}"
    trained = turn.day.trained(family)
    turn.day.hand_over(family, place.files)
    facts = register_trained(family, place.files, place.registry, trained, run)
    measured = turn.day.measured(family, place.files, MeasurementConfig(evaluation=_MEASURED))
    own = measured.record.model_copy(update={"version": facts.version})
    keep_measured(family, place.files, place.registry, replace(measured, record=own))
    gate = GateConfig(evaluation=_MEASURED, is_age_retrain=may_be_equal)
    outcome = promote(family, turn.tables, place.files, place.registry, gate, run, turn.moment)
    return TrainingRecord(
        is_first=before is None,
        candidate=trained.facts.chosen,
        verdict=outcome.decision.verdict,
        reason=outcome.decision.reason,
        is_promoted=outcome.serving is not None and (before is None or before.number != outcome.serving.number),
    )
