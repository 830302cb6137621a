"""A drawn stream goes the recommender's own way, and what the proof says of many follows from the trials."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, replace

import numpy as np
import pandas as pd
import pytest

from benchmarks.planted_recommendation.__main__ import main, table
from benchmarks.planted_recommendation.batch import SIMILAR, Lists, lists_on
from benchmarks.planted_recommendation.measure import (
    BEST_KNOWN,
    OWN,
    Trial,
    finds_nothing,
    finds_what_is_planted,
    gain_over,
    lines,
    overall,
    promotes_by_chance,
    promotions,
)
from benchmarks.planted_recommendation.stream import stored
from ml_assets.recommender.clicks import AT, ITEM, SESSION
from ml_assets.recommender.config import RecommenderGateConfig
from ml_assets.recommender.contexts import ContextKind
from ml_assets.recommender.methods import Method
from ml_assets.recommender.training_set import ClicksFacts
from ml_assets.registry.verdict import Verdict
from tests.unit.recommender.streams import QUICK, UNTIL, stream

GATE = RecommenderGateConfig(resamples=40, min_events=20)
VISITORS, SESSIONS = ContextKind.VISITOR, ContextKind.SESSION
ORDINARY = {OWN: 0.5, "last_item_co_visitation": 0.3, SIMILAR: 0.2, "re_view": 0.4, "popularity": 0.1}


def trial(
    seed: int, changed: Mapping[str, float] | None = None, *, is_null: bool = False, verdict: Verdict = Verdict.PROMOTED
) -> Trial:
    ndcg = {name: {VISITORS: value, SESSIONS: value} for name, value in (ORDINARY | dict(changed or {})).items()}
    return Trial(seed, is_null, Lists({VISITORS: 30, SESSIONS: 10}, ndcg, ndcg, OWN, verdict))


def trials(values: list[float], other: Mapping[str, float] | None = None) -> list[Trial]:
    return [trial(seed, {OWN: value} | dict(other or {})) for seed, value in enumerate(values)]


def test_contexts_count_alike_whatever_their_kind() -> None:
    assert overall({VISITORS: 0.2, SESSIONS: 0.6}, {VISITORS: 30, SESSIONS: 10}) == pytest.approx(0.3)


def test_gains_are_paired_by_seed() -> None:
    # Two stages are 0.1 better on each seed, however much the seeds differ.
    found = [trial(seed, {OWN: 0.2 * seed + 0.1, "re_view": 0.2 * seed}) for seed in range(3)]
    gain = gain_over(found, "re_view")
    assert gain.low == pytest.approx(0.1)
    assert gain.high == pytest.approx(0.1)


def test_the_better_of_both_rules_is_chosen_for_each_kind() -> None:
    mixed = trial(1)
    ndcg = dict(mixed.lists.ndcg)
    ndcg["popularity"] = {VISITORS: 0.9, SESSIONS: 0.1}
    ndcg["re_view"] = {VISITORS: 0.2, SESSIONS: 0.4}
    found = lines([replace(mixed, lists=replace(mixed.lists, ndcg=ndcg))])
    [best] = [each for each in found if each.method == BEST_KNOWN]
    assert best.by_kind[VISITORS].value == 0.9
    assert best.by_kind[SESSIONS].value == 0.4
    assert best.ndcg.value == pytest.approx((30 * 0.9 + 10 * 0.4) / 40)


def test_what_is_planted_is_found_only_if_every_baseline_is_beaten() -> None:
    assert finds_what_is_planted(trials([0.50, 0.52, 0.51]))
    assert not finds_what_is_planted(trials([0.50, 0.52, 0.51], {SIMILAR: 0.51}))
    # One seed has no interval, and so proves nothing.
    assert not finds_what_is_planted(trials([0.5]))


def test_nothing_is_found_only_without_a_gain_and_without_promotions() -> None:
    def null(values: list[float], verdict: Verdict) -> list[Trial]:
        return [trial(seed, {OWN: each}, is_null=True, verdict=verdict) for seed, each in enumerate(values)]

    assert finds_nothing(null([0.39, 0.40, 0.38], Verdict.REFUSED))
    assert promotes_by_chance(null([0.39, 0.40, 0.38], Verdict.REFUSED), GATE)
    assert not finds_nothing(null([0.45, 0.46, 0.44], Verdict.REFUSED))
    assert not promotes_by_chance(null([0.39, 0.40, 0.38], Verdict.PROMOTED), GATE)


def test_what_was_not_judged_counts_for_nothing() -> None:
    found = [trial(1), trial(2, verdict=Verdict.REFUSED), trial(3, verdict=Verdict.INSUFFICIENT_EVIDENCE)]
    assert promotions(found) == (1, 2)


def test_the_page_says_both_worlds() -> None:
    null = [trial(seed, {OWN: 0.39}, is_null=True, verdict=Verdict.REFUSED) for seed in (1, 2)]
    page = table([*trials([0.50, 0.52, 0.51]), *null], GATE)
    assert "What is planted (3 seeds)" in page
    assert "Where nothing is (2 seeds)" in page
    assert "missed" not in page
    assert json.dumps([asdict(each) for each in null])


def test_sessions_end_after_half_an_hour_and_the_last_day_is_left_out() -> None:
    minute, day = 60_000, 86_400_000
    log = pd.DataFrame(
        {
            "time": [0, 30 * minute, 60 * minute + 1, day - 1, day + 5],
            "visitor": [1, 1, 1, 1, 2],
            "kind": [0, 0, 0, 0, 0],
            "item": [5, 6, 7, 8, 9],
        }
    )
    facts, frame = stored(pd.concat([log, log.head(1)]))
    assert facts.complete_until == pd.Timestamp(0).date()
    assert frame[ITEM].tolist() == ["5", "6", "7", "8"]
    # A gap of exactly half an hour is none; a row that stands twice is one event.
    assert frame[SESSION].tolist() == ["1", "1", "2", "3"]
    assert frame[AT].max() < pd.Timestamp(day, unit="ms")


def test_a_chain_is_found_where_it_is_planted_and_not_where_it_is_not() -> None:
    def found(*, is_chained: bool) -> Lists:
        frame = stream(is_chained=is_chained)
        facts = ClicksFacts(
            complete_until=UNTIL,
            fingerprint="",
            rows=len(frame),
            visitors=300,
            sessions=600,
            items=60,
            first=frame[AT].min().to_pydatetime(),
            last=frame[AT].max().to_pydatetime(),
        )
        lists = lists_on(facts, frame, QUICK, GATE)
        assert lists is not None
        return lists

    chained, random = found(is_chained=True), found(is_chained=False)
    session = {name: figures[SESSIONS] for name, figures in chained.ndcg.items()}
    assert session[OWN] > session[Method.POPULARITY] + 0.3
    assert session[SIMILAR] > session[Method.POPULARITY] + 0.1
    assert random.ndcg[OWN][SESSIONS] < 0.3
    assert random.verdict is not Verdict.PROMOTED
    assert all(0 <= value <= 1 for figures in chained.recall.values() for value in figures.values())
    assert np.isfinite(list(session.values())).all()


def test_one_seed_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--seeds", "1", "--print-only"])
    assert "two seeds" in capsys.readouterr().err
