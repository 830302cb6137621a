"""A recommender takes the whole way: six assets, who serves, lists as declared, again the same, nothing stale."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import dagster as dg
import numpy as np
import pandas as pd
import pytest

from ml_assets.contract import FILES_RESOURCE, REGISTRY_RESOURCE, WAREHOUSE_RESOURCE
from ml_assets.family.assets import SCHEMA_CHECK, build_family_assets
from ml_assets.family.scoring import Scored, score
from ml_assets.keys import Step
from ml_assets.predictions import PREDICTION_TABLES, SIMILAR_ITEMS
from ml_assets.recommender.as_of import AsOf
from ml_assets.recommender.assets import build_similar_items_asset
from ml_assets.recommender.clicks import Clicks
from ml_assets.recommender.config import RecommenderGateConfig, RecommenderScoringConfig
from ml_assets.recommender.family import (
    POPULARITY_CHECK,
    RULE_CHECK,
    SERVICE_CHECK,
    TIME_CHECK,
    TRAINING_SET_CHECK,
    RecommenderFamily,
)
from ml_assets.recommender.fitted import FittedRecommender
from ml_assets.recommender.measure import stored_record
from ml_assets.recommender.methods import RULE, Method
from ml_assets.recommender.question import RECOMMENDER_RETAILROCKET as QUESTION
from ml_assets.recommender.scoring import UNAVAILABLE_CHECK, UNSEEN_CHECK, answers, asked_now, judgements_of
from ml_assets.recommender.similar_rows import SimilarItemsConfig, similar_answers
from ml_assets.recommender.verdicts import judged_against, judged_time
from ml_assets.registry.names import CANDIDATE, CHAMPION, LEARNED_UNTIL
from ml_assets.registry.verdict import Verdict
from ml_assets.reports.scoreboard_record import ScoreVerdict
from tests.fixtures.question_home import QuestionHome, failed_checks
from tests.unit.recommender.streams import CLOCK, QUICK, event, fill, stream

FAMILY = RecommenderFamily(QUESTION)
TABLE = PREDICTION_TABLES[QUESTION.name]
GATE = {"resamples": 40, "min_events": 20}


def run(home: QuestionHome, *, gate: dict[str, Any] = GATE, code_version: str = "v1") -> dg.ExecuteInProcessResult:
    assets = [
        *build_family_assets(FAMILY, "ml_test", "pool", code_version),
        build_similar_items_asset(QUESTION, "ml_test", "pool", code_version),
    ]
    settings = {Step.MODEL: QUICK.model_dump(), Step.EVALUATION: gate, Step.PROMOTION: gate}
    return dg.materialize(
        assets,
        resources={
            WAREHOUSE_RESOURCE: home.warehouse,
            REGISTRY_RESOURCE: home.registry,
            FILES_RESOURCE: home.files,
        },
        run_config={"ops": {f"ml__{QUESTION.name}_{step}": {"config": each} for step, each in settings.items()}},
        raise_on_error=False,
    )


def scores(home: QuestionHome) -> pd.DataFrame:
    return home.warehouse.read(TABLE.name).sort_values(list(TABLE.key), ignore_index=True)


def candidate(home: QuestionHome) -> str:
    version = home.registry.aliased(QUESTION.name, CHAMPION)
    assert version is not None
    return version.tags[CANDIDATE]


def with_now(events: pd.DataFrame) -> pd.DataFrame:
    """Add an open session, one that has just ended, and a visitor who views at the clock what nobody has viewed."""
    late = [
        event("v1", "open", 5, str(CLOCK - pd.Timedelta(minutes=3))),
        event("v2", "ended", 5, str(CLOCK - pd.Timedelta(minutes=31))),
        event("new", "stranger", 999, str(CLOCK)),
    ]
    return pd.concat([events, pd.DataFrame(late)], ignore_index=True)


@pytest.fixture(scope="module")
def made(store_file: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dg.ExecuteInProcessResult]:
    """Return a home in which everything was made once; not to be changed."""
    folder = tmp_path_factory.mktemp("recommended")
    home = QuestionHome.new(folder, store_file)
    fill(home, with_now(stream()), unavailable=("6", "7"))
    return folder, run(home)


@pytest.fixture
def home(made: tuple[Path, dg.ExecuteInProcessResult], tmp_path: Path) -> QuestionHome:
    """Return a copy of that home."""
    return QuestionHome.copy_of(made[0], tmp_path / "home")


@pytest.fixture
def empty(store_file: Path, tmp_path: Path) -> QuestionHome:
    """Return a home without any table."""
    return QuestionHome.new(tmp_path, store_file)


def test_what_is_planted_is_learned_and_serves(
    made: tuple[Path, dg.ExecuteInProcessResult], home: QuestionHome
) -> None:
    result = made[1]
    assert result.success
    found = {each.check_name: each for each in result.get_asset_check_evaluations()}
    assert set(found) == {
        TRAINING_SET_CHECK,
        TIME_CHECK,
        RULE_CHECK,
        POPULARITY_CHECK,
        SERVICE_CHECK,
        SCHEMA_CHECK,
        UNSEEN_CHECK,
        UNAVAILABLE_CHECK,
    }
    assert all(each.passed for each in found.values())
    [decision] = home.promotions().to_dict("records")
    assert (decision["verdict"], decision["metric"]) == (Verdict.PROMOTED, "ndcg@20")
    assert candidate(home) != RULE
    record = stored_record(QUESTION, home.files)
    own, popularity = record.own, record.method(Method.POPULARITY)
    assert own is not None
    assert popularity is not None
    assert own.overall.value > 2 * popularity.overall.value  # type: ignore[operator]
    # Who comes back views the very same items again: re-viewing has no loss, so that nothing is told by a share of it.
    assert {method: each.value for method, each in record.skills.items()} == {record.chosen: None, RULE: 1.0}


def test_lists_are_as_declared(home: QuestionHome) -> None:
    found = scores(home)
    assert list(found.columns) == [column.name for column in TABLE.columns]
    sessions = set(found.loc[found["context"] == "session", "context_id"])
    assert sessions == {"open", "stranger"}
    counts = found.groupby(["context", "context_id"])["rank"].agg(["count", "max"])
    assert (counts["count"] == 20).all()
    assert (counts["max"] == 20).all()
    assert not found["item_id"].isin(["6", "7"]).any()
    # An event at the clock is known: who has just come gets back what they view, and for the rest popular items.
    is_stranger = found["context_id"].isin(["new", "stranger"])
    stranger = found[is_stranger & (found["rank"] == 1)]
    assert set(found.loc[is_stranger & ~found["is_fallback"], "item_id"]) >= {"999"}
    assert len(stranger) == 2
    assert not found.loc[~is_stranger, "item_id"].eq("999").any()
    assert not found["is_backtest"].any()
    assert set(pd.to_datetime(found["as_of_date"])) == {CLOCK.normalize()}
    similar = home.warehouse.read(SIMILAR_ITEMS.name)
    assert not similar["similar_item_id"].isin(["6", "7"]).any()
    assert (similar["item_id"] != similar["similar_item_id"]).all()


def test_the_same_again_is_the_same_and_who_is_gone_vanishes(home: QuestionHome) -> None:
    before = scores(home)
    assert run(home).success
    again = scores(home)
    assert len(home.registry.versions(QUESTION.name)) == 1
    pd.testing.assert_frame_equal(again.drop(columns="scored_at"), before.drop(columns="scored_at"))
    events = with_now(stream())
    fill(home, events[~events["visitor_id"].isin(["v1", "v2"])], unavailable=("6", "7"))
    assert run(home).success
    left = set(scores(home)["context_id"])
    assert not left & {"v1", "v2", "open"}
    assert {"new", "v3"} <= left


def test_without_structure_the_rule_serves_and_no_gain_is_claimed(empty: QuestionHome) -> None:
    fill(empty, stream(is_chained=False))
    assert run(empty).success
    [decision] = empty.promotions().to_dict("records")
    assert decision["verdict"] in (Verdict.RULE_PROMOTED, Verdict.REFUSED)
    assert candidate(empty) == RULE
    assert scores(empty)["is_fallback"].any()
    record = stored_record(QUESTION, empty.files)
    assert not judged_against(record, RULE).passed


def test_too_few_contexts_prove_nothing(home: QuestionHome) -> None:
    fill(home, with_now(stream(seed=6)))
    home.registry.set_alias(home.registry.versions(QUESTION.name)[0], CHAMPION)
    assert run(home, gate={**GATE, "min_events": 10_000}, code_version="v2").success
    newest = home.promotions().iloc[-1]
    assert newest["verdict"] == Verdict.INSUFFICIENT_EVIDENCE
    assert "10000 are needed" in newest["reason"]


@pytest.mark.parametrize("visitors", [0, 1, 8])
def test_a_log_of_nearly_nothing_takes_the_way_too(empty: QuestionHome, visitors: int) -> None:
    fill(empty, stream(visitors))
    assert run(empty).success
    assert candidate(empty) == RULE
    rows = {row.metric: row for row in FAMILY.scoreboard_rows(empty.files, "the rule")}
    assert rows["ndcg@20"].verdict is ScoreVerdict.INSUFFICIENT_EVIDENCE
    assert rows["rmse"].verdict is ScoreVerdict.MET_WITHOUT_MODEL
    assert "predicted 0" in rows["rmse"].doubt


def test_an_event_without_an_item_stops_before_anything_is_learned(empty: QuestionHome) -> None:
    events = stream(20)
    events.loc[3, "item_id"] = None
    fill(empty, events)
    result = run(empty)
    assert not result.success
    assert failed_checks(result) == {TRAINING_SET_CHECK}
    assert empty.promotions().empty


def test_the_checks_find_what_they_are_for(home: QuestionHome) -> None:
    record = stored_record(QUESTION, home.files)
    assert judged_time(record).passed
    assert not judged_time(record.model_copy(update={"last_click": record.fitted_until})).passed
    first, *others = record.counted
    known_too_much = first.model_copy(update={"last_event": first.asked_at})
    assert not judged_time(record.model_copy(update={"counted": (known_too_much, *others)})).passed
    asked = asked_now(QUESTION, home.warehouse)
    found = judgements_of(pd.Series(["6", "888"]), asked, RecommenderScoringConfig())
    assert found[UNSEEN_CHECK].words.startswith("1 rows")
    assert not found[UNSEEN_CHECK].passed
    assert not found[UNAVAILABLE_CHECK].passed
    earlier = replace(asked, clock=asked.clock - np.timedelta64(1, "s"))
    # The item that was viewed at the clock was not seen a second before it.
    assert judgements_of(pd.Series(["999"]), asked, RecommenderScoringConfig())[UNSEEN_CHECK].passed
    assert not judgements_of(pd.Series(["999"]), earlier, RecommenderScoringConfig())[UNSEEN_CHECK].passed


def test_a_refresh_that_looks_one_week_too_far_fails_the_check(
    home: QuestionHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert judged_time(FAMILY.measure(home.files, RecommenderGateConfig(resamples=20)).record).passed  # type: ignore[arg-type]

    def too_far(clicks: Clicks, moment: np.datetime64) -> Clicks:
        return clicks.take(clicks.occurred < moment + np.timedelta64(7, "D"))

    monkeypatch.setattr(Clicks, "before", too_far)
    found = judged_time(FAMILY.measure(home.files, RecommenderGateConfig(resamples=20)).record)  # type: ignore[arg-type]
    assert not found.passed
    assert "not before the moment" in found.words


def test_lists_come_from_the_champion_as_of_the_clock(home: QuestionHome) -> None:
    """What is shown does not depend on what was counted when the version was saved."""
    version = home.registry.aliased(QUESTION.name, CHAMPION)
    assert version is not None
    model = home.registry.load(version)
    assert isinstance(model, FittedRecommender)
    asked = asked_now(QUESTION, home.warehouse)
    assert model.counted.until < asked.clock
    later = model.refreshed(AsOf(asked.clicks, asked.known_until, model.config))
    config = RecommenderScoringConfig()
    one, other = (answers(QUESTION, each, asked, config).frame for each in (model, later))
    pd.testing.assert_frame_equal(one, other)
    key = list(TABLE.key)
    pd.testing.assert_frame_equal(
        one.sort_values(key, ignore_index=True), scores(home)[list(one.columns)], check_dtype=False
    )
    similar = similar_answers(later, asked, SimilarItemsConfig()).frame
    assert set(similar["item_id"]) <= set(later.ids)


def test_the_champion_meets_its_challenger_at_the_same_moments(home: QuestionHome) -> None:
    contest = FAMILY.contest(home.files, RecommenderGateConfig(**GATE))
    model = contest.trained.chosen
    old = AsOf(contest.trained.rows.clicks, contest.trained.split.choice[0], model.config)
    for champion in (model, model.refreshed(old)):
        gain = contest.gain_over(champion, 1)
        assert gain is not None
        assert (gain.value, gain.low, gain.high) == (0, 0, 0)


def older_lists(home: QuestionHome, days: int, score: float = 0.0) -> None:
    """Write the lists of the clock's day as if they had been given some days before, all with one score."""
    rows = scores(home)
    rows = rows[pd.to_datetime(rows["as_of_date"]) == CLOCK.normalize()]
    rows = rows.assign(
        as_of_date=pd.to_datetime(rows["as_of_date"]) - pd.Timedelta(days=days),
        scored_at=pd.Timestamp("2030-01-01"),
        score=score,
    )
    home.warehouse.replace(TABLE.name, rows, TABLE.key, whole=TABLE.answer_key)


