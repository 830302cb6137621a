"""The studies of quality: weighted and paired figures, changed rows and columns, the ladder's divisions."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from benchmarks.asked import QUESTIONS
from benchmarks.model_quality.changes import ablation, learning_curve, left_out, spread
from benchmarks.model_quality.course import course, standard_errors
from benchmarks.model_quality.groups import blanked, group_of, groups_of
from benchmarks.model_quality.intervals import mean_auc
from benchmarks.model_quality.ladder import Division, divided, later_columns
from benchmarks.model_quality.study import Settings, Study, kept
from ecom_assets.environment import REPOSITORY
from ml_assets.classification.evaluate import Configs, roll
from ml_assets.classification.evaluation import BOOSTED_TREES, RULE
from ml_assets.classification.measure import mean_period_auc
from ml_assets.classification.panel import feature_names
from ml_assets.classification.question import Duration
from ml_assets.config import EvaluationConfig, PromotionConfig, SplitConfig
from tests.unit.benchmarks.test_planted_truth import asked_of, with_horizon
from tests.unit.classification.made_panels import made_panel
from tests.unit.classification.planted import CONFIG, QUESTION, panel_of_truth

EVALUATION = EvaluationConfig(rolling_periods=3, resamples=40)
SPLIT = SplitConfig(test_periods=1, validation_periods=1, min_train_events=20)


@pytest.fixture(scope="module")
def study() -> Study:
    return Study.of(asked_of(with_horizon(panel_of_truth())), Settings(SPLIT, CONFIG, EVALUATION, studied_periods=1))


def test_without_weights_the_mean_auc_is_the_platforms(study: Study) -> None:
    rows, predicted = study.rows, study.predicted()
    assert mean_auc(rows, predicted, EVALUATION).estimate == mean_period_auc(rows, predicted, EVALUATION)


def test_a_weight_counts_a_row_as_often() -> None:
    panel = made_panel(["2018-01-05"] * 4, [0, 1, 0, 1])
    twice = made_panel(["2018-01-05"] * 5, [0, 1, 0, 1, 1])
    score = np.array([0.1, 0.2, 0.3, 0.4])
    weighted = mean_auc(panel, score, EVALUATION, np.array([1.0, 1.0, 1.0, 2.0]))
    assert weighted.value == pytest.approx(mean_auc(twice, np.append(score, 0.4), EVALUATION).value)
    assert weighted.value == pytest.approx(5 / 6)


def test_a_figure_minus_itself_is_nothing_with_no_doubt(study: Study) -> None:
    drawn = mean_auc(study.rows, study.predicted(), EVALUATION)
    same = drawn.minus(drawn)
    assert (same.value, same.low, same.high) == (0.0, 0.0, 0.0)


def test_one_answer_only_has_no_auc() -> None:
    panel = made_panel(["2018-01-05"] * 3, [1, 1, 1])
    assert mean_auc(panel, np.array([0.1, 0.2, 0.3]), EVALUATION).estimate.value is None


def test_the_rolling_origin_is_that_of_the_platform(study: Study) -> None:
    configs = Configs(SPLIT, CONFIG, EVALUATION, PromotionConfig())
    rolled = roll(QUESTION, study.asked.panel, study.training, study.asked.until, configs)
    assert rolled is not None
    np.testing.assert_array_equal(study.predicted(), rolled.model)
    np.testing.assert_array_equal(study.predicted(RULE), rolled.rule)
    np.testing.assert_array_equal(study.rows.label, study.asked.panel.label[study.positions])


def test_a_course_names_its_worst_months(study: Study) -> None:
    found = course(study)
    assert [each.period.month for each in found.periods] == [4, 5, 6]
    assert found.worst_period.auc.value == min(each.auc.value or 1.0 for each in found.periods)
    assert found.mean_aucs[found.chosen].value == pytest.approx(
        np.mean([each.auc.value for each in found.periods if each.auc.value is not None])
    )


def test_standard_errors_count_what_was_not_expected() -> None:
    assert standard_errors(np.array([1.0, 0.0]), np.array([0.5, 0.5])) == 0.0
    assert standard_errors(np.ones(4), np.full(4, 0.5)) == pytest.approx(2.0)
    assert standard_errors(np.zeros(4), np.full(4, 0.5)) == pytest.approx(-2.0)


def test_more_entities_teach_more_and_all_of_them_what_the_model_knows(study: Study) -> None:
    curve = learning_curve(study.latest)
    whole = mean_auc(study.latest.rows, study.latest.predicted(), EVALUATION).value
    assert curve[-1].mean == whole
    assert curve[0].mean < whole


def test_what_nothing_can_be_learned_from_loses_what_it_was_worth(
    study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    groups = {"ftr_test": {"what matters": "spend|state", "the rest": ".*"}}
    monkeypatch.setattr("benchmarks.model_quality.groups._GROUPS", groups)
    first, second = ablation(study.latest)
    assert first.group == "what matters"
    assert first.loss.low is not None
    assert first.loss.low > 0
    assert second.features == 2


def test_the_limit_that_a_question_is_about_is_never_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    groups = {"ftr_test": {"the promise": "promised", "the rest": ".*"}}
    monkeypatch.setattr("benchmarks.model_quality.groups._GROUPS", groups)
    features = pd.DataFrame(columns=["promised", "spend"])
    about_days = replace(QUESTION, duration=Duration(days="days_taken", limit="promised"))
    assert left_out(about_days, features) == {"the rest": ["spend"]}
    assert left_out(replace(QUESTION, duration=None), features) == {"the promise": ["promised"], "the rest": ["spend"]}


def test_a_blank_column_keeps_its_kind(study: Study) -> None:
    features = study.asked.panel.features
    blank = blanked(features, ["state", "days"])
    assert blank["state"].isna().all()
    assert blank["days"].isna().all()
    assert blank["spend"].equals(features["spend"])
    assert list(blank.dtypes) == list(features.dtypes)


def test_seeds_change_trees_a_little(study: Study) -> None:
    found = spread(study.latest, BOOSTED_TREES)
    assert 0 < found.deviation < 0.05


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.name)
def test_every_feature_is_in_one_group(question: object) -> None:
    [own] = [each for each in QUESTIONS if each is question]
    page = (REPOSITORY / "docs" / "features.md").read_text(encoding="utf-8")
    [section] = [part for part in page.split("\n## ") if part.startswith(own.table.name)]
    names = feature_names(own, re.findall(r"^\| `(\w+)` \|", section, flags=re.MULTILINE))
    groups = groups_of(own.table, pd.DataFrame(columns=names))
    assert sorted(name for members in groups.values() for name in members) == sorted(names)
    assert len(groups) > 4


def test_a_feature_without_a_group_is_named() -> None:
    with pytest.raises(LookupError, match=r"brand_new is in no group; name it in"):
        group_of(QUESTIONS[0].table, "brand_new")


@pytest.mark.parametrize("division", Division)
def test_no_division_tests_what_it_trains_on(study: Study, division: Division) -> None:
    panel = study.asked.panel
    fold, test = divided(panel, ~np.isnan(panel.label), division, study.parts)
    assert test.any()
    assert fold.train.any()
    assert not (fold.known & test).any()
    assert not (fold.train & fold.validation).any()
    shared = np.isin(panel.entity[test], panel.entity[fold.known]).any()
    assert shared == (division is not Division.GROUPED)
    if division in (Division.TIME, Division.GAP):
        assert panel.asked_at[fold.known].max() < panel.asked_at[test].min()


def test_columns_of_the_end_are_those_of_an_entitys_last_row(study: Study) -> None:
    panel = study.asked.panel
    aged = replace(study.asked, panel=replace(panel, features=panel.features.rename(columns={"days": "tenure_days"})))
    later = later_columns(aged)
    own = np.flatnonzero(panel.entity == panel.entity[0])
    assert later["noise"].iloc[own].nunique() == 1
    assert later["noise"].iloc[own[0]] == panel.features["noise"].iloc[own[-1]]
    days = (np.datetime64("2019-01-01") - panel.asked_at[own[-1]].astype("datetime64[D]")).astype(int)
    assert later["tenure_days"].iloc[own[0]] == pytest.approx(panel.features["days"].iloc[own[-1]] + days)


def test_a_fold_forgets_what_is_not_kept(study: Study) -> None:
    fold = kept(study.parts.fold, np.zeros(len(study.asked.panel), dtype=bool))
    assert not (fold.train.any() or fold.validation.any() or fold.known.any())
