"""The drawings of a segmentation's card.

Belongs here: which figures of a record stand in which drawing. Does not belong here: how a line becomes SVG
(``drawings``), tables.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ml_assets.metrics.estimate import Estimate
from ml_assets.reports.drawings import Axis, Dot, Drawing, Look, Series, drawing, spread_axis
from ml_assets.reports.wording import decimal, percent, with_interval
from ml_assets.segmentation.evaluation import SegmentationEvaluation, Trial

_SHARE_TICKS = ((0.0, "0"), (0.25, "0.25"), (0.5, "0.5"), (0.75, "0.75"), (1.0, "1"))
# How far apart data and null stand at one setting, as a share of the distance between settings.
_APART = 0.08


def learned_drawings(learned: SegmentationEvaluation) -> tuple[Drawing, ...]:
    """Return stability beside the null, silhouette, noise, and separation over all settings that were tried."""
    trials = [trial for trial in learned.trials if trial.segments]
    if not trials:
        return ()
    drawings = [
        _stability(trials),
        _plain(
            trials,
            "Silhouette",
            "How much nearer customers are to their own segment than to the next. It does not tell a good number of "
            "segments from a bad one here: the course is flat, and a column in which nearly all are alike would put it "
            "near 1.",
            lambda trial: trial.silhouette,
        ),
        _plain(
            trials,
            "Customers who belong nowhere",
            "Share of the customers in no dense place; K-Means leaves nobody out.",
            lambda trial: trial.noise_share,
        ),
    ]
    if any(trial.separation is not None for trial in trials):
        drawings.append(_separation(trials))
    return tuple(drawings)


def _stability(trials: Sequence[Trial]) -> Drawing:
    return drawing(
        "Stability beside the null",
        "How well two resamples of the customers agree (adjusted Rand index, 1 is fully), and two of as many customers "
        "without any groups. Only what is clearly above the null says that there are groups.",
        _settings(trials),
        Axis("adjusted Rand index", 0.0, 1.0, _SHARE_TICKS),
        (
            Series("no groups", Look.RULE, dots=_dots(trials, "no groups", lambda each: each.null_stability, _APART)),
            Series("customers", Look.MODEL, dots=_dots(trials, "customers", lambda each: each.stability, -_APART)),
        ),
    )


def _separation(trials: Sequence[Trial]) -> Drawing:
    known = [trial.separation or Estimate(value=None) for trial in trials]
    ends = [end for each in known for end in (each.value, each.low, each.high)]
    x = _settings(trials)
    return drawing(
        "Separation of spend that was known when it was chosen",
        "Normalised Gini of later spend by segment, on the snapshot whose later spend was known; 0 is chance.",
        x,
        spread_axis("normalised Gini", [0.0, *ends]),
        (
            Series("chance", Look.REFERENCE, (x.low, x.high), (0.0, 0.0)),
            Series("segments", Look.MODEL, dots=_dots(trials, "segments", lambda each: each.separation, 0.0)),
        ),
    )


def _plain(trials: Sequence[Trial], title: str, words: str, of: Callable[[Trial], float | None]) -> Drawing:
    values = [of(trial) for trial in trials]
    dots = tuple(
        Dot(float(place), value, f"{setting_words(trial)}: {decimal(value)}")
        for place, (trial, value) in enumerate(zip(trials, values, strict=True))
        if value is not None
    )
    return drawing(
        title,
        words,
        _settings(trials),
        spread_axis(title.lower(), [0.0, *values]),
        (Series("segments", Look.MODEL, dots=dots),),
    )


def _dots(trials: Sequence[Trial], whose: str, of: Callable[[Trial], Estimate | None], shift: float) -> tuple[Dot, ...]:
    found = []
    for place, trial in enumerate(trials):
        each = of(trial)
        if each is not None and each.value is not None:
            words = f"{setting_words(trial)}, {whose}: {with_interval(each)}"
            found.append(Dot(place + shift, each.value, words, each.low, each.high))
    return tuple(found)


def _settings(trials: Sequence[Trial]) -> Axis:
    """Return an axis with a place for each setting; dense places are marked by their least share."""
    labels = [
        f"{trial.setting:g}" if trial.setting >= 1 else f"H{percent(trial.setting, 0).replace(chr(160), '')}"
        for trial in trials
    ]
    return Axis(
        "number of segments; H: HDBSCAN with its smallest share",
        -0.5,
        len(trials) - 0.5,
        tuple((float(place), label) for place, label in enumerate(labels)),
    )


def setting_words(trial: Trial) -> str:
    """Return a method with its setting in words."""
    if trial.setting >= 1:
        return f"K-Means, {trial.setting:g} segments"
    return f"HDBSCAN, places of {percent(trial.setting, 0)}, {trial.segments} segments"
