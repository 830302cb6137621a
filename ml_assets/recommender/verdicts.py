"""What the checks of a recommender say of its record: words, beside whether they pass.

Belongs here: pure judgements, and what of them keeps a version from serving. Does not belong here: who serves
(``registry.promotion``), Dagster.
"""

from __future__ import annotations

from datetime import datetime

from ml_assets.classification.verdicts import in_words
from ml_assets.family.records import Judgement
from ml_assets.metrics.estimate import Estimate
from ml_assets.recommender.evaluation import RecommenderRecord
from ml_assets.recommender.methods import RULE, Method


def judged_time(record: RecommenderRecord) -> Judgement:
    """Judge whether nothing that was learned or counted knows of what is asked."""
    last, late = record.last_click, [each for each in record.counted if not _is_before(each.last_event, each.asked_at)]
    if not _is_before(last, record.fitted_until):
        return Judgement(False, f"it learned from an event of {last}, which is not before {record.fitted_until}")
    if late:
        words = ", ".join(f"an event of {each.last_event} for {each.asked_at}" for each in late)
        return Judgement(False, f"counted was what is not before the moment at which is asked: {words}")
    newest = max((each.last_event for each in record.counted if each.last_event), default=last)
    return Judgement(
        True,
        f"the newest event that it learned from is of {last}, before {record.fitted_until}; for each moment only "
        f"earlier events were counted, the newest of all is of {newest}",
    )


def _is_before(event: datetime | None, moment: datetime) -> bool:
    return event is None or event < moment


def judged_against(record: RecommenderRecord, other: Method) -> Judgement:
    """Judge whether the version is better than another method for certain: its lower end above the other's figure."""
    own, beside = record.own, record.method(other)
    if own is None or beside is None:
        return Judgement(False, "there is no test window yet")
    if record.chosen in (RULE, other):
        return Judgement(False, f"the version is {record.chosen}: nothing better was learned")
    if other is RULE:
        gain = own.gain or Estimate(value=None)
        return Judgement(_is_positive(gain), f"better than {other} by {in_words(gain)}")
    low, value = own.overall.low, beside.overall.value
    is_better = low is not None and value is not None and low > value
    return Judgement(is_better, f"{in_words(own.overall)}, {other} {in_words(beside.overall)}")


def judged_service(record: RecommenderRecord) -> Judgement:
    """Judge whether most contexts get more than popular items."""
    own = record.own
    if own is None:
        return Judgement(False, "there is no test window yet")
    return Judgement(own.served_share >= 0.5, f"{own.served_share:.1%} of the contexts get more than popular items")


def fault_of(record: RecommenderRecord) -> str | None:
    """Return why a version must not serve however much better it is overall, or None: a kind that it is worse for."""
    time = judged_time(record)
    if not time.passed:
        return time.words
    own = record.own
    worse = [
        f"for a {kind} it is worse than the rule by {in_words(each.gain)}"
        for kind, each in (own.by_kind.items() if own else ())
        if each.gain is not None and each.gain.high is not None and each.gain.high < 0
    ]
    return "; ".join(worse) or None


def _is_positive(gain: Estimate) -> bool:
    return gain.low is not None and gain.low > 0
