"""A policy's day on a made-up panel: what it scores, sees, decides and trains."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from unittest.mock import patch

import pandas as pd
import pytest

from ecom_assets.replay.home import ReplayHome
from ml_assets.classification.family import QuestionFamily
from ml_assets.classification.steps import stored_evaluation, stored_training
from ml_assets.contract import PROMOTIONS, RETRAINING_DECISIONS
from ml_assets.monitoring.decision.memory import Remembered
from ml_assets.monitoring.decision.states import Cause, State
from ml_assets.registry.names import CHAMPION
from ml_assets.replay.day import Day
from ml_assets.replay.policies import LOOKS, Policy
from ml_assets.replay.records import StepRecord
from ml_assets.replay.step import is_alarm, step
from ml_assets.replay.turn import Place, Turn
from tests.fixtures.question_home import QUICK_TRAINING, SELLERS
from tests.unit.replay.made_past import ENDS, ENOUGH_FOR_A_VERDICT, FAMILY, past_of, whole_panel
from tests.unit.replay.made_records import a_day

pytestmark = pytest.mark.slow

FIRST, SECOND, THIRD = ENDS[10:13]
SCORES = FAMILY.scores.name


def day_of(folder: Path, panel: pd.DataFrame, day: date) -> Day:
    home = ReplayHome(folder, "abc")
    past = past_of(folder / "past" / str(day), panel, day)
    return Day(day, past, home.files_of_day("olist"), "v1", training=QUICK_TRAINING)


def taken(folder: Path, panel: pd.DataFrame, days: list[date], policies: list[Policy]) -> Mapping[Policy, Place]:
    """Take days under policies, and keep the records in the home of a replay in the folder."""
    home = ReplayHome(folder, "abc")
    places = {policy: home.place(policy, FAMILY.name) for policy in policies}
    for day in days:
        shared = day_of(folder, panel, day)
        for policy in policies:
            before = home.records(policy, FAMILY.name)
            home.record(step(Turn(FAMILY, policy, shared, places[policy]), before[-1] if before else None))
    return places


@dataclass(frozen=True)
class Taken:
    """Days that were taken, in a folder; how often candidates were fitted."""

    folder: Path
    places: Mapping[Policy, Place]
    fits: int = 0

    def records(self, policy: Policy) -> list[StepRecord]:
        return ReplayHome(self.folder, "abc").records(policy, FAMILY.name)


@pytest.fixture(scope="module")
def steady(tmp_path_factory: pytest.TempPathFactory) -> Taken:
    """Return three days of all policies in a world in which nothing changes; not to be changed."""
    folder, original = tmp_path_factory.mktemp("steady"), QuestionFamily.fit
    with patch.object(QuestionFamily, "fit", autospec=True, side_effect=original) as fit:
        places = taken(folder, whole_panel(), [FIRST, SECOND, THIRD], list(Policy))
    return Taken(folder, places, fit.call_count)


@pytest.fixture(scope="module")
def shifted(tmp_path_factory: pytest.TempPathFactory) -> Taken:
    """Return three days of a world that shifts on the second, under a machine that does not wait for labels.

    It usually waits for longer than this panel goes.
    """
    folder, looks = tmp_path_factory.mktemp("shifted"), LOOKS[Policy.DRIFT]
    assert looks.settings is not None
    at_once = looks.settings.model_copy(update={"train_at_once": True, "min_new_rows": 0})
    with patch.dict(LOOKS, {Policy.DRIFT: replace(looks, settings=at_once)}):
        panel = whole_panel(ENOUGH_FOR_A_VERDICT, shift_from=SECOND)
        places = taken(folder, panel, [FIRST, SECOND, THIRD], [Policy.ALWAYS, Policy.DRIFT, Policy.PERFORMANCE])
    return Taken(folder, places)


@pytest.mark.parametrize("policy", list(Policy))
def test_all_policies_begin_with_the_same_training_and_score_from_the_next_day_on(
    steady: Taken, policy: Policy
) -> None:
    places = steady.places
    first, second, _ = steady.records(policy)
    assert first.training is not None
    assert first.training.is_first
    assert first.champion == second.champion or policy is Policy.ALWAYS
    scores = places[policy].own.read(SCORES).groupby("as_of_date").size()
    assert list(scores.index) == [pd.Timestamp(SECOND), pd.Timestamp(THIRD)]
    assert (first.scored, second.scored) == (0, int(scores.iloc[0]))


def test_only_who_always_trains_trains_while_nothing_changes(steady: Taken) -> None:
    places = steady.places
    trainings = {policy: sum(each.training is not None for each in steady.records(policy)) for policy in Policy}
    assert trainings == {policy: 3 if policy is Policy.ALWAYS else 1 for policy in Policy}
    promotions = {policy: len(places[policy].own.read(PROMOTIONS)) for policy in Policy}
    assert promotions == trainings
    assert not any(each.is_alarm for policy in Policy for each in steady.records(policy))


def test_the_machine_remembers_and_writes_down_what_it_decides(steady: Taken) -> None:
    places = steady.places
    for policy in (Policy.DRIFT, Policy.PERFORMANCE, Policy.BOTH):
        _, second, third = steady.records(policy)
        assert second.state is third.state is State.QUIET
        assert second.reasons
        assert second.memory is not None
        assert list(places[policy].own.read(RETRAINING_DECISIONS)["state"])[-1] == State.QUIET
    for policy in (Policy.NEVER, Policy.ALWAYS):
        assert steady.records(policy)[-1].memory is None
        assert places[policy].own.read(RETRAINING_DECISIONS).empty


def test_a_version_serves_only_from_the_day_after_its_training_on(steady: Taken) -> None:
    places = steady.places
    _, second, third = steady.records(Policy.ALWAYS)
    scores = places[Policy.ALWAYS].own.read(SCORES, ["as_of_date", "model_version", "is_backtest"])
    by_day = scores.groupby("as_of_date")["model_version"].unique()
    assert list(by_day[pd.Timestamp(SECOND)]) == [steady.records(Policy.ALWAYS)[0].champion]
    assert list(by_day[pd.Timestamp(THIRD)]) == [second.champion]
    assert third.day == THIRD
    assert not scores["is_backtest"].any()


def test_all_policies_share_the_training_of_a_day(steady: Taken) -> None:
    # Three days on which anybody trains, and on the first of them all do.
    assert steady.fits == 3


def test_what_a_policy_does_not_look_at_does_not_move_it(shifted: Taken) -> None:
    drift, performance = (shifted.records(policy)[1] for policy in (Policy.DRIFT, Policy.PERFORMANCE))
    assert drift.state is State.DETECTED
    assert "order_count_90d" in "; ".join(drift.reasons)
    # One window does not count yet.
    assert not drift.is_alarm
    assert performance.state is State.QUIET
    assert "order_count_90d" not in "; ".join(performance.reasons)


def test_a_training_that_is_asked_for_is_made_and_followed_to_its_end_on_the_same_day(shifted: Taken) -> None:
    third = shifted.records(Policy.DRIFT)[-1]
    assert (third.state, third.is_alarm) == (State.EVALUATED, True)
    assert third.training is not None
    assert not third.training.is_first
    decisions = shifted.places[Policy.DRIFT].own.read(RETRAINING_DECISIONS).sort_values("decided_at")
    assert list(decisions["decision"])[-2:] == ["retrain", "none"]
    assert third.training.reason in list(decisions["reasons"])[-1]


def test_what_is_measured_once_is_told_of_each_policys_own_version(shifted: Taken) -> None:
    files = {policy: shifted.places[policy].files for policy in (Policy.ALWAYS, Policy.DRIFT)}
    told = {policy: stored_evaluation(SELLERS, of_policy).version for policy, of_policy in files.items()}
    registered = {policy: stored_training(SELLERS, of_policy).facts.version for policy, of_policy in files.items()}
    assert told == registered
    # Who trains on each day has more versions by then.
    assert told[Policy.ALWAYS] != told[Policy.DRIFT]


def test_a_day_that_was_broken_off_is_taken_again_as_if_it_had_not_begun(steady: Taken, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(steady.folder, tmp_path / "copy"))
    _, second, third = steady.records(Policy.ALWAYS)
    place = ReplayHome(folder, "abc").place(Policy.ALWAYS, FAMILY.name)
    versions = place.registry.versions(FAMILY.name)
    scores = place.own.read(SCORES).sort_values(["as_of_date", "seller_id"], ignore_index=True)
    # The process died before the day was recorded, and after another version had come to serve.
    place.registry.set_alias(next(each for each in versions if each.number != second.champion), CHAMPION)
    again = step(Turn(FAMILY, Policy.ALWAYS, day_of(folder, whole_panel(), THIRD), place), second)
    assert again == third
    champion = place.registry.aliased(FAMILY.name, CHAMPION)
    assert champion is not None
    assert champion.number == third.champion
    assert [each.number for each in place.registry.versions(FAMILY.name)] == [each.number for each in versions]
    stands = place.own.read(SCORES).sort_values(["as_of_date", "seller_id"], ignore_index=True)
    pd.testing.assert_frame_equal(stands, scores)


def test_a_registry_that_is_gone_is_told(tmp_path: Path) -> None:
    place = ReplayHome(tmp_path, "abc").place(Policy.DRIFT, FAMILY.name)
    turn = Turn(FAMILY, Policy.DRIFT, day_of(tmp_path, whole_panel(), SECOND), place)
    words = f"version 1 of {FAMILY.name}, which served on {FIRST} under drift, is not in the registry of the replay"
    with pytest.raises(LookupError, match=words):
        step(turn, a_day(FIRST))


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        (None, Cause.DRIFT, True),
        (Remembered(), Cause.DRIFT, True),
        (Remembered(), Cause.DECAY, True),
        (Remembered(cause=Cause.AGE), Cause.DRIFT, True),
        (Remembered(cause=Cause.DRIFT), Cause.DRIFT, False),
        (Remembered(cause=Cause.DECAY), Cause.DRIFT, False),
        (Remembered(), Cause.AGE, False),
        (Remembered(), None, False),
        (None, None, False),
    ],
)
def test_an_alarm_is_a_cause_in_the_data_that_is_new(
    before: Remembered | None, now: Cause | None, expected: bool
) -> None:
    assert is_alarm(before, Remembered(cause=now)) is expected
