"""From deliveries to the version that serves, by ticks of the daemon: a quiet week, a concept shift, later hours.

Until its start the world is the same whatever drifts in it afterwards, so that both shifts come to copies of one home.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from unittest.mock import patch

import dagster as dg
import pytest

from ecom_assets.ingestion.sources.retailrocket import RETAILROCKET
from ecom_assets.keys import REFRESH_ALL, REFRESH_AND_SCORE, TRAIN_MODELS, WATCH_MODELS
from ecom_assets.sample.drift import ConceptShift, CovariateShift, Drift, DriftKind
from ml_assets.churn.questions import CHURN_RETAILROCKET_VISITORS
from ml_assets.definitions import families_of
from ml_assets.monitoring.decision.states import Action, State
from ml_assets.monitoring.verdict import Verdict
from ml_assets.recommender.monitored import SESSION_COLUMNS
from ml_assets.recommender.question import RECOMMENDER_RETAILROCKET
from ml_assets.registry import verdict as promotion
from ml_assets.registry.names import CHAMPION
from tests.conftest import Home
from tests.fixtures.daemon import Daemon, running_daemon
from tests.fixtures.drifting_home import DriftingHome, retrainings
from tests.integration.test_models import registry_of

pytestmark = pytest.mark.slow

VISITORS, RECOMMENDER = CHURN_RETAILROCKET_VISITORS.name, RECOMMENDER_RETAILROCKET.name
MODELS = [family.name for family in families_of(["retailrocket"])]

SCALE, SEED = 0.03, 2
# Weeks of the data end on these Sundays; the shift begins on the Monday after the quiet one.
FIRST_LANDING, QUIET_LANDING = date(2015, 7, 5), date(2015, 7, 12)
SHIFTED_FROM = date(2015, 7, 13)
FIRST_SHIFTED = date(2015, 7, 19)
# Until the answers of the first shifted week are known, and those of the second: 14 days behind each.
FIRST_ANSWERED, SECOND_ANSWERED = date(2015, 8, 2), date(2015, 8, 9)
# Gap, test window and horizon of the visitors' answers behind the first shifted week: 14 + 28 + 14 days.
VISITORS_PROVEN_BY = date(2015, 9, 13)
# Test window and horizon of the recommender behind it: 21 + 7 days.
LISTS_PROVEN_BY = date(2015, 8, 16)
END_OF_LOG = date(2015, 9, 18)

FEWER_RETURNS = Drift(DriftKind.CONCEPT, SHIFTED_FROM, concept=ConceptShift(return_odds_factor=0.1))
LATER_HOURS = Drift(DriftKind.COVARIATE, SHIFTED_FROM, covariate=CovariateShift(hours_later=6))
# What is counted of a session by the time of its events alone, the only raw column that the later hours change.
BY_TIME_ALONE = {name for name, (_, raw) in SESSION_COLUMNS.items() if raw == ("events.timestamp",)}

# Nights follow each other without a Sunday between, on which the weekly training would tick.
MONDAY, TUESDAY, WEDNESDAY, THURSDAY = (date(2026, 3, 2) + timedelta(days=days) for days in range(4))
NEXT_DAY = timedelta(days=1)
ENVIRONMENT = {"ECOM_SOURCES": RETAILROCKET.name, "ECOM_AUTOMATION": "on"}


@contextmanager
def daemon_of(world: DriftingHome) -> Iterator[Daemon]:
    """Start a daemon on a home, in whose environment, and in no other's, this process is meanwhile."""
    with patch.dict(os.environ, world.home.environment(**ENVIRONMENT), clear=True), running_daemon() as daemon:
        yield daemon


@dataclass(frozen=True)
class Quiet:
    """A home after the quiet week, and what the night after it left."""

    world: DriftingHome
    said: tuple[str, ...]
    jobs: list[str]

    def copied(self, folder: Path, drift: Drift) -> DriftingHome:
        """Return a copy of the home in which the world goes on as one that drifts."""
        return replace(self.world, home=self.world.home.copied_to(folder), drift=drift)


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Quiet:
    """Return a home whose models were trained before a quiet week; not to be changed."""
    folder = tmp_path_factory.mktemp("the_loop")
    world = DriftingHome(Home(folder / "home", folder / "raw"), SCALE, SEED, FEWER_RETURNS)
    world.deliver(FIRST_LANDING)
    result = world.home.run(**ENVIRONMENT)
    assert result.returncode == 0, result.stdout + result.stderr
    with daemon_of(world) as daemon:
        said = world.night(daemon, MONDAY, FIRST_LANDING + NEXT_DAY, QUIET_LANDING)
        jobs = [run.job_name for run in reversed(daemon.instance.get_runs())]
    return Quiet(world, said, jobs)


def newest_reasons(world: DriftingHome) -> str:
    """Return the newest reasons of all models as the sensor says them where nothing follows."""
    return "; ".join(f"{model}: {world.decisions(model)[-1].reasons}" for model in MODELS)


def serving(world: DriftingHome, model: str) -> str | None:
    """Return the version of a model that serves."""
    version = registry_of(world.home).aliased(model, CHAMPION)
    return None if version is None else version.number


def named(reasons: str) -> set[str]:
    """Return the columns of a session that reasons name, each with the part of it that moved."""
    return {column for column in SESSION_COLUMNS if re.search(rf"\b{column} \(", reasons)}


