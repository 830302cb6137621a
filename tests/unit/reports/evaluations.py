"""Made-up versions: one that serves, one of which nothing could be measured."""

from __future__ import annotations

from datetime import date, timedelta

from ml_assets.classification.evaluation import (
    BOOSTED_TREES,
    LOGISTIC_REGRESSION,
    PRIOR,
    RANDOM_FOREST,
    RULE,
    CalibrationBin,
    Candidate,
    Curve,
    Evaluation,
    FoldStatistics,
    Gain,
    Importance,
    PeriodScores,
    Scores,
    SegmentScores,
)
from ml_assets.classification.question import Period, Question, Rule, Term
from ml_assets.config import EvaluationConfig
from ml_assets.contract import TableName
from ml_assets.metrics.estimate import Estimate
from ml_assets.reports.card import CardFacts
from ml_assets.reports.plain_card import FactsTable

QUESTION = Question(
    name="churn_things",
    words="Will a seller who sold in the last 60 days sell nothing in the next 60?",
    population="sellers with an order in the last 60 days, at the end of each month",
    source="olist",
    table=TableName("features", "ftr_churn_things"),
    key=("thing_id",),
    entity="thing_id",
    as_of_column="as_of_date",
    as_of_is_date=True,
    period=Period.MONTH,
    label="has_churned",
    horizon_ends_column="label_known_at",
    horizon_days=30,
    observed_event="purchases",
    segment="thing_state",
    rule=Rule("few orders in 60 days, the last of them long ago", (Term("order_count_60d", -1.0),)),
    left_out={"tenure_days": "grows with the calendar, so a later month is never like an earlier one"},
    claims={"auc": 0.75, "accuracy": 0.85, "auc_with_leak": 0.9877},
)
NOTHING = Estimate(value=None)


def estimate(value: float, margin: float = 0.02) -> Estimate:
    return Estimate(value=value, low=value - margin, high=value + margin)


def scores(auc: float, log_loss: float, accuracy: float | None = None) -> Scores:
    """Return scores that are as good as their AUC and log-loss say."""
    return Scores(
        log_loss=estimate(log_loss, 0.012),
        auc=estimate(auc),
        average_precision=estimate(auc - 0.1),
        brier_skill=estimate(2 * (auc - 0.5) * 0.6),
        calibration_slope=estimate(0.93, 0.09),
        calibration_intercept=estimate(-0.04, 0.07),
        lift=estimate(1 + 6 * (auc - 0.5), 0.3),
        accuracy=None if accuracy is None else estimate(accuracy),
    )


PRIOR_SCORES = Scores(
    log_loss=estimate(0.642, 0.006),
    auc=Estimate(value=0.5),
    average_precision=estimate(0.36),
    brier_skill=Estimate(value=0.0),
    calibration_slope=NOTHING,
    calibration_intercept=estimate(-0.04, 0.07),
    lift=Estimate(value=1.0),
    accuracy=estimate(0.64),
)
NO_SCORES = Scores(
    log_loss=NOTHING,
    auc=NOTHING,
    average_precision=NOTHING,
    brier_skill=NOTHING,
    calibration_slope=NOTHING,
    calibration_intercept=NOTHING,
    lift=NOTHING,
)
_PERIOD_AUCS = (0.792, 0.801, 0.785, 0.764, 0.811, 0.797, 0.742, 0.789)
_SHARES = tuple(step / 200 for step in range(201))

