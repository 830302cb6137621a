"""Which rows of a question are compared: those that were learned from, and those of the newest complete period."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ml_assets.churn.questions import CHURN_RETAILROCKET_VISITORS
from ml_assets.classification.evaluation import TEST_FOLD, Evaluation
from ml_assets.classification.family import QuestionFamily
from ml_assets.classification.monitored import MonitoredQuestion, with_unanswered
from ml_assets.classification.panel import Panel
from ml_assets.classification.question import Question
from ml_assets.monitoring.columns import ColumnKind, Role
from ml_assets.monitoring.comparison import Compared, ComparisonConfig, compare
from ml_assets.monitoring.config import DriftConfig
from ml_assets.monitoring.decision.situation import AnswersSeen, LabelDelay
from ml_assets.monitoring.decision.states import RealisedVerdict
from ml_assets.monitoring.gate import SAME_MONTHS, TRAINING_WINDOW
from ml_assets.monitoring.monitored import Settled
from ml_assets.monitoring.performance.config import PerformanceConfig
from ml_assets.monitoring.performance.judge import realised
from ml_assets.monitoring.steps import seen
from ml_assets.monitoring.verdict import Verdict
from ml_assets.predictions import SCORE
from ml_assets.registry.names import CANDIDATE, CHAMPION
from tests.fixtures.question_home import PURCHASES, SELLERS, QuestionHome, purchase_months, seller_months


def home_of(
    question: Question, frame: pd.DataFrame, until: date | None, store_file: Path, folder: Path
) -> QuestionHome:
    home = QuestionHome.new(folder, store_file)
    home.fill(question, frame, until)
    return home


@pytest.fixture(scope="module")
def sellers(store_file: Path, tmp_path_factory: pytest.TempPathFactory) -> QuestionHome:
    """Return a home in which a seller's question was answered; all months but the last two have answers."""
    home = home_of(SELLERS, seller_months(), date(2018, 2, 28), store_file, tmp_path_factory.mktemp("sellers"))
    assert home.run().success
    return home


def test_windows_end_with_complete_months(sellers: QuestionHome) -> None:
    ends = MonitoredQuestion(SELLERS).window_ends(sellers.warehouse)
    assert len(ends) == 14
    assert (ends[0], ends[-1]) == (date(2017, 1, 31), date(2018, 2, 28))


@pytest.mark.parametrize(("until", "newest"), [(date(2018, 2, 27), date(2018, 1, 31)), (None, None)])
def test_an_unfinished_month_is_no_window(
    store_file: Path, tmp_path: Path, until: date | None, newest: date | None
) -> None:
    home = home_of(SELLERS, seller_months(), until, store_file, tmp_path)
    assert max(MonitoredQuestion(SELLERS).window_ends(home.warehouse), default=None) == newest


def test_a_window_holds_whom_was_seen_in_the_month(sellers: QuestionHome) -> None:
    window = MonitoredQuestion(SELLERS).window(sellers.warehouse, date(2018, 2, 28))
    rows = seller_months()
    seen = rows[(rows["as_of_date"] == "2018-02-28") & (rows["days_since_last_order"] < 30)]
    assert window is not None
    assert len(window.frame) == len(seen)
    assert sorted(window.frame["items_value"]) == pytest.approx(sorted(seen["items_value"]))
    assert (window.first, window.last) == (date(2018, 2, 28), date(2018, 2, 28))
    assert set(window.period) == {np.datetime64("2018-02-01")}


def test_a_day_that_ends_no_period_has_no_window(sellers: QuestionHome) -> None:
    assert MonitoredQuestion(SELLERS).window(sellers.warehouse, date(2017, 12, 30)) is None


def test_answers_are_there_when_all_of_them_are_known(sellers: QuestionHome) -> None:
    monitored = MonitoredQuestion(SELLERS)
    # Sixty days after the end of November end in January, those after the end of December on 1 March.
    mature, immature = (monitored.window(sellers.warehouse, last) for last in (date(2017, 11, 30), date(2017, 12, 31)))
    assert mature is not None
    assert immature is not None
    assert SELLERS.label in mature.frame
    assert set(mature.frame[SELLERS.label]) == {0.0, 1.0}
    assert SELLERS.label not in immature.frame


