"""The drawings of a model card.

Belongs here: which series of an evaluation stand in which drawing. Does not belong here: how a line becomes SVG
(``drawings``), tables.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ml_assets.classification.evaluation import Evaluation, Metric, PeriodScores
from ml_assets.classification.question import Period, Question
from ml_assets.metrics.estimate import Estimate
from ml_assets.reports.drawings import Axis, Dot, Drawing, Look, Series, drawing, spread_axis
from ml_assets.reports.wording import METRIC_WORDS, MetricWords, counted, decimal, percent, period_name, with_interval

_SHARE_TICKS = ((0.0, "0"), (0.25, "0.25"), (0.5, "0.5"), (0.75, "0.75"), (1.0, "1"))
_LOG_TICKS = ((0.001, "0.1 %"), (0.01, "1 %"), (0.1, "10 %"), (1.0, "100 %"))
# So many characters of periods' names stand beside each other without touching, on a phone too.
_NAME_CHARACTERS = 32
# How far apart model and rule stand in one period, as a share of the distance between periods.
_APART = 0.08


def window_drawings(question: Question, evaluation: Evaluation) -> tuple[Drawing, ...]:
    """Return those drawings of the test window that can be drawn: ROC, precision and recall, calibration, lift."""
    return tuple(
        filter(
            None,
            (_roc(evaluation), _precision_recall(question, evaluation), _calibration(evaluation), _lift(evaluation)),
        )
    )


def course_drawings(question: Question, evaluation: Evaluation) -> tuple[Drawing, ...]:
    """Return AUC and log-loss of model and rule over the periods of the rolling origin."""
    if not evaluation.by_period:
        return ()
    chance = Series("chance", Look.REFERENCE, (-0.5, len(evaluation.by_period) - 0.5), (0.5, 0.5))
    return (
        _course(question.period, evaluation.by_period, Metric.AUC, (chance,)),
        _course(question.period, evaluation.by_period, Metric.LOG_LOSS, ()),
    )


def _roc(evaluation: Evaluation) -> Drawing | None:
    if evaluation.roc is None:
        return None
    return drawing(
        "ROC curve",
        "Share of the yes that is found against the share of the no that is taken for a yes; the diagonal is chance.",
        Axis("no taken for yes", 0.0, 1.0, _SHARE_TICKS),
        Axis("yes found", 0.0, 1.0, _SHARE_TICKS),
        (
            Series("chance", Look.REFERENCE, (0.0, 1.0), (0.0, 1.0)),
            Series("model", Look.MODEL, evaluation.roc.x, evaluation.roc.y),
        ),
    )


def _precision_recall(question: Question, evaluation: Evaluation) -> Drawing | None:
    if evaluation.precision_recall is None:
        return None
    window = evaluation.folds[-1]
    share = (window.rows - window.positives if question.is_no_of_interest else window.positives) / window.rows
    answer = "no" if question.is_no_of_interest else "yes"
    return drawing(
        "Precision and recall",
        f"How many of the listed are a {answer}, against how many of all {answer} are listed; "
        f"by chance it is {percent(share)}.",
        Axis("recall", 0.0, 1.0, _SHARE_TICKS),
        Axis("precision", 0.0, 1.0, _SHARE_TICKS),
        (
            Series("share of all rows", Look.REFERENCE, (0.0, 1.0), (share, share)),
            Series("model", Look.MODEL, evaluation.precision_recall.x, evaluation.precision_recall.y),
        ),
    )


def _calibration(evaluation: Evaluation) -> Drawing | None:
    bins = evaluation.calibration
    if not bins:
        return None
    dots = tuple(
        Dot(
            each.mean_probability,
            each.observed_share,
            f"{counted(each.rows, 'row')}: predicted {decimal(each.mean_probability)}, came true "
            f"{decimal(each.observed_share)} ({decimal(each.low)} to {decimal(each.high)})",
            each.low,
            each.high,
        )
        for each in bins
    )
    ends = [value for each in bins for value in (each.mean_probability, each.low, each.high)]
    x, y = spread_axis("predicted probability of yes", ends), spread_axis("share that came true", ends)
    return drawing(
        "Calibration",
        "What came true against what was predicted, by groups of similar rows, with 95 % intervals; "
        "on the diagonal the probabilities are right.",
        x,
        y,
        (
            Series("right", Look.REFERENCE, (x.low, x.high), (y.low, y.high)),
            Series("model", Look.MODEL, tuple(dot.x for dot in dots), tuple(dot.y for dot in dots), dots),
        ),
    )


def _lift(evaluation: Evaluation) -> Drawing | None:
    curve = evaluation.lift_curve
    if curve is None:
        return None
    return drawing(
        "Lift",
        "How many times more answers of interest the first rows of the list hold than rows drawn by chance; "
        "the axis is logarithmic, so that its start can be seen.",
        Axis("share of rows listed", _LOG_TICKS[0][0], 1.0, _LOG_TICKS, is_log=True),
        spread_axis("lift", (0.0, 1.0, *curve.y)),
        (
            Series("chance", Look.REFERENCE, (_LOG_TICKS[0][0], 1.0), (1.0, 1.0)),
            Series("model", Look.MODEL, curve.x, curve.y),
        ),
    )


def _course(kind: Period, periods: Sequence[PeriodScores], metric: Metric, behind: tuple[Series, ...]) -> Drawing:
    names = [period_name(each.period, kind) for each in periods]
    model = [_estimate(each.model, metric) for each in periods]
    rule = [_estimate(each.rule, metric) for each in periods]
    return course_drawing(METRIC_WORDS[metric], kind, names, model, rule, behind)


def course_drawing(
    words: MetricWords,
    kind: Period,
    names: Sequence[str],
    model: Sequence[Estimate],
    rule: Sequence[Estimate],
    behind: Sequence[Series] = (),
) -> Drawing:
    """Return a metric of model and rule over periods.

    Parameters
    ----------
    words
        Of the metric.
    kind, names
        What the periods are, and what each is called; at least one.
    model, rule
        The metric of both in each period.
    behind
        Further series, drawn first.
    """
    step = -(-len(names) // (_NAME_CHARACTERS // len(names[0])))
    x = Axis(kind.value, -0.5, len(names) - 0.5, tuple((float(i), names[i]) for i in range(0, len(names), step)))
    reference = [y for series in behind for y in series.y]
    known = [value for each in (*model, *rule) for value in (each.value, each.low, each.high)]
    return drawing(
        f"{words.title} by {kind.value}",
        f"{words.meaning} Each {kind.value} was predicted from what was known before it.",
        x,
        spread_axis(words.title, [*known, *reference]),
        (
            *behind,
            Series("rule", Look.RULE, *_line(rule, _APART), tuple(_dots("rule", names, rule, _APART))),
            Series("model", Look.MODEL, *_line(model, -_APART), tuple(_dots("model", names, model, -_APART))),
        ),
    )


def _estimate(scores: object, metric: Metric) -> Estimate:
    estimate: Estimate = getattr(scores, metric)
    return estimate


def _line(estimates: Sequence[Estimate], shift: float) -> tuple[tuple[float, ...], tuple[float | None, ...]]:
    return tuple(i + shift for i in range(len(estimates))), tuple(each.value for each in estimates)


def _dots(whose: str, names: Sequence[str], estimates: Sequence[Estimate], shift: float) -> Iterator[Dot]:
    for place, (name, each) in enumerate(zip(names, estimates, strict=True)):
        if each.value is not None:
            yield Dot(place + shift, each.value, f"{name}, {whose}: {with_interval(each)}", each.low, each.high)
