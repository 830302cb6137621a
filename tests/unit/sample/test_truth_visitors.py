"""The oracle of visitors: its formula by hand, its calibration, and that nothing of the future enters."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from scipy.special import beta

from ecom_assets.sample.config import SampleConfig
from ecom_assets.sample.draws import Flags, Floats
from ecom_assets.sample.drift import Drift, DriftKind
from ecom_assets.sample.retailrocket.assemble import build_clicks, write_truth
from ecom_assets.sample.retailrocket.laws import BetaReturn, CertainReturn, ExponentialGap, LogNormalGap, ViewsLaw
from ecom_assets.sample.retailrocket.parameters import RetailRocketParameters, VisitorClass
from ecom_assets.sample.retailrocket.sessions import CART, TRANSACTION, VIEW
from ecom_assets.sample.scenarios import sample_config
from ecom_assets.sample.truth.visitor_history import VisitorHistory
from ecom_assets.sample.truth.visitors import churn_tables
from ecom_assets.sample.window import EVERYTHING, Window

HOUR, DAY = 3_600_000, 86_400_000
# The end of Sunday, 2015-05-31.
AS_OF = date(2015, 5, 31)
MOMENT = 1_433_116_800_000
LAST_LABELLED = pd.Timestamp("2015-08-30")
DRIFT_START = date(2015, 7, 15)


def _log(*rows: tuple[float, int, int]) -> pd.DataFrame:
    """Return events of visitor 5: hours before the moment, kind, item."""
    frame = pd.DataFrame(rows, columns=["hours", "kind", "item"])
    return frame.assign(time=(MOMENT - frame["hours"] * HOUR).round().astype("int64"), visitor=5, segment=0)


def _said(rates: RetailRocketParameters, events: pd.DataFrame, drift: Drift | None = None) -> float:
    """Return what the oracle says of the one visitor at the moment."""
    tables = churn_tables(SampleConfig(retailrocket=rates, drift=drift), events)
    said = pa.concat_tables(list(tables)).to_pandas()
    (probability,) = said.loc[said["as_of_date"] == AS_OF, "probability"]
    return float(probability)


def _class(share: float = 1.0, **changes: object) -> VisitorClass:
    plain = VisitorClass(
        "a", share, BetaReturn(1.3, 2.0), LogNormalGap(3.0, 1.5, 30.0), ViewsLaw(0.7, 2.5), 0.1, purchase_share=0.4
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


# -- by hand -----------------------------------------------------------------------------------------------------


def test_one_class_follows_the_beta_law() -> None:
    gap = LogNormalGap(3.0, 1.5, 30.0)
    a, b = 1.3, 2.0
    said = _said(RetailRocketParameters(classes=(_class(),)), _log((200, VIEW, 1), (130, VIEW, 2), (48, VIEW, 1)))
    # Three visits, two returns, two days of silence: E[r^2 (1 - r)] + E[r^3] S(t) at 16 and at 2 days.
    gone, coming = beta(a + 2, b + 1), beta(a + 3, b)
    silent = [gone + coming * float(gap.survival(days)) for days in (2.0, 16.0)]
    assert said == pytest.approx(silent[1] / silent[0], rel=1e-9)


def test_a_repeated_row_and_events_of_the_same_session_are_no_visits() -> None:
    rates = RetailRocketParameters(classes=(_class(),))
    once = _log((48.2, VIEW, 1), (48, VIEW, 2))
    assert _said(rates, pd.concat([once, once.tail(1)])) == _said(rates, once)
    assert _said(rates, _log((96, VIEW, 1), (48, VIEW, 2))) < _said(rates, once)


def test_classes_are_weighed_by_what_a_visitor_did() -> None:
    gap = ExponentialGap(20.0)
    stays = _class(0.5, returning=CertainReturn(), gap=gap, cart_share=0.2, views=ViewsLaw(0.5, 2.0, longest=2))
    # Of visitors of the other class one in a thousand returns.
    goes = _class(0.5, returning=BetaReturn(1.0, 999.0), gap=gap, cart_share=0.1, views=ViewsLaw(0.8, 2.0, longest=2))
    rates = RetailRocketParameters(classes=(stays, goes))
    said = _said(rates, _log((48.1, VIEW, 1), (48.0, CART, 1)))
    silent = {days: np.exp(-days / 20.0) for days in (2.0, 16.0)}
    # One view with an addition to the cart that was not paid for; 0.6 of those in either class.
    weight = np.array([0.5 * 0.2, 0.8 * 0.1])
    by_class = {days: np.array([s, 0.999 + 0.001 * s]) for days, s in silent.items()}
    assert said == pytest.approx((weight * by_class[16.0]).sum() / (weight * by_class[2.0]).sum(), rel=1e-9)


def test_gaps_tell_of_the_class() -> None:
    quick, slow = LogNormalGap(0.5, 0.5, 30.0), LogNormalGap(30.0, 0.5, 30.0)
    rates = RetailRocketParameters(classes=(_class(0.5, gap=quick), _class(0.5, gap=slow)))
    daily = _said(rates, _log((100, VIEW, 1), (88, VIEW, 1), (76, VIEW, 1)))
    monthly = _said(rates, _log((76 + 29 * 24, VIEW, 1), (76, VIEW, 1), (75.9, VIEW, 1)))
    # Three days without a visit say that a visitor of the quick class is gone; one of the slow class is due later.
    one_quick = _said(RetailRocketParameters(classes=(_class(gap=quick),)), _log((88, VIEW, 1), (76, VIEW, 1)))
    one_slow = _said(RetailRocketParameters(classes=(_class(gap=slow),)), _log((88, VIEW, 1), (76, VIEW, 1)))
    assert daily == pytest.approx(1.0, abs=0.02)
    assert one_quick == pytest.approx(1.0, abs=0.02)
    assert monthly == pytest.approx(one_slow, abs=0.02)


def test_a_session_that_may_still_run_is_no_silence() -> None:
    rates = RetailRocketParameters(classes=(_class(views=ViewsLaw(0.5, 2.0, longest=2), cart_share=1e-9),))
    minute = 1 / 60
    over = _said(rates, _log((31 * minute, VIEW, 1)))
    running = _said(rates, _log((minute, VIEW, 1)))
    # A second view follows every second first one, and of those a share S(1 minute) not yet.
    waiting = float(rates.view_delay.survival(1.0))
    assert running == pytest.approx(over / (1 + waiting), rel=0.01)
    assert _said(replace(rates, keeps_to_day=True), _log((minute, VIEW, 1))) == pytest.approx(over, rel=0.01)


def test_changed_odds_count_from_the_start_of_a_drift() -> None:
    rates = RetailRocketParameters(classes=(_class(returning=BetaReturn(3.0, 2.0), gap=ExponentialGap(20.0)),))
    events = _log((48, VIEW, 1))
    drift = Drift(DriftKind.CONCEPT, date(2015, 5, 20))
    silent = [np.exp(-2.0 / 20.0), np.exp(-16.0 / 20.0)]
    # The mean chance of a Beta law (3, 2), and that with odds 0.4 times as high, by its density 12 r^2 (1 - r).
    grid = (np.arange(20_000) + 0.5) / 20_000
    changed = (12 * grid**2 * (1 - grid) * (0.4 * grid / (1 - 0.6 * grid))).mean()
    for expected, said in ((0.6, _said(rates, events)), (changed, _said(rates, events, drift))):
        by_hand = [1 - expected + expected * s for s in silent]
        assert said == pytest.approx(by_hand[1] / by_hand[0], rel=1e-6)


def test_a_purchase_ends_in_the_history_like_any_event() -> None:
    events = _log((48.2, VIEW, 1), (48.1, CART, 1), (48, TRANSACTION, 1))
    states = VisitorHistory.of(events).states(MOMENT, 14)
    assert states.waited_days.tolist() == [2.0]
    assert [part.tolist() for part in (states.last.views, states.last.carts, states.last.bought)] == [[1], [1], [1]]
    assert len(VisitorHistory.of(events).states(MOMENT + 13 * DAY, 14).visitor) == 0


# -- on drawn worlds ---------------------------------------------------------------------------------------------


def _judged(config: SampleConfig) -> pd.DataFrame:
    """Return what the oracle says beside what came, for all dates whose horizon is in the log."""
    events = build_clicks(config).events
    said = pa.concat_tables(list(churn_tables(config, events))).to_pandas()
    said["as_of_date"] = pd.to_datetime(said["as_of_date"])
    said = said[said["as_of_date"] <= LAST_LABELLED].reset_index(drop=True)
    visitor, time = events["visitor"].to_numpy(), events["time"].to_numpy()
    churned = np.zeros(len(said), dtype=np.bool_)
    for as_of, rows in said.groupby("as_of_date").groups.items():
        moment = pd.Timestamp(str(as_of)).value // 1_000_000 + DAY
        active = np.unique(visitor[(time >= moment) & (time < moment + 14 * DAY)])
        churned[rows] = ~np.isin(said.loc[rows, "visitor_id"].astype("int64"), active)
    judged: pd.DataFrame = said.assign(churned=churned)
    return judged


@pytest.fixture(scope="module")
def judged() -> pd.DataFrame:
    return _judged(sample_config(scale=0.1, seed=7))


def _slope(chance: Floats, happened: Flags) -> float:
    """Return the slope of a logistic regression of what happened on the log odds that were said."""
    columns = np.column_stack([np.ones(len(chance)), np.log(chance / (1 - chance))])
    coefficients = np.array([0.0, 1.0])
    for _ in range(20):
        fitted = 1 / (1 + np.exp(-columns @ coefficients))
        curvature = columns.T @ (columns * (fitted * (1 - fitted))[:, None])
        coefficients = coefficients + np.linalg.solve(curvature, columns.T @ (happened - fitted))
    return float(coefficients[1])


def _area(chance: Floats, happened: Flags) -> float:
    """Return the area under the curve: how often one that happened was said to be likelier than one that did not."""
    rank = pd.Series(chance).rank().to_numpy()
    positives = int(happened.sum())
    return float((rank[happened].sum() - positives * (positives + 1) / 2) / (positives * (len(chance) - positives)))


def test_the_oracle_is_calibrated(judged: pd.DataFrame) -> None:
    tenth = pd.qcut(judged["probability"], 10, labels=False)
    by_tenth = judged.groupby(tenth).agg(
        said=("probability", "mean"), came=("churned", "mean"), rows=("churned", "size")
    )
    # A visitor stands in two or three dates, so his rows count for less: four errors of half of them.
    error = np.sqrt(2 * by_tenth["said"] * (1 - by_tenth["said"]) / by_tenth["rows"])
    assert ((by_tenth["came"] - by_tenth["said"]).abs() < 4 * error).all()
    assert judged["churned"].mean() == pytest.approx(judged["probability"].mean(), abs=0.002)
    assert 0.95 < _slope(judged["probability"].to_numpy(), judged["churned"].to_numpy()) < 1.05


def test_the_oracle_knows_more_than_the_mean_and_the_real_base_rate_holds(judged: pd.DataFrame) -> None:
    # Of the active visitors of the original 95.5 % do not come within two weeks.
    assert judged["churned"].mean() == pytest.approx(0.955, abs=0.005)
    assert _area(judged["probability"].to_numpy(), judged["churned"].to_numpy()) > 0.70


def test_the_oracle_is_calibrated_after_a_concept_drift() -> None:
    drifted = _judged(sample_config(scale=0.1, seed=8, drift=Drift(DriftKind.CONCEPT, DRIFT_START)))
    later = drifted[drifted["as_of_date"] >= pd.Timestamp("2015-07-19")]
    said = later["probability"].mean()
    assert later["churned"].mean() == pytest.approx(said, abs=4 * np.sqrt(2 * said * (1 - said) / len(later)))
    assert said > drifted[drifted["as_of_date"] < pd.Timestamp("2015-07-12")]["probability"].mean() + 0.01
    assert 0.9 < _slope(later["probability"].to_numpy(), later["churned"].to_numpy()) < 1.1


@pytest.mark.parametrize("drift", [None, Drift(DriftKind.CONCEPT, DRIFT_START)], ids=["no drift", "concept"])
def test_what_comes_later_does_not_move_what_was_said(drift: Drift | None) -> None:
    config = sample_config(scale=0.02, seed=7, drift=drift)
    events = build_clicks(config).events
    cut = np.datetime64("2015-08-03T00:00:00")
    known = events[events["time"].to_numpy() < cut.astype("datetime64[ms]").astype(np.int64)]
    early = pa.concat_tables(list(churn_tables(config, known, cut)))
    whole = pa.concat_tables(list(churn_tables(config, events)))
    until = whole.slice(0, early.num_rows)
    assert early.column("as_of_date")[-1].as_py() == date(2015, 8, 2)
    assert whole.column("as_of_date")[early.num_rows].as_py() == date(2015, 8, 9)
    assert early.equals(until)


def test_hidden_columns_are_not_read() -> None:
    config = sample_config(scale=0.01, seed=7)
    events = build_clicks(config).events
    said = pa.concat_tables(list(churn_tables(config, events)))
    blind = events.drop(columns=["segment", "session", "transaction"]).sample(frac=1.0, random_state=1)
    assert pa.concat_tables(list(churn_tables(config, blind))).equals(said)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_in_a_null_world_nothing_tells_of_the_next_two_weeks(seed: int) -> None:
    config = sample_config(scale=0.1, seed=seed, is_null=True)
    judged = _judged(config)
    # One chance for all: exp(-14 / 290).
    assert judged["probability"].to_numpy() == pytest.approx(np.exp(-14 / 290), abs=1e-12)
    # One date, or a visitor's rows would count several times.
    at = judged[judged["as_of_date"] == pd.Timestamp("2015-07-12")]
    events = build_clicks(config).events
    history = VisitorHistory.of(events)
    moment = 1_436_745_600_000
    states = history.states(moment, 14)
    assert states.visitor.astype(str).tolist() == at["visitor_id"].tolist()
    past = events[events["time"] < moment]
    counts = pd.crosstab(past["visitor"], past["kind"]).reindex(states.visitor)
    features = {
        "visits": states.number,
        "silence": states.waited_days,
        "views": counts[VIEW].to_numpy(),
        "carts": counts[CART].to_numpy(),
    }
    churned = at["churned"].to_numpy()
    assert 0.04 < 1 - churned.mean() < 0.06
    for name, values in features.items():
        rank = pd.Series(values).rank().to_numpy()
        steps = np.corrcoef(rank, churned)[0, 1] * np.sqrt(len(churned))
        # Three seeds and four columns: five standard errors are a false alarm in 1 of 140,000 choices of seeds.
        assert abs(steps) < 5, name


def test_the_truth_holds_a_row_group_for_each_sunday(tmp_path: Path) -> None:
    config = sample_config(scale=0.005, seed=7)
    clicks = build_clicks(config)
    rows = write_truth(tmp_path, config, clicks, EVERYTHING)
    path = tmp_path / "oracle_churn_retailrocket_visitors.parquet"
    file = pq.ParquetFile(path)
    # 2015-05-03 to 2015-09-13.
    assert file.num_row_groups == 20
    said = file.read()
    assert said.num_rows == rows[path.name]
    assert said.schema.names == ["visitor_id", "as_of_date", "probability"]
    frame = said.to_pandas()
    assert {day.weekday() for day in frame["as_of_date"]} == {6}
    assert not frame.duplicated(["visitor_id", "as_of_date"]).any()
    assert frame["probability"].between(0, 1, inclusive="neither").all()
    segments = pq.read_table(tmp_path / "visitor_segments.parquet").to_pandas()
    assert len(segments) == rows["visitor_segments.parquet"] == clicks.events["visitor"].nunique()
    planted = clicks.events.drop_duplicates("visitor").set_index("visitor")["segment"]
    names = np.array(["passer_by", "browser", "buyer"])[planted.reindex(segments["visitor_id"].astype("int64"))]
    assert segments["segment"].tolist() == names.tolist()


def test_the_truth_of_a_delivery_goes_up_to_its_end(tmp_path: Path) -> None:
    config = sample_config(scale=0.005, seed=7)
    clicks = build_clicks(config)
    window = Window(start=date(2015, 7, 1), until=date(2015, 7, 31))
    write_truth(tmp_path, config, clicks, window)
    said = pq.read_table(tmp_path / "oracle_churn_retailrocket_visitors.parquet").to_pandas()
    assert said["as_of_date"].min() == date(2015, 5, 3)
    assert said["as_of_date"].max() == date(2015, 7, 26)
    known = clicks.events[clicks.events["time"] < 1_438_387_200_000]
    assert pq.read_table(tmp_path / "visitor_segments.parquet").num_rows == known["visitor"].nunique()