@pytest.mark.parametrize("share", [None, 0.9])
def test_answers_are_compared_on_the_newest_month_of_which_all_are_known(
    sellers: QuestionHome, tmp_path: Path, share: float | None
) -> None:
    """What sellers look like stays as it was; from September on nearly all of them stay away, or as many as ever."""
    home = QuestionHome.copy_of(sellers.files.work_dir.parent, tmp_path / "home")
    rows = seller_months()
    if share is not None:
        is_later = (rows["as_of_date"] >= "2017-09-30") & rows[SELLERS.label].notna()
        rows.loc[is_later, SELLERS.label] = np.arange(is_later.sum()) % 10 < share * 10
    home.fill(SELLERS, rows, date(2018, 2, 28))
    config = ComparisonConfig(drift=DriftConfig(min_rows=50))
    found = compare(QuestionFamily(SELLERS), home.warehouse, home.registry, config)
    assert isinstance(found, Compared)
    assert found.answers is not None
    assert (found.current.last, found.answers.current.last) == (date(2018, 2, 28), date(2017, 11, 30))
    verdict = found.verdict
    assert verdict.answers is not None
    assert verdict.answers.verdict is (Verdict.STABLE if share is None else Verdict.DRIFT)
    assert verdict.current_verdict is Verdict.STABLE
    assert [column.window_last for column in verdict.of_answers] == [date(2017, 11, 30)]
    told = seen(found)
    assert told.verdict is Verdict.STABLE
    assert told.answers == AnswersSeen(verdict.answers.verdict, date(2017, 11, 30))


def test_answers_are_compared_with_their_own_months_of_the_year_before(sellers: QuestionHome) -> None:
    """There is a February before the one whose features are known, and no November before the one of the answers."""
    config = ComparisonConfig(drift=DriftConfig(min_rows=50), same_months=True)
    found = compare(QuestionFamily(SELLERS), sellers.warehouse, sellers.registry, config)
    assert isinstance(found, Compared)
    assert found.answers is not None
    assert found.verdict.answers is not None
    assert found.verdict.reference_name == SAME_MONTHS
    assert set(found.reference.period) == {np.datetime64("2017-02-01")}
    assert found.verdict.answers.reference_name.startswith(f"{TRAINING_WINDOW} (only 0 of its rows")
    assert len(found.answers.reference.frame) > len(found.reference.frame)


def test_where_no_answer_is_known_none_is_compared(sellers: QuestionHome, tmp_path: Path) -> None:
    home = QuestionHome.copy_of(sellers.files.work_dir.parent, tmp_path / "home")
    rows = seller_months()
    home.fill(SELLERS, rows[rows["as_of_date"] >= "2017-12-31"], date(2018, 2, 28))
    found = compare(QuestionFamily(SELLERS), home.warehouse, home.registry, ComparisonConfig())
    assert isinstance(found, Compared)
    assert (found.answers, found.verdict.answers, seen(found).answers) == (None, None, None)


def test_columns_are_those_of_the_version_with_what_it_makes_of_them(sellers: QuestionHome) -> None:
    champion = sellers.registry.aliased(SELLERS.name, CHAMPION)
    assert champion is not None
    model = sellers.registry.load(champion)
    monitored = MonitoredQuestion(SELLERS)
    columns = {column.name: column for column in monitored.columns(model)}
    assert columns["seller_state"].kind is ColumnKind.CATEGORICAL
    assert columns["items_value"].excluded
    assert not columns["order_count_90d"].excluded
    features = [column for column in columns.values() if column.role is Role.FEATURE]
    assert sum(column.importance for column in features) == pytest.approx(1.0)
    assert columns[SCORE].role is Role.PREDICTION
    assert columns[SELLERS.label].role is Role.LABEL
    window = monitored.window(sellers.warehouse, date(2018, 2, 28))
    assert window is not None
    said = monitored.predictions(model, window.frame)
    assert list(said) == [SCORE]
    assert said[SCORE].between(0, 1).all()


