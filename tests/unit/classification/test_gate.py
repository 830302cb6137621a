"""The gate: who serves after a kill, after a roll-back, and where the champion cannot be compared."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pandas as pd
import pytest

from ml_assets.classification.contest import GateConfig
from ml_assets.classification.family import QuestionFamily
from ml_assets.config import EvaluationConfig, TreeConfig
from ml_assets.family.gate import champion_on
from ml_assets.keys import Step
from ml_assets.registry.names import CANDIDATE, CHALLENGER, CHAMPION, LEARNED_UNTIL
from ml_assets.registry.rollback import roll_back
from ml_assets.registry.tracking import ModelRegistry, Version
from ml_assets.registry.verdict import Obstacle, Verdict
from tests.fixtures.question_home import (
    QUICK_TRAINING,
    SELLERS,
    QuestionHome,
    last_complete_day,
    seller_months,
    steps_done,
)

GATE = (Step.EVALUATION, Step.PROMOTION, Step.SCORES)


class _KilledError(BaseException):
    """Ends a process where it stands, as far as a test can."""


@pytest.fixture
def before_the_gate(home: QuestionHome) -> QuestionHome:
    """Return a home in which a weak model serves, version 1, and a better one, version 2, has just been registered."""
    frame = seller_months()
    home.fill(SELLERS, frame.assign(seller_state="SP"), last_complete_day(frame))
    weak = QUICK_TRAINING.model_copy(update={"trees": TreeConfig(max_rounds=5)})
    assert home.run(training=weak).success
    assert home.champion() is not None
    home.fill(SELLERS, frame, last_complete_day(frame))
    assert home.run(steps=(Step.TRAINING_SET, Step.MODEL)).success
    return home


def newest(home: QuestionHome) -> str:
    return home.registry.versions(SELLERS.name)[-1].number


@pytest.mark.parametrize("step", ["set_alias", "set_tag", "log_evaluation"])
def test_killed_before_the_alias_the_old_champion_serves_and_the_next_run_repairs(
    before_the_gate: QuestionHome, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    home = before_the_gate
    old, new = home.champion(), newest(home)
    scores = home.scores()

    def killed(registry: ModelRegistry, version: Version, *arguments: object) -> None:
        raise _KilledError

    with monkeypatch.context() as patched:
        patched.setattr(ModelRegistry, step, killed)
        assert not home.run(steps=GATE).success
    assert home.champion() == old != new
    pd.testing.assert_frame_equal(home.scores(), scores)
    assert home.run(steps=GATE).success
    assert home.champion() == new
    assert set(home.scores()["model_version"]) == {new}
    assert home.promotions()["verdict"].tolist()[-1] == Verdict.PROMOTED
    assert home.promotions()["challenger_version"].tolist().count(new) == 1


KILLED = """
import os, signal, sys
from pathlib import Path
from ml_assets.keys import Step
from ml_assets.registry.names import CHAMPION
from ml_assets.registry.tracking import ModelRegistry
from tests.fixtures.question_home import REGISTRY, QuestionHome
from tests.fixtures.registry import registry_in

set_alias = ModelRegistry.set_alias

def killed(registry, version, alias):
    if alias == CHAMPION:
        os.kill(os.getpid(), signal.SIGKILL)
    set_alias(registry, version, alias)

