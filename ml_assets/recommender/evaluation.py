"""What is known of a recommender: the record that promotion, card and scoreboard read.

Belongs here: the record's types, as they are stored in JSON. Does not belong here: how its figures come about
(``evaluate``), drawing them (``reports``).
"""

from __future__ import annotations

from datetime import date, datetime

from pydantic import BaseModel, ConfigDict

from ml_assets.metrics.estimate import Estimate
from ml_assets.recommender.contexts import ContextKind
from ml_assets.recommender.methods import Method

# The figure that decides. A context has several targets, and what stands higher in a list is seen more: NDCG counts
# every hit, by its place, where the reciprocal rank sees the first one alone.
PRIMARY = "ndcg@20"


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class KindFigures(_Record):
    """A method on contexts of one kind.

    Attributes
    ----------
    figures
        ``hr``, ``recall``, ``mrr``, ``ndcg`` and ``map`` at 5, 10 and 20, as ``ndcg@20``; means over contexts.
    gain
        By how much the primary figure is better than the rule's, by a paired bootstrap of visitors; None of the rule.
    repeat_recall, novel_recall
        Recall at 20 of targets that the history has, and of those that it has not.
    """

    figures: dict[str, Estimate]
    gain: Estimate | None
    repeat_recall: Estimate
    novel_recall: Estimate


class MethodRecord(_Record):
    """A method on the test window.

    Attributes
    ----------
    method
        How it ranks.
    overall
        The primary figure over contexts of both kinds, each context counting the same.
    gain
        By how much that is better than the rule's; None of the rule itself.
    by_kind
        Figures by kind of context.
    coverage
        Share of the catalogue that is among the first 20 of any list.
    popularity_bias
        Popularity of what is shown, as a multiple of that of what was wanted; None where nothing was.
    served_share
        Share of the contexts that get something else than popular items.
    """

    method: Method
    overall: Estimate
    gain: Estimate | None
    by_kind: dict[ContextKind, KindFigures]
    coverage: float | None
    popularity_bias: float | None
    served_share: float


class KindCounts(_Record):
    """How many contexts of a kind there are, of how many visitors, with how many targets.

    Attributes
    ----------
    contexts, visitors, targets
        Counts.
    repeat_share
        Share of the targets that the history has.
    unknown_share
        Share of the targets that nobody had viewed before the newest moment at which was counted, nor the visitor
        since; nobody can name these.
    """

    contexts: int
    visitors: int
    targets: int
    repeat_share: float
    unknown_share: float


class WindowRecord(_Record):
    """The test window: first day, last day, moments at which visitors are asked about, counts by kind."""

    first: date
    last: date
    moments: tuple[datetime, ...]
    counts: dict[ContextKind, KindCounts]

    @property
    def contexts(self) -> int:
        """Contexts of both kinds."""
        return sum(each.contexts for each in self.counts.values())


class CountedRecord(_Record):
    """What a moment of the test window was asked of.

    Attributes
    ----------
    asked_at
        The moment.
    last_event
        The newest event that was counted for it; None where there is none.
    items
        Of the catalogue of the moment.
    """

    asked_at: datetime
    last_event: datetime | None
    items: int


class StageRecord(_Record):
    """Share of the targets that a stage names: among its first 20, and among all that it hands on."""

    name: str
    recall_20: float
    recall_all: float


class WeekRecord(_Record):
    """A moment asked of a version that learned anew before it: the primary figure, that of the rule, the difference."""

    asked_at: datetime
    contexts: int
    value: Estimate
    rule: Estimate
    gain: Estimate


class ChoiceRecord(_Record):
    """The primary figure of a method on the choice window, over both kinds of contexts."""

    method: Method
    value: float


class RecommenderRecord(_Record):
    """All that was measured of a version.

    Attributes
    ----------
    version, fingerprint, chosen
        Number, fingerprint and candidate's name of the version.
    complete_until
        Last day until which clicks are complete.
    events, visitors, items
        Of the training set; items are those of the catalogue of the last moment that is judged.
    fitted_until
        First moment of which nothing was learned.
    last_click
        The newest event that was learned from; None where there is none.
    counted
        What was counted before each moment of the test window, as it is when lists are served.
    lessons
        Contexts that the order of candidates was learned from, by kind.
    choice
        Methods among which was chosen.
    window
        The test window; None where the log is too short for one.
    methods
        All methods on it, the version's own first.
    stages
        From the retrievers to the list.
    course
        Week by week, each of a version that learned anew before it.
    skills
        Of the methods that may come to serve: one minus the loss of visitors' lists by that of a plain method, which
        realised performance is compared with (``promise``); none in records of before there were any.
    """

    version: str
    fingerprint: str
    chosen: Method
    complete_until: date | None
    events: int
    visitors: int
    items: int
    fitted_until: datetime
    last_click: datetime | None
    counted: tuple[CountedRecord, ...]
    lessons: dict[ContextKind, int]
    choice: tuple[ChoiceRecord, ...]
    window: WindowRecord | None
    methods: tuple[MethodRecord, ...]
    stages: tuple[StageRecord, ...]
    course: tuple[WeekRecord, ...]
    skills: dict[Method, Estimate] = {}

    def method(self, method: Method) -> MethodRecord | None:
        """Return the figures of a method, None where it was not measured."""
        return next((each for each in self.methods if each.method is method), None)

    @property
    def own(self) -> MethodRecord | None:
        """Figures of the version."""
        return self.method(self.chosen)