def settled_now(home: QuestionHome) -> Settled:
    """Return the past scores of the version that serves."""
    champion = home.registry.aliased(SELLERS.name, CHAMPION)
    assert champion is not None
    evaluation = home.files.evaluation(SELLERS.name).read_text()
    return MonitoredQuestion(SELLERS).settled(home.warehouse, champion.number, champion.tags[CANDIDATE], evaluation)


def end_of_test_window(home: QuestionHome) -> pd.Timestamp:
    """Return the end of the test window by which the version that serves came to serve."""
    measured = Evaluation.model_validate_json(home.files.evaluation(SELLERS.name).read_text())
    [test] = [fold for fold in measured.folds if fold.name == TEST_FOLD]
    assert test.last_period is not None
    return pd.Timestamp(test.last_period) + pd.offsets.MonthEnd()


def half_a_year_later(sellers: QuestionHome, folder: Path, tested: float, later: float) -> QuestionHome:
    """Return the home when all answers are known: after the test window scores are right with a chance, before it too.

    Parameters
    ----------
    tested, later
        Chance that an answer, up to the end of the test window and after it, is the one that the score finds likelier.
    """
    home = QuestionHome.copy_of(sellers.files.work_dir.parent, folder / "home")
    key = ["seller_id", "as_of_date"]
    rows = seller_months().merge(home.scores()[[*key, SCORE]], on=key, how="left")
    chance = np.where(rows["as_of_date"] > end_of_test_window(sellers), later, tested)
    is_right = np.random.default_rng(5).random(len(rows)) < chance
    answers = (rows[SCORE].fillna(0.5) >= 0.5) == is_right
    home.fill(SELLERS, rows.drop(columns=SCORE).assign(has_churned=answers), date(2018, 8, 31))
    return home


def test_rows_by_which_a_version_came_to_serve_are_no_past_scores(sellers: QuestionHome) -> None:
    """Right after the first run answers are known of no other rows."""
    scores, rows = sellers.scores(), seller_months()
    known = rows[rows["label_known_at"] <= pd.Timestamp("2018-03-01")]
    tested = scores[~scores["is_backtest"].astype(bool)].merge(known, on=["seller_id", "as_of_date"])
    assert len(tested) > 100
    settled = settled_now(sellers)
    assert len(settled.rows) == 0
    assert settled.promised.skill.value is not None
    assert settled.promised.base_rate == pytest.approx(tested["has_churned"].mean(), abs=0.1)
    assert realised(settled.rows, settled.promised, PerformanceConfig()).verdict is RealisedVerdict.IMMATURE


def test_past_scores_are_settled_by_answers_that_became_known_since(sellers: QuestionHome, tmp_path: Path) -> None:
    home = half_a_year_later(sellers, tmp_path, 0.8, 0.8)
    scores, rows = sellers.scores(), home.warehouse.read(SELLERS.table)
    later = scores[(scores["as_of_date"] > end_of_test_window(home)) & ~scores["is_backtest"].astype(bool)]
    honest = later.merge(rows, on=["seller_id", "as_of_date"])
    settled = settled_now(home)
    assert len(settled.rows) == len(honest) > 100
    error = (honest["has_churned"].astype(float) - honest["score"]) ** 2
    assert np.sort(settled.rows.loss) == pytest.approx(np.sort(error))
    assert settled.rows.is_event is not None
    assert settled.rows.is_event.sum() == honest["has_churned"].sum()


@pytest.mark.parametrize(
    ("tested", "later", "verdict"), [(0.1, 0.95, RealisedVerdict.HELD), (0.95, 0.1, RealisedVerdict.DECAY)]
)
def test_what_is_said_of_past_scores_goes_by_rows_after_the_test_window(
    sellers: QuestionHome, tmp_path: Path, tested: float, later: float, verdict: RealisedVerdict
) -> None:
    settled = settled_now(half_a_year_later(sellers, tmp_path, tested, later))
    assert realised(settled.rows, settled.promised, PerformanceConfig()).verdict is verdict


