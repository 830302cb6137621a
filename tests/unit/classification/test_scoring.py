"""A score is the same alone, in a batch and in another process; what was answered without hindsight stays."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import dagster as dg
import numpy as np
import pandas as pd
import pytest

from ml_assets.classification.extras import Extras
from ml_assets.classification.family import QuestionFamily
from ml_assets.classification.panel import panel_of
from ml_assets.classification.scoring import first_moment, shared_key
from ml_assets.config import ScoringConfig, ValueConfig
from ml_assets.family.scoring import NoChampionError, Scored, score, without_hindsight
from ml_assets.keys import Step
from ml_assets.predictions import (
    AS_OF_DATE,
    BANDS,
    DELIVERY_DAYS,
    EXPECTED_VALUE,
    IS_BACKTEST,
    MODEL_VERSION,
    PREDICTION_TABLES,
    SCORE,
    SCORED_AT,
)
from ml_assets.registry.names import CHAMPION, LEARNED_UNTIL
from ml_assets.registry.tracking import ModelRegistry, Version
from tests.fixtures.question_home import (
    PURCHASES,
    QUICK_TRAINING,
    SELLERS,
    QuestionHome,
    last_complete_day,
    purchase_months,
    seller_months,
)

TOLERANCE = 1e-6
NOW = datetime(2026, 1, 2, 3, 4, 5)
LATER = datetime(2026, 2, 2)
TABLE = PREDICTION_TABLES[SELLERS.name]


class Serving(ModelRegistry):
    """A registry whose champion is said to have learned until another moment, or to have another number."""

    def __init__(self, registry: ModelRegistry, **tags: str) -> None:
        super().__init__(registry.tracking_uri, registry.artifact_dir)
        self.tags = tags
        self.number: str | None = None

    def aliased(self, name: str, alias: str) -> Version | None:
        found = super().aliased(name, alias)
        if found is None:
            return None
        return replace(found, tags={**found.tags, **self.tags}, number=self.number or found.number)

    def load(self, version: Version) -> object:
        found = super().aliased(version.name, CHAMPION)
        assert found is not None
        return super().load(found)


def newest(home: QuestionHome) -> pd.DataFrame:
    """Return the rows of the feature table in the order of ``QuestionHome.scores``, for those that have a score."""
    rows = home.warehouse.read(SELLERS.table)
    return rows.merge(home.scores()[list(TABLE.key)], on=list(TABLE.key)).sort_values(
        list(TABLE.key), ignore_index=True
    )


def test_a_row_alone_has_the_score_that_it_has_in_the_batch(trained: QuestionHome) -> None:
    version = trained.registry.aliased(SELLERS.name, CHAMPION)
    assert version is not None
    model = trained.registry.load(version)
    rows, stored = newest(trained), trained.scores()[SCORE]
    for position in (0, 7, 300, len(rows) - 1):
        alone = panel_of(SELLERS, rows.iloc[[position]])
        assert model.probability(alone.features)[0] == pytest.approx(stored[position], abs=TOLERANCE)
    # A text and a number nobody has seen before are answered too.
    odd = rows.iloc[[0]].assign(seller_state="ZZ", order_count_90d=np.nan)
    assert 0 <= model.probability(panel_of(SELLERS, odd).features)[0] <= 1


FRESH = """
import sys
import mlflow, pandas as pd
uri, rows, out = sys.argv[1:]
mlflow.set_tracking_uri(uri)
model = mlflow.pyfunc.load_model("models:/churn_olist_sellers@champion")
model.predict(pd.read_parquet(rows)).to_parquet(out)
"""


def test_a_fresh_process_gets_the_stored_scores_from_the_registry(trained: QuestionHome, tmp_path: Path) -> None:
    trained.registry.ready()
    panel_of(SELLERS, newest(trained)).features.to_parquet(tmp_path / "rows.parquet")
    command = [sys.executable, "-c", FRESH, trained.registry.tracking_uri, "rows.parquet", "scores.parquet"]
    subprocess.run(command, check=True, cwd=tmp_path, env=_environment(), capture_output=True)
    found = pd.read_parquet(tmp_path / "scores.parquet")[SCORE].to_numpy()
    # A panel is in the order of moment and name.
    stored = trained.scores().sort_values([AS_OF_DATE, "seller_id"])[SCORE].to_numpy()
    assert len(found) == len(stored) == 6 * 250
    np.testing.assert_allclose(found, stored, atol=TOLERANCE, rtol=0)


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MLFLOW_")}
    return kept | {"MLFLOW_DISABLE_TELEMETRY": "true", "PYTHONPATH": str(Path(__file__).parents[3])}


def test_every_answer_has_a_band_and_reasons_and_says_who_gave_it(trained: QuestionHome) -> None:
    scores = trained.scores()
    assert set(scores["band"]) == set(BANDS)
    high, medium, low = (scores.loc[scores["band"] == band, SCORE].to_numpy() for band in BANDS)
    assert high.min() >= medium.max() >= medium.min() >= low.max()
    assert scores["reasons"].str.contains("seller_state").mean() > 0.9
    assert set(scores[MODEL_VERSION]) == {"1"}
    assert EXPECTED_VALUE not in scores


def test_hindsight_is_marked_from_the_moment_on_which_was_learned(trained: QuestionHome) -> None:
    registry = Serving(trained.registry, **{LEARNED_UNTIL: "2017-12-31T12:00:00"})
    score(QuestionFamily(SELLERS), trained.warehouse, trained.files, registry, ScoringConfig(periods=12), NOW)
    by_month = trained.scores().groupby(AS_OF_DATE)[IS_BACKTEST].mean()
    # What was asked at the end of November was answered in the knowledge of December.
    assert by_month[by_month.index <= pd.Timestamp("2017-11-30")].eq(1).sum() >= 5
    assert by_month[by_month.index >= pd.Timestamp("2017-12-31")].eq(0).all()


def test_an_answer_without_hindsight_is_not_replaced_by_one_with_it(trained: QuestionHome) -> None:
    before = trained.scores()
    assert not before[IS_BACKTEST].any()
    wiser = Serving(trained.registry, **{LEARNED_UNTIL: "2017-12-31T00:00:00"})
    wiser.number = "9"
    scored = score(QuestionFamily(SELLERS), trained.warehouse, trained.files, wiser, ScoringConfig(), LATER)
    after = trained.scores()
    is_late = after[AS_OF_DATE] >= pd.Timestamp("2017-12-31")
    assert scored.kept == int((~is_late).sum()) == 3 * 250
    pd.testing.assert_frame_equal(after[~is_late], before[~is_late])
    assert set(after.loc[is_late, MODEL_VERSION]) == {"9"}
    # With more periods, what was never answered gets an answer with hindsight, which a later one may replace.
    score(QuestionFamily(SELLERS), trained.warehouse, trained.files, wiser, ScoringConfig(periods=8), LATER)
    assert trained.scores()[IS_BACKTEST].sum() == 2 * 250
    scored = score(QuestionFamily(SELLERS), trained.warehouse, trained.files, wiser, ScoringConfig(periods=8), NOW)
    assert set(trained.scores().loc[lambda rows: rows[IS_BACKTEST], SCORED_AT]) == {pd.Timestamp(NOW)}


def test_dates_of_any_kind_are_told_to_be_the_same() -> None:
    frame = pd.DataFrame(
        {
            "seller_id": ["a", "b", "c"],
            AS_OF_DATE: pd.to_datetime(["2018-01-31"] * 3).astype("datetime64[us]"),
            IS_BACKTEST: [True, True, False],
        }
    )
    day = datetime(2018, 1, 31).date()
    standing = pd.DataFrame({"seller_id": ["a", "c"], AS_OF_DATE: [day, day]})
    left, kept = without_hindsight(frame, standing, TABLE)
    assert left["seller_id"].tolist() == ["b", "c"]
    assert kept == 1
    for nothing in (standing.iloc[:0], pd.DataFrame(columns=list(TABLE.key))):
        assert without_hindsight(frame, nothing, TABLE)[1] == 0


VALUES = ScoringConfig(value=ValueConfig(margin=100.0, contact_cost=5.0, save_rate=0.2))


def test_money_is_shown_only_where_all_that_it_takes_is_configured(trained: QuestionHome) -> None:
    half = ScoringConfig(value=ValueConfig(margin=100.0, contact_cost=5.0))
    score(QuestionFamily(SELLERS), trained.warehouse, trained.files, trained.registry, half, NOW)
    assert EXPECTED_VALUE not in trained.scores()
    score(QuestionFamily(SELLERS), trained.warehouse, trained.files, trained.registry, VALUES, NOW)
    scores = trained.scores()
    np.testing.assert_allclose(scores[EXPECTED_VALUE], scores[SCORE] * 20 - 5)
    score(QuestionFamily(SELLERS), trained.warehouse, trained.files, trained.registry, half, NOW)
    assert trained.scores()[EXPECTED_VALUE].isna().all()


def test_answers_to_what_is_no_longer_asked_are_removed(trained: QuestionHome) -> None:
    frame = seller_months()
    others = frame.assign(seller_id="other-" + frame["seller_id"])
    trained.fill(SELLERS, others, last_complete_day(others))
    score(QuestionFamily(SELLERS), trained.warehouse, trained.files, trained.registry, ScoringConfig(), NOW)
    assert trained.scores()["seller_id"].str.startswith("other-").all()


def test_who_has_no_champion_is_told_what_to_do(home: QuestionHome) -> None:
    with pytest.raises(NoChampionError, match=r"no version of churn_olist_sellers serves: materialise its promotion"):
        score(QuestionFamily(SELLERS), home.warehouse, home.files, home.registry, ScoringConfig(), NOW)


@pytest.fixture
def purchases(home: QuestionHome) -> QuestionHome:
    """Return a home in which something serves for purchases, and nothing was scored."""
    frame = purchase_months(months=6, orders=60)
    home.fill(PURCHASES, frame, last_complete_day(frame))
    steps = (Step.TRAINING_SET, Step.MODEL, Step.EVALUATION, Step.PROMOTION)
    assert home.run(PURCHASES, steps=steps, training=QUICK_TRAINING).success
    return home


def days(values: Sequence[float] | np.ndarray[tuple[int], np.dtype[np.float64]]) -> pd.DataFrame:
    return pd.DataFrame(dict.fromkeys(DELIVERY_DAYS, values))


def scored_with(
    home: QuestionHome, config: ScoringConfig, further: Callable[[pd.DataFrame], pd.DataFrame] | None = None
) -> Scored:
    """Return the scores of purchases, with further columns if there are any."""
    extras = Extras(dg.AssetKey("days"), lambda _, rows: further(rows), lambda _: ()) if further else None
    return score(QuestionFamily(PURCHASES, extras), home.warehouse, home.files, home.registry, config, NOW)


def test_further_columns_stand_beside_the_row_that_they_belong_to(purchases: QuestionHome) -> None:
    def further(rows: pd.DataFrame) -> pd.DataFrame:
        return days(rows["promised_days"].to_numpy(dtype=float)).set_axis(rows.index)

    scored = scored_with(purchases, ScoringConfig(periods=2), further)
    assert scored.problems == ()
    rows = purchases.warehouse.read(PURCHASES.table)
    both = purchases.scores(PURCHASES).merge(rows, on="order_id", suffixes=("", "_asked"))
    assert len(both) == 2 * 60
    assert (both["delivery_days_low"] == both["promised_days"]).all()
    assert (both["decision_at"] == both["decision_at_asked"]).all()
    assert (both[AS_OF_DATE] == both["decision_at"].dt.normalize()).all()
    assert set(both["decision_point"]) == {"purchase"}


def test_columns_that_are_missing_or_wrong_keep_the_scores_from_being_written(purchases: QuestionHome) -> None:
    scored = scored_with(purchases, ScoringConfig())
    assert [problem.split(" lacks the column ")[1] for problem in scored.problems] == list(DELIVERY_DAYS)
    wrong = days([1.0] * 360).assign(delivery_days_high=0.5)
    scored = scored_with(purchases, ScoringConfig(), lambda _: wrong)
    assert "not in ascending order in 360 rows" in scored.problems[0]
    assert purchases.scores(PURCHASES).empty


def test_only_rows_of_the_question_are_asked(purchases: QuestionHome) -> None:
    frame = purchase_months(months=6, orders=60)
    both = pd.concat([frame, frame.assign(decision_point="handover")])
    purchases.fill(PURCHASES, both, last_complete_day(frame))
    scored = scored_with(purchases, ScoringConfig(periods=1), lambda rows: days([1.0] * len(rows)))
    assert len(scored.frame) == 60
    assert set(purchases.scores(PURCHASES)["decision_point"]) == {"purchase"}


def test_periods_are_counted_from_the_newest_on_and_a_gap_is_no_period() -> None:
    moments = pd.Series(
        pd.to_datetime(["2018-01-05 00:00", "2018-03-31 12:00", "2018-03-01 00:00", "2018-06-30 23:59"])
    )
    assert first_moment(PURCHASES, moments, 1) == pd.Timestamp("2018-06-01")
    assert first_moment(PURCHASES, moments, 2) == pd.Timestamp("2018-03-01")
    assert first_moment(PURCHASES, moments, 9) == pd.Timestamp("2018-01-01")
    assert first_moment(PURCHASES, moments.iloc[:0], 3) is None


def test_scores_and_features_share_what_tells_rows_apart() -> None:
    assert shared_key(SELLERS, TABLE) == ("seller_id", "as_of_date")
    assert shared_key(PURCHASES, PREDICTION_TABLES[PURCHASES.name]) == ("order_id", "decision_point")