ModelRegistry.set_alias = killed
folder = Path(sys.argv[1])
QuestionHome.of(folder, registry_in(folder / REGISTRY)).run(steps=(Step.EVALUATION, Step.PROMOTION, Step.SCORES))
"""


@pytest.mark.slow
def test_a_process_killed_at_the_alias_leaves_the_old_champion_and_the_next_run_repairs(
    before_the_gate: QuestionHome,
) -> None:
    home = before_the_gate
    old, new = home.champion(), newest(home)
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[3])}
    folder = home.files.work_dir.parent
    ended = subprocess.run([sys.executable, "-c", KILLED, str(folder)], env=environment, capture_output=True)
    assert ended.returncode == -signal.SIGKILL
    challenger = home.registry.aliased(SELLERS.name, CHALLENGER)
    assert (home.champion(), challenger and challenger.number) == (old, new)
    assert home.promotions()["challenger_version"].tolist()[-1] == new
    assert home.run(steps=GATE).success
    assert home.champion() == new
    assert home.promotions()["challenger_version"].tolist().count(new) == 1


def test_what_was_rolled_back_does_not_come_back_by_the_next_run(before_the_gate: QuestionHome) -> None:
    home = before_the_gate
    old, new = home.champion(), newest(home)
    assert home.run(steps=GATE).success
    assert home.champion() == new
    roll_back(home.registry, home.warehouse, SELLERS.name, decided_at=datetime(2026, 1, 1))
    assert home.champion() == old
    assert home.run().success
    assert home.champion() == old
    assert set(home.scores()["model_version"]) == {old}


def test_a_champion_whose_columns_are_gone_makes_way(trained: QuestionHome) -> None:
    frame = seller_months().drop(columns=["items_value"])
    trained.fill(SELLERS, frame, last_complete_day(frame))
    assert trained.run().success
    last = trained.promotions().iloc[-1]
    assert last["reason"].startswith("champion 1 cannot serve on, because")
    serving = trained.registry.aliased(SELLERS.name, CHAMPION)
    assert serving is not None
    assert serving.number != "1"
    assert set(trained.scores()["model_version"]) == {serving.number}


def test_a_champion_that_learned_from_the_window_is_not_compared(trained: QuestionHome) -> None:
    champion = trained.registry.aliased(SELLERS.name, CHAMPION)
    assert champion is not None
    config = GateConfig(evaluation=EvaluationConfig(resamples=20))
    contest = QuestionFamily(SELLERS).contest(trained.files, config)

    def on(tags: dict[str, str], challenger: str = "2") -> tuple[Obstacle | None, bool]:
        marked = Version(champion.name, champion.number, champion.run_id, {**champion.tags, **tags})
        other = Version(champion.name, challenger, "r", {})
        found = champion_on(contest, marked, trained.registry, other, 1)
        return found.obstacle, found.gain is not None

    assert on({}) == (None, True)
    # A month's end is asked about when its last day is over: what was learned until then is no look ahead.
    assert on({LEARNED_UNTIL: "2017-10-01T00:00:00"}) == (None, True)
    assert on({LEARNED_UNTIL: "2017-10-01T00:00:01"}) == (Obstacle.LEARNED_FROM_WINDOW, False)
    assert on({}, challenger=champion.number) == (None, False)


def test_a_model_that_is_no_better_than_the_rule_makes_way_for_it(home: QuestionHome) -> None:
    frame = seller_months()
    # Nothing beyond what the rule reads, and the rule is what the answer follows.
    frame = frame.drop(columns="items_value").assign(seller_state="SP")
    home.fill(SELLERS, frame, last_complete_day(frame))
    assert home.run().success
    [decision] = home.promotions().to_dict("records")
    assert decision["verdict"] in {Verdict.RULE_PROMOTED, Verdict.REFUSED}
    serving = home.registry.aliased(SELLERS.name, CHAMPION)
    assert serving is not None
    assert serving.tags[CANDIDATE] == "rule"
    assert serving.number != decision["challenger_version"]
    # The rule answers as any other model does: with bands and reasons.
    assert home.scores()["band"].nunique() == 3
    # Asked again, the gate compares the same version with the rule as the champion, and once is enough.
    for _ in range(2):
        assert home.run(steps=GATE).success
        assert home.champion() == serving.number
        assert len(home.registry.versions(SELLERS.name)) == 2
        assert len(home.promotions()) == 2


def test_promotion_alone_can_be_asked_again(trained: QuestionHome) -> None:
    result = trained.run(steps=(Step.PROMOTION,))
    assert steps_done(result) == {Step.PROMOTION}
    assert len(trained.promotions()) == 1


def test_a_champion_of_other_data_makes_way(trained: QuestionHome) -> None:
    frame = seller_months(seed=8)
    others = frame.assign(seller_id="other-" + frame["seller_id"])
    trained.fill(SELLERS, others, last_complete_day(others))
    assert trained.run().success
    last = trained.promotions().iloc[-1]
    assert last["reason"].startswith("champion 1 cannot serve on, because most of those from whom it learned")
    assert last["verdict"] == Verdict.PROMOTED
    assert trained.champion() == "2"
    assert set(trained.scores()["model_version"]) == {"2"}


def test_newer_months_of_the_same_sellers_are_the_same_data(trained: QuestionHome) -> None:
    frame = seller_months()
    grown = pd.concat([frame, frame.assign(seller_id="new-" + frame["seller_id"])])
    trained.fill(SELLERS, grown, last_complete_day(grown))
    assert trained.run().success
    assert "most of those" not in trained.promotions()["reason"].iloc[-1]
