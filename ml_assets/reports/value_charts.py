"""The drawings of the card of a model of value.

Belongs here: which series of an evaluation stand in which drawing. Does not belong here: how a line becomes SVG
(``drawings``), tables.
"""

from __future__ import annotations

from ml_assets.classification.question import Period
from ml_assets.cltv.evaluation import BEST_LIST, ValueEvaluation, ValueMetric
from ml_assets.reports.charts import course_drawing
from ml_assets.reports.drawings import Axis, Dot, Drawing, Look, Series, drawing, spread_axis
from ml_assets.reports.wording import METRIC_WORDS, counted, decimal, period_name

_SHARE_TICKS = ((0.0, "0"), (0.25, "0.25"), (0.5, "0.5"), (0.75, "0.75"), (1.0, "1"))
_LOOKS = {BEST_LIST: Look.REFERENCE}


def value_drawings(evaluation: ValueEvaluation) -> tuple[Drawing, ...]:
    """Return those drawings of the test window that can be drawn: money found, calibration by tenths."""
    return tuple(filter(None, (_money_found(evaluation), _tenths(evaluation))))


def value_course(evaluation: ValueEvaluation, kind: Period) -> tuple[Drawing, ...]:
    """Return the normalised Gini of model and rule over the periods of the rolling origin."""
    periods = evaluation.by_period
    if not periods:
        return ()
    names = [period_name(each.period, kind) for each in periods]
    return tuple(
        course_drawing(
            METRIC_WORDS[metric],
            kind,
            names,
            [getattr(each.model, metric) for each in periods],
            [getattr(each.rule, metric) for each in periods],
            (Series(words, Look.REFERENCE, (-0.5, len(names) - 0.5), (0.0, 0.0)),),
        )
        for metric, words in ((ValueMetric.NORMALISED_GINI, "a constant"), (ValueMetric.TOTAL_BIAS, "right"))
    )


def _money_found(evaluation: ValueEvaluation) -> Drawing | None:
    curves = evaluation.gain_curves
    if not curves:
        return None
    # The version is drawn last, over the others.
    names = sorted(curves, key=lambda name: (name == evaluation.chosen, name))
    return drawing(
        "Money found",
        "Share of all money that the first rows of the list hold (a Lorenz curve in the list's order, highest first); "
        "the diagonal is chance, the uppermost line the best list there could have been.",
        Axis("share of rows listed", 0.0, 1.0, _SHARE_TICKS),
        Axis("share of money", 0.0, 1.0, _SHARE_TICKS),
        (
            Series("chance", Look.REFERENCE, (0.0, 1.0), (0.0, 1.0)),
            *(
                Series(
                    name.replace("_", " "),
                    Look.MODEL if name == evaluation.chosen else _LOOKS.get(name, Look.RULE),
                    curves[name].x,
                    curves[name].y,
                )
                for name in names
            ),
        ),
    )


def _tenths(evaluation: ValueEvaluation) -> Drawing | None:
    tenths = evaluation.deciles
    if not tenths:
        return None
    numbers = tuple(float(number) for number in range(1, len(tenths) + 1))
    truth = tuple(
        Dot(
            number,
            each.mean_truth,
            f"tenth {number:.0f}, {counted(each.rows, 'row')}: came {decimal(each.mean_truth, 2)}",
        )
        for number, each in zip(numbers, tenths, strict=True)
    )
    expected = tuple(
        Dot(number, each.mean_predicted, f"tenth {number:.0f}: expected {decimal(each.mean_predicted, 2)}")
        for number, each in zip(numbers, tenths, strict=True)
    )
    return drawing(
        "Expected and true money by tenths",
        "Mean money of each tenth of the rows, from the highest expectation to the lowest; the lines meet where the "
        "level is right.",
        Axis("tenth of the rows", 0.5, len(tenths) + 0.5, tuple((number, f"{number:.0f}") for number in numbers)),
        spread_axis("mean money", [0.0, *(dot.y for dot in (*truth, *expected))]),
        (
            Series("came true", Look.RULE, numbers, tuple(dot.y for dot in truth), truth),
            Series("expected", Look.MODEL, numbers, tuple(dot.y for dot in expected), expected),
        ),
    )
