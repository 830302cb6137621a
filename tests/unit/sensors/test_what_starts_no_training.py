"""What keeps a model from being trained again, from what is seen of it to the sensor, which repeats the reason."""

from datetime import timedelta

import pytest

from ml_assets.monitoring.decision.announcement import Announcement
from ml_assets.monitoring.decision.machine import decide
from ml_assets.monitoring.decision.memory import Remembered
from ml_assets.monitoring.decision.policy import RetrainingPolicy
from ml_assets.monitoring.decision.situation import Situation
from ml_assets.monitoring.decision.states import RealisedVerdict, State
from ml_assets.monitoring.verdict import Verdict
from tests.unit.monitoring.decision.builders import CLOCK, IMMATURE, MEMORIES, realised, report, situation
from tests.unit.sensors.test_retraining_sensor import MODEL, Location

DETECTED, WAITING = MEMORIES[State.DETECTED], MEMORIES[State.WAITING_FOR_LABELS]
DRIFTED = report(Verdict.DRIFT)
RESTED_FOR_TEN_DAYS = WAITING.model_copy(update={"evaluated_on": CLOCK - timedelta(days=10)})

CASES = {
    "no data": (
        None,
        situation(drift=report(Verdict.INSUFFICIENT), realised=realised(RealisedVerdict.IMMATURE), new_rows=0),
        "the window is insufficient_rows",
    ),
    "immature labels": (WAITING, situation(drift=DRIFTED, complete_until=IMMATURE), "nothing can be proven better yet"),
    "cooldown": (RESTED_FOR_TEN_DAYS, situation(drift=DRIFTED), "and the next one may begin on 2019-01-28"),
    "a window below the minimum": (
        DETECTED,
        situation(drift=report(Verdict.INSUFFICIENT)),
        "1 of 2 windows in a row that it takes have drifted",
    ),
    "new rows below the minimum": (WAITING, situation(drift=DRIFTED, new_rows=499), "499 new rows have known labels"),
    "drift in an unimportant column": (
        DETECTED,
        situation(drift=report(Verdict.UNIMPORTANT)),
        "the window is unimportant_drift",
    ),
    "no champion yet": (
        None,
        situation(champion=None, drift=report(Verdict.NO_CHAMPION)),
        "the weekly training makes one",
    ),
    "the registry is down": (
        WAITING,
        situation(drift=DRIFTED, obstacle="MLflow's server does not answer; start it"),
        "MLflow's server does not answer; start it",
    ),
    "the report is missing": (WAITING, situation(drift=None), "materialise the model's drift"),
}


def told(location: Location, before: Remembered | None, seen: Situation) -> None:
    """Decide, and let the asset of the decision tell of it."""
    location.tell(Announcement.of(decide(before, seen, RetrainingPolicy())))


@pytest.mark.parametrize(("before", "seen", "words"), CASES.values(), ids=CASES)
def test_no_training_is_asked_for_and_the_reason_is_repeated(
    before: Remembered | None, seen: Situation, words: str
) -> None:
    location = Location()
    told(location, before, seen)
    requests, reason = location.tick()
    assert requests == []
    of_model = next(part for part in reason.split(f"{MODEL}: ")[1:])
    assert words in of_model
    assert location.handled == {MODEL}


def test_where_nothing_of_that_is_in_the_way_a_training_is_asked_for() -> None:
    location = Location()
    told(location, WAITING, situation(drift=DRIFTED))
    [request], _ = location.tick()
    assert request.run_key == f"{MODEL}/orders-2018-07-31-v3/2"