MEASURED = Evaluation(
    model_name=QUESTION.name,
    version="4",
    fingerprint="9f2c1c6be0ab41d59f8a6d5d0f3a7f4c",
    chosen=BOOSTED_TREES,
    candidates=(
        Candidate(name=PRIOR, validation_log_loss=0.6433, parameters={}),
        Candidate(name=RULE, validation_log_loss=0.5621, parameters={}),
        Candidate(name=LOGISTIC_REGRESSION, validation_log_loss=0.5488, parameters={"inverse_penalty": 0.05}),
        Candidate(name=RANDOM_FOREST, validation_log_loss=0.5432, parameters={"trees": 200, "max_depth": 10}),
        Candidate(
            name=BOOSTED_TREES,
            validation_log_loss=0.5391,
            parameters={
                "learning_rate": 0.05,
                "max_depth": 5,
                "rounds": 148,
                "min_child_weight": 20.0,
                "device": "cpu",
            },
        ),
    ),
    folds=(
        FoldStatistics(
            name="train",
            first_period=date(2017, 2, 1),
            last_period=date(2017, 12, 1),
            rows=7821,
            positives=2790,
            entities=1544,
        ),
        FoldStatistics(
            name="validation",
            first_period=date(2018, 1, 1),
            last_period=date(2018, 2, 1),
            rows=2101,
            positives=760,
            entities=1270,
        ),
        FoldStatistics(
            name="test",
            first_period=date(2018, 4, 1),
            last_period=date(2018, 6, 1),
            rows=3412,
            positives=1229,
            entities=1498,
        ),
    ),
    test=scores(0.791, 0.538, accuracy=0.741),
    baselines={
        PRIOR: PRIOR_SCORES,
        RULE: scores(0.774, 0.556, accuracy=0.722),
        LOGISTIC_REGRESSION: scores(0.781, 0.549, accuracy=0.731),
    },
    gain_over_rule=Gain(log_loss=Estimate(value=0.0181, low=0.0102, high=0.0263), auc=estimate(0.017, 0.009)),
    by_period=tuple(
        PeriodScores(
            period=date(2017 + (10 + step) // 12, (10 + step) % 12 + 1, 1),
            rows=980 + 37 * step,
            positives=360 + 11 * step,
            model=scores(auc, 1.33 - auc),
            rule=scores(auc - 0.015, 1.35 - auc),
        )
        for step, auc in enumerate(_PERIOD_AUCS)
    ),
    pooled=scores(0.788, 0.541),
    pooled_rule=scores(0.772, 0.558),
    mean_period_auc=estimate(0.785, 0.014),
    segments=tuple(
        SegmentScores(
            segment=state,
            rows=rows,
            positives=rows * 36 // 100,
            mean_probability=0.355 + shift,
            observed_share=0.36,
            auc=auc,
            log_loss=None if auc is None else 1.33 - auc,
        )
        for state, rows, shift, auc in (
            ("SP", 2214, 0.004, 0.801),
            ("PR", 318, -0.03, 0.761),
            ("MG", 291, 0.02, 0.788),
            ("RJ", 160, 0.09, 0.702),
            ("all others", 41, 0.0, None),
        )
    ),
    roc=Curve(x=tuple(share**3 for share in _SHARES), y=tuple(1 - (1 - share) ** 1.5 for share in _SHARES)),
    precision_recall=Curve(x=_SHARES, y=tuple(0.36 + 0.54 * (1 - share) ** 1.3 for share in _SHARES)),
    lift_curve=Curve(x=_SHARES[1:], y=tuple(1 + 1.4 * (1 - share) ** 2 for share in _SHARES[1:])),
    calibration=tuple(
        CalibrationBin(
            mean_probability=0.05 + 0.1 * step,
            observed_share=min(0.97, 0.08 + 0.097 * step),
            low=max(0.0, 0.03 + 0.097 * step),
            high=min(1.0, 0.13 + 0.097 * step),
            rows=341,
        )
        for step in range(10)
    ),
    importances=tuple(
        Importance(column=name, share=share)
        for name, share in (
            ("days_since_last_order", 0.27),
            ("order_count_60d", 0.21),
            ("order_count", 0.11),
            *((f"mean_days_between_orders_of_kind_{number}", 0.03 - 0.001 * number) for number in range(22)),
        )
    ),
    leaks=(),
    minimum_detectable_auc=0.028,
    remarks=("The extract holds 42.6 % of the orders: a seller who sold may look as if he had not.",),
)

# Most stay away: probabilities and what came true lie close together, and lists are long on chance.
NEARLY_ALL_YES = MEASURED.model_copy(
    update={
        "calibration": tuple(
            CalibrationBin(
                mean_probability=0.975 + 0.002 * step,
                observed_share=0.976 + 0.0018 * step,
                low=0.971 + 0.0018 * step,
                high=0.98 + 0.0018 * step,
                rows=5120,
            )
            for step in range(10)
        ),
        "lift_curve": Curve(x=_SHARES[1:], y=tuple(1 + 0.09 / share for share in _SHARES[1:])),
        "by_period": tuple(
            each.model_copy(update={"period": date(2015, 7, 5) + timedelta(weeks=week)})
            for week, each in enumerate(MEASURED.by_period)
        ),
    }
)

UNMEASURED = Evaluation(
    model_name=QUESTION.name,
    version="1",
    fingerprint="00ff",
    chosen=RULE,
    candidates=(Candidate(name=RULE, validation_log_loss=float("nan"), parameters={}),),
    folds=tuple(
        FoldStatistics(name=name, first_period=None, last_period=None, rows=0, positives=0, entities=0)
        for name in ("train", "validation", "test")
    ),
    test=None,
    baselines={},
    gain_over_rule=None,
    by_period=(),
    pooled=None,
    pooled_rule=None,
    mean_period_auc=None,
    segments=(),
    roc=None,
    precision_recall=None,
    lift_curve=None,
    calibration=(),
    importances=(),
    leaks=(),
    minimum_detectable_auc=None,
)

FACTS = CardFacts(
    verdict="promoted",
    reason="Log-loss is lower than the rule's by 0.018 (0.010 to 0.026) on 3,412 rows.",
    champion_version="4",
    made_at="2018-10-17 (event clock)",
    run_id="7c2b6f0e-6d0b-4e2f-9c53-4a2f6f0f6b1e",
    git_commit="7365e90c2d1b",
    data_from=date(2016, 9, 4),
    data_to=date(2018, 10, 17),
    complete_until=date(2018, 8, 27),
    measured_with=EvaluationConfig(),
    links={"Its drift": "../index.html#drift", "All figures": "../scoreboard.html"},
    tables=(
        FactsTable(
            title="Spread over seeds",
            words="The same rows, other seeds.",
            header=("seed", "AUC", "log-loss"),
            rows=(("7", "0.791", "0.5380"), ("8", "0.790", "0.5384")),
        ),
    ),
)