def days_of(home: QuestionHome) -> dict[int, int]:
    """Return how many lists there are by days before the clock."""
    found = scores(home)[[*TABLE.answer_key]].drop_duplicates()
    ages = (CLOCK.normalize() - pd.to_datetime(found["as_of_date"])).dt.days
    return dict(ages.value_counts().sort_index())


def lists_again(home: QuestionHome, **settings: object) -> Scored:
    config = RecommenderScoringConfig(**settings)  # type: ignore[arg-type]
    return score(FAMILY, home.warehouse, home.files, home.registry, config, datetime(2031, 1, 1))


def test_older_lists_stay_for_the_declared_days(home: QuestionHome) -> None:
    [now] = days_of(home).values()
    for days in (3, 56, 57, -1):
        older_lists(home, days)
    assert lists_again(home).problems == ()
    # 57 days are too long ago, and a day after the clock has not come yet.
    assert days_of(home) == {0: now, 3: now, 56: now}
    assert lists_again(home, keep_days=2).problems == ()
    assert days_of(home) == {0: now}


def test_lists_of_who_is_not_known_any_more_go(home: QuestionHome) -> None:
    older_lists(home, 3)
    events = with_now(stream())
    fill(home, events[events["visitor_id"] != "v1"], unavailable=("6", "7"))
    assert lists_again(home).problems == ()
    found = scores(home)
    assert not found["context_id"].isin(["v1", "open"]).any()
    assert set(days_of(home)) == {0, 3}


def test_new_lists_replace_those_of_their_day_and_no_honest_one_by_hindsight(home: QuestionHome) -> None:
    older_lists(home, 0, score=-1.0)
    assert (scores(home)["score"] == -1).all()
    version = home.registry.aliased(QUESTION.name, CHAMPION)
    assert version is not None
    home.registry.set_tag(version, LEARNED_UNTIL, "2031-01-01")
    scored = lists_again(home)
    assert (len(scored.frame), scored.kept) == (0, len(scores(home)))
    assert (scores(home)["score"] == -1).all()
    home.registry.set_tag(version, LEARNED_UNTIL, "2015-01-01")
    assert lists_again(home).kept == 0
    assert not (scores(home)["score"] == -1).any()


def test_the_card_is_whole_and_needs_nothing_else(home: QuestionHome) -> None:
    card = home.files.model_card(QUESTION.name).read_text()
    for words in (
        "Stage by stage",
        "Counted before each week",
        "alternating least squares",
        "Week by week",
        "For a visitor",
        "For a session",
        "Limits",
        "re view",
    ):
        assert words in card
    assert "src=" not in card
    assert "<script" not in card
