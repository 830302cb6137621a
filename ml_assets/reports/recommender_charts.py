"""Drawings of a recommender's card.

Belongs here: the course over weeks. Does not belong here: lines and axes (``drawings``), the page
(``recommender_card``).
"""

from __future__ import annotations

from collections.abc import Sequence

from ml_assets.metrics.estimate import Estimate
from ml_assets.recommender.evaluation import WeekRecord
from ml_assets.reports.drawings import Axis, Dot, Drawing, Look, Series, drawing, spread_axis
from ml_assets.reports.wording import with_interval


def course_drawing(course: Sequence[WeekRecord]) -> Drawing:
    """Return the primary figure of the version and of the rule, week by week, with intervals."""
    weeks = [f"{week.asked_at:%m-%d}" for week in course]
    values = [each for week in course for each in (week.value.low, week.value.high, week.rule.low, week.rule.high)]
    plain = [each.value for week in course for each in (week.value, week.rule)]
    across = Axis("week", -0.5, len(course) - 0.5, tuple((float(at), name) for at, name in enumerate(weeks)))
    return drawing(
        "NDCG@20 by week",
        "Dots are weeks, bars are intervals by a bootstrap of visitors.",
        across,
        spread_axis("NDCG@20", [*values, *plain]),
        [
            _series("re-viewing", Look.RULE, [(week.rule, name) for week, name in zip(course, weeks, strict=True)]),
            _series("learned anew", Look.MODEL, [(week.value, name) for week, name in zip(course, weeks, strict=True)]),
        ],
    )


def _series(words: str, look: Look, points: Sequence[tuple[Estimate, str]]) -> Series:
    known = [(at, each, name) for at, (each, name) in enumerate(points) if each.value is not None]
    return Series(
        words,
        look,
        tuple(float(at) for at, _, _ in known),
        tuple(each.value for _, each, _ in known),
        tuple(
            Dot(float(at), each.value or 0.0, f"{words}, {name}: {with_interval(each)}", each.low, each.high)
            for at, each, name in known
        ),
    )