@pytest.mark.parametrize("drift", [None, LATER_HOURS])
def test_worlds_are_the_same_until_the_shift(quiet: Quiet, tmp_path: Path, drift: Drift | None) -> None:
    other = replace(quiet.world, home=Home(tmp_path / "home", tmp_path / "raw"), drift=drift)
    other.deliver(FIRST_LANDING)
    other.deliver(QUIET_LANDING, since=FIRST_LANDING + NEXT_DAY)
    landed = sorted((tmp_path / "raw" / RETAILROCKET.name).iterdir())
    assert len(landed) > len(RETAILROCKET.tables)
    for file in landed:
        assert file.read_bytes() == (quiet.world.home.raw_dir / RETAILROCKET.name / file.name).read_bytes(), file.name


@pytest.mark.parametrize("model", MODELS)
def test_a_quiet_week_is_met_with_silence(quiet: Quiet, model: str) -> None:
    assert {(each.state, each.decision) for each in quiet.world.decisions(model)} == {(State.QUIET, Action.NONE)}
    assert quiet.world.decisions(model)[-1].drift_verdict == Verdict.STABLE
    assert [each.champion_version for each in quiet.world.promotions(model)] == [None]


def test_after_a_quiet_week_nothing_is_trained_and_the_sensor_says_why(quiet: Quiet) -> None:
    assert quiet.said == (newest_reasons(quiet.world),)
    assert quiet.jobs == [REFRESH_ALL, REFRESH_AND_SCORE, WATCH_MODELS]


def test_a_concept_shift_is_detected_waited_for_and_answered_by_a_better_version(quiet: Quiet, tmp_path: Path) -> None:
    world = quiet.copied(tmp_path, FEWER_RETURNS)
    with daemon_of(world) as daemon:
        world.night(daemon, TUESDAY, QUIET_LANDING + NEXT_DAY, FIRST_ANSWERED)
        detected = world.decisions(VISITORS)[-1]
        world.night(daemon, WEDNESDAY, FIRST_ANSWERED + NEXT_DAY, SECOND_ANSWERED)
        waiting = world.decisions(VISITORS)[-1]
        assert not retrainings(daemon.instance, VISITORS)
        said = world.night(daemon, THURSDAY, SECOND_ANSWERED + NEXT_DAY, END_OF_LOG)
        [retraining] = retrainings(daemon.instance, VISITORS)
    trained, evaluated = world.decisions(VISITORS)[-2:]
    assert (detected.state, detected.decision, detected.drift_verdict) == (State.DETECTED, Action.WAIT, Verdict.DRIFT)
    shifted = f"answers of {FIRST_SHIFTED} to {FIRST_SHIFTED} moved: label {CHURN_RETAILROCKET_VISITORS.label} ("
    assert shifted in detected.reasons
    assert "1 of 2 windows of known answers in a row" in detected.reasons
    assert (waiting.state, waiting.decision) == (State.WAITING_FOR_LABELS, Action.WAIT)
    assert f"events must be complete until {VISITORS_PROVEN_BY}" in waiting.reasons
    assert (trained.state, trained.decision) == (State.TRAINING, Action.RETRAIN)
    assert "training 1 is asked for because the data have drifted" in trained.reasons
    assert (evaluated.state, evaluated.decision) == (State.EVALUATED, Action.NONE)
    assert "training 1 is evaluated: promoted" in evaluated.reasons
    assert retraining.job_name == TRAIN_MODELS
    assert retraining.status is dg.DagsterRunStatus.SUCCESS
    assert said[-1] == newest_reasons(world)
    _, challenged = world.promotions(VISITORS)
    assert challenged.verdict == promotion.Verdict.PROMOTED
    assert challenged.champion_version == serving(quiet.world, VISITORS)
    assert challenged.gain_low > 0
    assert serving(world, VISITORS) == challenged.challenger_version


def test_later_hours_are_named_and_nobody_is_promoted_without_gain(quiet: Quiet, tmp_path: Path) -> None:
    world = quiet.copied(tmp_path, LATER_HOURS)
    with daemon_of(world) as daemon:
        world.night(daemon, TUESDAY, QUIET_LANDING + NEXT_DAY, FIRST_SHIFTED)
        detected = world.decisions(RECOMMENDER)[-1]
        world.night(daemon, WEDNESDAY, FIRST_SHIFTED + NEXT_DAY, LISTS_PROVEN_BY)
        [retraining] = retrainings(daemon.instance, RECOMMENDER)
        assert not retrainings(daemon.instance, VISITORS)
    trained = world.decisions(RECOMMENDER)[-2]
    assert (detected.state, detected.decision, detected.drift_verdict) == (State.DETECTED, Action.WAIT, Verdict.DRIFT)
    assert (trained.state, trained.decision) == (State.TRAINING, Action.RETRAIN)
    for seen in (detected, trained):
        assert "hour" in named(seen.reasons)
        assert named(seen.reasons) <= BY_TIME_ALONE
    assert retraining.status is dg.DagsterRunStatus.SUCCESS
    before = serving(quiet.world, RECOMMENDER)
    _, challenged = world.promotions(RECOMMENDER)
    assert challenged.champion_version == before
    # The new version knows five more weeks of sessions, and may be better for that; if it is not, the old one stays.
    assert (challenged.verdict == promotion.Verdict.PROMOTED) == (challenged.gain_low > 0)
    assert serving(world, RECOMMENDER) == (challenged.challenger_version if challenged.gain_low > 0 else before)