def test_rows_that_never_get_an_answer_belong_to_their_time() -> None:
    days = ["2018-01-01", "2018-01-02", "2018-01-03", "2018-01-04", "2018-01-05", "2018-01-06"]
    ends = ["2018-01-11", "NaT", "2018-01-13", "2018-01-20", "2018-01-14", "NaT"]
    panel = Panel(
        keys=pd.DataFrame({"order": list("abcdef")}),
        asked_at=np.array(days, dtype="datetime64[us]"),
        period=np.full(6, np.datetime64("2018-01-01", "D")),
        horizon_ends_at=np.array(ends, dtype="datetime64[us]"),
        entity=np.arange(6),
        label=np.array([1.0, np.nan, np.nan, np.nan, 0.0, np.nan]),
        features=pd.DataFrame({"items": np.ones(6)}),
    )
    known = np.array([True, False, False, False, True, False])
    # b is void, c's horizon is over; d may still get an answer, and f was asked later than whatever was learned from.
    assert with_unanswered(panel, known).tolist() == [True, True, True, False, True, False]
    assert not with_unanswered(panel, np.zeros(6, dtype=bool)).any()


def test_canceled_orders_stay_in_a_window_whose_answers_are_known(tmp_path: Path, store_file: Path) -> None:
    orders = purchase_months()
    orders.loc[np.arange(len(orders)) % 10 == 0, [PURCHASES.label]] = None
    home = home_of(PURCHASES, orders, date(2017, 10, 20), store_file, tmp_path)
    window = MonitoredQuestion(PURCHASES).window(home.warehouse, date(2017, 9, 30))
    assert window is not None
    assert len(window.frame) == 300
    assert window.frame[PURCHASES.label].isna().sum() == 30


def test_another_version_has_no_past_scores(sellers: QuestionHome) -> None:
    evaluation = sellers.files.evaluation(SELLERS.name).read_text()
    settled = MonitoredQuestion(SELLERS).settled(sellers.warehouse, "99", "nobody", evaluation)
    assert len(settled.rows) == 0
    assert settled.promised.skill.value is None


def test_rows_mature_with_the_horizon(sellers: QuestionHome) -> None:
    monitored, rows = MonitoredQuestion(SELLERS), seller_months()
    known = rows[rows["has_churned"].notna() & (rows["label_known_at"] <= pd.Timestamp("2018-03-01"))]
    assert monitored.matured_rows(sellers.warehouse, date(2016, 1, 1)) == len(known)
    since = known[known["label_known_at"] > pd.Timestamp("2018-01-02")]
    assert 0 < monitored.matured_rows(sellers.warehouse, date(2018, 1, 1)) == len(since) < len(known)
    assert monitored.matured_rows(sellers.warehouse, date(2018, 2, 28)) == 0


def test_what_must_pass_until_labels_prove_anything() -> None:
    assert MonitoredQuestion(SELLERS).delay == LabelDelay(horizon=60, gap=60, test_window=93)
    assert MonitoredQuestion(CHURN_RETAILROCKET_VISITORS).delay == LabelDelay(horizon=14, gap=14, test_window=28)


@pytest.fixture(scope="module")
def purchases(store_file: Path, tmp_path_factory: pytest.TempPathFactory) -> QuestionHome:
    """Return a home with orders of ten months, of which the last one has no answers."""
    folder = tmp_path_factory.mktemp("purchases")
    return home_of(PURCHASES, purchase_months(), date(2017, 10, 20), store_file, folder)


def test_orders_are_watched_by_calendar_months(purchases: QuestionHome) -> None:
    monitored = MonitoredQuestion(PURCHASES)
    ends = monitored.window_ends(purchases.warehouse)
    assert (len(ends), ends[0], ends[-1]) == (9, date(2017, 1, 31), date(2017, 9, 30))
    window = monitored.window(purchases.warehouse, ends[-1])
    assert window is not None
    assert len(window.frame) == 300
    assert (window.first.month, window.last.month) == (9, 9)
    assert len(set(window.entity)) == 300
    assert PURCHASES.label in window.frame
    later = monitored.window(purchases.warehouse, date(2017, 10, 31))
    assert later is not None
    assert PURCHASES.label not in later.frame
