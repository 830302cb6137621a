"""The visits of the click stream: laws, sessions, returns, what is viewed, the null and the drifts.

Expected shares are those of the original log: counts as published, shares of sessions and of items seen again from
whole visitors of it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from ecom_assets.sample.config import SampleConfig
from ecom_assets.sample.drift import Drift, DriftKind
from ecom_assets.sample.retailrocket.assemble import build_clicks, parameters_truth
from ecom_assets.sample.retailrocket.browsing import choose_items
from ecom_assets.sample.retailrocket.items import build_items
from ecom_assets.sample.retailrocket.laws import (
    BetaReturn,
    CertainReturn,
    DelayLaw,
    ExponentialGap,
    GapLaw,
    LogNormalGap,
    ViewsLaw,
    draw_views,
)
from ecom_assets.sample.retailrocket.parameters import RetailRocketParameters
from ecom_assets.sample.retailrocket.sessions import CART, TRANSACTION, VIEW, draw_sessions
from ecom_assets.sample.retailrocket.shifts import changed_odds
from ecom_assets.sample.retailrocket.tree import build_tree
from ecom_assets.sample.scenarios import sample_config
from ecom_assets.sample.truth.visitor_history import VisitorHistory

DAY, MINUTE = 86_400_000, 60_000
START = date(2015, 7, 15)
START_MS = 1_436_918_400_000
LARGE = 0.3


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(5)


@pytest.fixture(scope="module")
def large() -> pd.DataFrame:
    """Return a log of three tenths of the original, at which chance moves the counts by a percent or two."""
    return build_clicks(sample_config(scale=LARGE, seed=7)).events


@pytest.fixture(scope="module")
def null() -> pd.DataFrame:
    return build_clicks(sample_config(scale=0.05, seed=7, is_null=True)).events


# -- laws --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "gap", [LogNormalGap(2.0, 1.5, 30.0), LogNormalGap(9.0, 3.6, 30.0), ExponentialGap(20.0)], ids=repr
)
def test_a_gap_law_says_what_it_draws(gap: GapLaw, rng: np.random.Generator) -> None:
    drawn = gap.draw(rng, 40_000)
    for days in (0.1, 1.0, 14.0, 50.0):
        # Four standard errors of a share.
        assert (drawn > days).mean() == pytest.approx(float(gap.survival(days)), abs=4 * 0.5 / 200)
    step = 1e-4
    slope = (gap.survival(3.0) - gap.survival(3.0 + step)) / step
    assert float(gap.density(3.0 + step / 2)) == pytest.approx(float(slope), rel=1e-5)


def test_no_visit_follows_within_the_idle_time(rng: np.random.Generator) -> None:
    gap = LogNormalGap(2.0, 3.0, idle_minutes=30.0)
    assert gap.draw(rng, 10_000).min() > 30 / 1_440
    assert gap.survival([0.0, 29 / 1_440]).tolist() == [1.0, 1.0]
    assert gap.density([0.01]).tolist() == [0.0]


def test_the_median_gap_is_the_median() -> None:
    assert LogNormalGap(2.0, 3.0, idle_minutes=0.0).survival([2.0]).tolist() == pytest.approx([0.5])
    assert ExponentialGap(10.0).survival([10.0]).tolist() == pytest.approx([np.exp(-1)])


@pytest.mark.parametrize(("returning", "leaving"), [(0.36, 2.2), (2.5, 1.2), (5.0, 0.5)])
def test_quadratures_give_the_moments_of_the_beta_law(returning: float, leaving: float) -> None:
    # E[r^n] of a Beta law is the product of (a + i) / (a + b + i) over i < n.
    point, weight = BetaReturn(returning, leaving).quadrature()
    for number in (0, 1, 2, 7, 60):
        exact = np.prod([(returning + i) / (returning + leaving + i) for i in range(number)])
        assert (weight * point**number).sum() == pytest.approx(exact, rel=1e-9)


def test_a_certain_return_is_certain(rng: np.random.Generator) -> None:
    assert CertainReturn().draw(rng, 3).tolist() == [1.0, 1.0, 1.0]
    assert [part.tolist() for part in CertainReturn().quadrature()] == [[1.0], [1.0]]


def test_delays_are_whole_positive_milliseconds_up_to_the_longest(rng: np.random.Generator) -> None:
    law = DelayLaw(5.0, 2.0, longest_minutes=29.0)
    drawn = law.draw(rng, 20_000)
    assert drawn.min() >= 1
    assert drawn.max() == 29 * MINUTE
    assert (drawn > 10 * MINUTE).mean() == pytest.approx(float(law.survival(10.0)), abs=0.015)
    assert float(law.survival(29.0)) == 0.0


def test_views_follow_the_law_of_their_class(rng: np.random.Generator) -> None:
    laws = (ViewsLaw(single=1.0, exponent=3.0), ViewsLaw(single=0.4, exponent=2.0, longest=3))
    # Two and three views as 1/4 to 1/9: shares 0.4, 0.6 * 9/13, 0.6 * 4/13.
    assert laws[1].shares().tolist() == pytest.approx([0.4, 0.6 * 9 / 13, 0.6 * 4 / 13])
    segment = np.repeat([0, 1], 20_000)
    drawn = draw_views(rng, laws, segment)
    assert set(drawn[:20_000].tolist()) == {1}
    share = np.bincount(drawn[20_000:], minlength=4)[1:] / 20_000
    assert share.tolist() == pytest.approx(laws[1].shares().tolist(), abs=0.015)


def test_odds_not_chances_are_multiplied() -> None:
    # Odds of 3 become 1.2: a chance of 1.2 / 2.2.
    assert changed_odds(np.array([0.75, 0.0, 1.0]), 0.4).tolist() == pytest.approx([1.2 / 2.2, 0.0, 1.0])


# -- sessions ----------------------------------------------------------------------------------------------------


def test_a_session_is_a_chain_of_events(rng: np.random.Generator) -> None:
    rates = RetailRocketParameters()
    events = draw_sessions(rng, rates, np.repeat([0, 1, 2], 4_000))
    session = np.repeat(np.arange(len(events.counts)), events.counts)
    inside = session[1:] == session[:-1]
    step = np.diff(events.offset)[inside]
    assert step.min() >= 1
    assert step.max() <= 29 * MINUTE
    kind, before = events.kind[1:][inside], events.kind[:-1][inside]
    assert set(before[kind == CART].tolist()) == {VIEW}
    # Nothing but payments follows a payment.
    assert set(kind[before == TRANSACTION].tolist()) == {TRANSACTION}
    first = np.flatnonzero(np.append(True, ~inside))
    assert (events.kind[first] == VIEW).all()
    assert (events.offset[first] == 0).all()
    paying = np.unique(session[events.kind == TRANSACTION])
    assert set(paying.tolist()) <= set(session[events.kind == CART].tolist())
    assert len(paying) > 100
    assert ((events.payment >= 0) == (events.kind == TRANSACTION)).all()


def test_planted_sessions_are_the_ones_found_in_the_log(large: pd.DataFrame) -> None:
    history = VisitorHistory.of(large)
    assert len(history.first_row) == large["session"].nunique()
    found = pd.Series(history.session).groupby(history.visitor).nunique()
    planted = large.groupby("visitor")["session"].nunique()
    assert found.to_numpy().tolist() == planted.to_numpy().tolist()


# -- margins -----------------------------------------------------------------------------------------------------


def test_counts_are_those_of_the_original(large: pd.DataFrame) -> None:
    # Tolerances: some two standard deviations of a log of this size, measured over seeds.
    views, carts, rows = (large[large["kind"] == kind] for kind in (VIEW, CART, TRANSACTION))
    assert len(views) == pytest.approx(2_664_312 * LARGE, rel=0.01)
    assert len(carts) == pytest.approx(69_332 * LARGE, rel=0.02)
    assert len(rows) == pytest.approx(22_457 * LARGE, rel=0.04)
    assert rows["transaction"].nunique() == pytest.approx(17_672 * LARGE, rel=0.04)
    assert carts["visitor"].nunique() == pytest.approx(37_722 * LARGE, rel=0.015)
    assert rows["visitor"].nunique() == pytest.approx(11_719 * LARGE, rel=0.03)
    assert large["visitor"].nunique() == round(1_407_580 * LARGE)
    assert large.duplicated(["time", "visitor", "kind", "item", "transaction"]).sum() == 460 * LARGE


def test_visitors_return_as_in_the_original(large: pd.DataFrame) -> None:
    sessions = large.groupby("visitor")["session"].nunique()
    assert (sessions == 1).mean() == pytest.approx(0.872, abs=0.005)
    assert (sessions == 2).mean() == pytest.approx(0.086, abs=0.003)
    assert (sessions >= 10).mean() == pytest.approx(0.002, abs=0.0005)
    assert (large["visitor"].value_counts() == 1).mean() == pytest.approx(0.7116, abs=0.004)
    assert (large["session"].value_counts() == 1).mean() == pytest.approx(0.79, abs=0.01)
    history = VisitorHistory.of(large)
    again = history.first_row[history.number > 1]
    gap = (history.time[again] - history.time[again - 1]) / DAY
    assert np.median(gap) == pytest.approx(1.77, rel=0.1)
    assert np.quantile(gap, [0.25, 0.75]).tolist() == pytest.approx([0.23, 9.9], rel=0.25)


def test_items_are_seen_again_as_in_the_original(large: pd.DataFrame) -> None:
    # Whole visitors of the original: 40 % and 27 %; its published sessions of known items: 37 % and 20 %.
    views = large[large["kind"] == VIEW].drop_duplicates(["visitor", "time"]).sort_values(["visitor", "time"])
    before = views.groupby("session")["item"].shift()
    later = before.notna()
    assert views.duplicated(["session", "item"])[later].mean() == pytest.approx(0.375, abs=0.02)
    assert (views["item"] == before)[later].mean() == pytest.approx(0.235, abs=0.02)
    # The most viewed item of the original has 0.124 % of the events; fewer items leave more to each.
    assert large["item"].value_counts().iloc[0] / len(large) < 0.002


def test_classes_differ_in_what_they_do(large: pd.DataFrame) -> None:
    by_class = large.groupby("segment")
    carts = by_class["kind"].apply(lambda kind: (kind == CART).mean())
    sessions = by_class["session"].nunique() / by_class["visitor"].nunique()
    assert carts.is_monotonic_increasing
    assert sessions.is_monotonic_increasing
    share = large.groupby("segment")["visitor"].nunique() / large["visitor"].nunique()
    assert share.tolist() == pytest.approx([0.81, 0.165, 0.025], abs=0.003)


def test_nothing_happens_after_the_end_of_the_log(large: pd.DataFrame) -> None:
    assert large["time"].max() <= 1_442_545_187_788
    # Visits that would be later are not moved to the end: the last full weeks see no more returns than those before.
    week = (large["time"] - 1_430_622_004_384) // (7 * DAY)
    returning = large["session"].ne(large.groupby("visitor")["session"].transform("min"))
    share = returning.groupby(week).mean()
    assert share.loc[18] / share.loc[12:17].mean() < 1.15


# -- items -------------------------------------------------------------------------------------------------------


def _one_visitor(kinds: list[int], sessions: list[int]) -> pd.DataFrame:
    return pd.DataFrame({"visitor": 0, "session": sessions, "kind": kinds})


def test_carts_and_payments_take_the_items_at_hand() -> None:
    always = RetailRocketParameters(cart_of_viewed_share=1.0, transaction_from_cart_share=1.0)
    config = SampleConfig(scale=0.01, retailrocket=always)
    items = build_items(config, build_tree(config))
    kinds = [VIEW, CART, VIEW, CART, TRANSACTION, VIEW, TRANSACTION, TRANSACTION, TRANSACTION]
    found = choose_items(config, items, _one_visitor(kinds, [0, 0, 0, 0, 0, 1, 1, 1, 1]))
    assert found[1] == found[0]
    assert found[3] == found[2]
    # The latest addition first, then the one before it, then the latest again; also those of earlier sessions.
    assert found[4] == found[3]
    assert found[6:].tolist() == [found[3], found[1], found[3]]


def test_without_any_share_all_items_come_by_popularity() -> None:
    none = replace(
        RetailRocketParameters().homogeneous(),
        repeat_share=0.0,
        revisit_share=0.0,
        cart_of_viewed_share=0.0,
        transaction_from_cart_share=0.0,
    )
    config = SampleConfig(scale=0.02, retailrocket=none)
    items = build_items(config, build_tree(config))
    count = 30_000
    found = choose_items(config, items, _one_visitor([VIEW] * count, [0] * count))
    expected = (items["weight"] / items["weight"].sum()).to_numpy()
    popular = np.argsort(-expected)[:200]
    share = np.isin(found, popular).mean()
    chance = expected[popular].sum()
    assert share == pytest.approx(chance, abs=4 * np.sqrt(chance * (1 - chance) / count))
    assert (found[1:] == found[:-1]).mean() == pytest.approx((expected**2).sum(), abs=0.002)


# -- null --------------------------------------------------------------------------------------------------------


def test_null_sessions_end_on_their_day(null: pd.DataFrame) -> None:
    days = (null["time"] // DAY).groupby(null["session"]).nunique()
    assert set(days) == {1}


def test_null_items_follow_popularity_alone(null: pd.DataFrame) -> None:
    config = sample_config(scale=0.05, seed=7, is_null=True)
    items = build_items(config, build_tree(config)).set_index("item")
    views = null[null["kind"] == VIEW].sort_values(["session", "time"], kind="stable")
    category = items["category"].reindex(views["item"]).to_numpy()
    item, session = views["item"].to_numpy(), views["session"].to_numpy()
    other = (session[1:] == session[:-1]) & (item[1:] != item[:-1])
    same = (category[1:] == category[:-1])[other].mean()
    weight = items["weight"] / items["weight"].sum()
    chance = (weight.groupby(items["category"]).sum() ** 2).sum()
    # Four standard errors: a false alarm in some 16,000 seeds.
    assert same == pytest.approx(chance, abs=4 * np.sqrt(chance / other.sum()) + 0.001)
    first = views.drop_duplicates("session").sort_values(["visitor", "session"])
    reopened = (first["visitor"] == first["visitor"].shift()) & (first["item"] == first["item"].shift())
    assert reopened.sum() / (first["visitor"] == first["visitor"].shift()).sum() < 0.01


# -- drift -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", list(DriftKind))
def test_before_its_start_a_drift_changes_nothing(kind: DriftKind) -> None:
    usual, drifted = (
        build_clicks(sample_config(scale=0.02, seed=7, drift=drift)).events for drift in (None, Drift(kind, START))
    )
    before = [log[log["time"] < START_MS].reset_index(drop=True) for log in (usual, drifted)]
    pd.testing.assert_frame_equal(before[0], before[1])
    assert not usual.equals(drifted)


def test_a_covariate_drift_moves_the_hours_and_not_the_days() -> None:
    usual, drifted = (
        build_clicks(sample_config(scale=0.05, seed=7, drift=drift)).events
        for drift in (None, Drift(DriftKind.COVARIATE, START))
    )
    starts = [log.groupby("session")["time"].min() for log in (usual, drifted)]
    first = starts[1].index.isin(drifted.sort_values("time").drop_duplicates("visitor")["session"])
    later = first & (starts[1] >= START_MS).to_numpy() & (starts[1] < 1_442_448_000_000).to_numpy()
    moved = (starts[1] - starts[0].reindex(starts[1].index))[later]
    # Six hours later, or, past midnight, eighteen hours earlier on the same day.
    assert set((moved / 3_600_000).tolist()) == {6.0, -18.0}
    assert len(drifted) == pytest.approx(len(usual), rel=0.005)


def test_a_concept_drift_lowers_the_returns_after_its_start() -> None:
    usual, drifted = (
        build_clicks(sample_config(scale=0.05, seed=7, drift=drift)).events
        for drift in (None, Drift(DriftKind.CONCEPT, START))
    )
    sessions = [log[log["time"] >= START_MS]["session"].nunique() for log in (usual, drifted)]
    assert 0.80 < sessions[1] / sessions[0] < 0.95
    # Who came for the first time came all the same.
    assert usual["visitor"].nunique() == drifted["visitor"].nunique()


def test_the_truth_names_the_laws() -> None:
    stated = parameters_truth(SampleConfig())
    classes = stated["classes"]
    assert isinstance(classes, list)
    assert [kind["name"] for kind in classes] == ["passer_by", "browser", "buyer"]
    assert classes[0]["returning"] == {"law": "BetaReturn", "returning": 0.36, "leaving": 2.2}
    assert sum(kind["share"] for kind in classes) == pytest.approx(1.0)
