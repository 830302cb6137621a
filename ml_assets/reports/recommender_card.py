"""The card of a recommender: one page on what its lists are worth, by whom they are asked for, and where they fail.

Belongs here: the sections of the page. Does not belong here: drawings (``recommender_charts``), rows of the scoreboard,
measuring.
"""

from __future__ import annotations

from collections.abc import Iterable

from ml_assets.metrics.estimate import Estimate
from ml_assets.recommender.config import RecommenderGateConfig
from ml_assets.recommender.evaluation import PRIMARY, MethodRecord, RecommenderRecord
from ml_assets.recommender.methods import RULE
from ml_assets.recommender.question import RecommenderQuestion
from ml_assets.reports.plain_card import FactsTable, Section, plain_card
from ml_assets.reports.recommender_charts import course_drawing
from ml_assets.reports.standing import Standing
from ml_assets.reports.wording import DASH, METRIC_WORDS, count, decimal, percent, with_interval

_NOTHING = Estimate(value=None)
# By what a metric is called in the record.
_METRICS = {"hr": "HR", "recall": "Recall", "mrr": "MRR", "ndcg": "NDCG", "map": "MAP"}
_PRIMARY_TITLE = METRIC_WORDS[PRIMARY].title
_DEPTHS = (5, 10, 20)


def recommender_card(
    question: RecommenderQuestion, record: RecommenderRecord, standing: Standing, config: RecommenderGateConfig
) -> str:
    """Return the card of a version as a page that needs no other file.

    Parameters
    ----------
    question
        What is asked.
    record
        What was measured.
    standing
        Who serves, and where the version comes from.
    config
        By what the gate judged.

    Raises
    ------
    ValueError
        If a link of the standing is neither relative nor of the web.
    """
    return plain_card(
        title=question.name,
        words=question.words,
        population=question.population,
        version=record.version,
        chosen=_name(record.chosen),
        fingerprint=record.fingerprint,
        standing=standing,
        is_rule=record.chosen is RULE,
        sections=(
            _data(record),
            _comparison(record, config),
            *_kinds(record),
            _stages(record),
            _course(record),
            _limits(record),
        ),
    )


def _data(record: RecommenderRecord) -> Section:
    window = record.window
    points = [
        f"{count(record.events)} events of {count(record.visitors)} visitors, complete until {record.complete_until}.",
        f"Learned from what happened before {record.fitted_until}; the newest such event is of {record.last_click}.",
        "What is counted (items, popularity, what goes with what) is counted anew for each week that is asked, from "
        "all that was known before it, and for the lists that are shown from all that is known at the event clock.",
        f"{count(record.items)} items were known before the last week: an item that nobody has viewed is never shown.",
        "The order of candidates was learned from "
        + (", ".join(f"{count(each)} contexts of a {kind}" for kind, each in record.lessons.items()) or "nothing")
        + ", each scored by what was counted before its own moment.",
    ]
    if window is None:
        return Section("Data", "The log is too short for a test window.", tuple(points))
    rows = tuple(
        (
            str(kind),
            count(each.contexts),
            count(each.visitors),
            count(each.targets),
            percent(each.repeat_share),
            percent(each.unknown_share),
        )
        for kind, each in window.counts.items()
    )
    table = FactsTable(
        "Whom it is asked about",
        f"Test window {window.first} {DASH} {window.last}. A visitor is asked about at the start of each week, and "
        "what they view in the week is to be named; a session after its first view, and what it views afterwards is.",
        ("context", "contexts", "visitors", "targets", "viewed before", "of unknown items"),
        rows,
    )
    counted = FactsTable(
        "Counted before each week",
        "",
        ("week from", "newest event", "items"),
        tuple((str(each.asked_at), str(each.last_event or DASH), count(each.items)) for each in record.counted),
    )
    return Section("Data", points=tuple(points), tables=(table, counted))


def _comparison(record: RecommenderRecord, config: RecommenderGateConfig) -> Section:
    rows = tuple(_method_row(each, record) for each in record.methods)
    choice = tuple((_name(each.method), decimal(each.value)) for each in record.choice)
    tables = [
        FactsTable(
            "Test window",
            f"NDCG@20 over all contexts, with {config.confidence:.0%} intervals by a bootstrap of visitors. Coverage "
            "is the share of the catalogue in any list; popularity is that of shown items by that of wanted ones; "
            "served are contexts that get more than popular items.",
            ("method", _PRIMARY_TITLE, "better than re-viewing", "coverage", "popularity", "served"),
            rows,
        )
    ]
    if choice:
        tables.append(
            FactsTable(
                "Choice", "NDCG@20 on the weeks before, by which was chosen.", ("method", _PRIMARY_TITLE), choice
            )
        )
    return Section(
        "Beside other ways",
        "A context has several targets, and what stands higher is seen more: NDCG counts every hit by its place.",
        tables=tuple(tables),
    )


def _method_row(each: MethodRecord, record: RecommenderRecord) -> tuple[str, ...]:
    own = " (this version)" if each.method is record.chosen else ""
    return (
        f"{_name(each.method)}{own}",
        with_interval(each.overall),
        DASH if each.method is RULE else with_interval(each.gain),
        percent(each.coverage),
        decimal(each.popularity_bias, 2),
        percent(each.served_share),
    )


def _kinds(record: RecommenderRecord) -> Iterable[Section]:
    own = record.own
    if own is None:
        return
    for kind, figures in own.by_kind.items():
        metrics = tuple(
            (title, *(with_interval(figures.figures[f"{name}@{depth}"]) for depth in _DEPTHS))
            for name, title in _METRICS.items()
        )
        others = tuple(
            (
                _name(each.method),
                with_interval(each.by_kind[kind].figures[PRIMARY]),
                DASH if each.method is RULE else with_interval(each.by_kind[kind].gain),
                with_interval(each.by_kind[kind].repeat_recall),
                with_interval(each.by_kind[kind].novel_recall),
            )
            for each in record.methods
        )
        yield Section(
            f"For a {kind}",
            tables=(
                FactsTable("This version", "", ("metric", *(f"at {depth}" for depth in _DEPTHS)), metrics),
                FactsTable(
                    "All methods",
                    "Recall at 20 of targets that were viewed before, and of new ones, apart.",
                    ("method", _PRIMARY_TITLE, "better than re-viewing", "recall of repeats", "recall of new ones"),
                    others,
                ),
            ),
        )


def _stages(record: RecommenderRecord) -> Section:
    if not record.stages:
        return Section("Stage by stage", "This version has no stages.")
    rows = tuple((each.name, percent(each.recall_20), percent(each.recall_all)) for each in record.stages)
    return Section(
        "Stage by stage",
        tables=(
            FactsTable(
                "Targets held",
                "Share of all targets that a stage names, among its first 20 and among all that it names. What no "
                "candidate list holds cannot be ranked.",
                ("stage", "in 20", "in all"),
                rows,
            ),
        ),
    )


def _course(record: RecommenderRecord) -> Section:
    rows = tuple(
        (
            f"{each.asked_at:%Y-%m-%d}",
            count(each.contexts),
            with_interval(each.value),
            with_interval(each.rule),
            with_interval(each.gain),
        )
        for each in record.course
    )
    if not rows:
        return Section("Week by week", "There is no week to show.")
    return Section(
        "Week by week",
        "Each week is asked of the same method that has learned anew, from all that was known before it.",
        tables=(FactsTable("Course", "", ("from", "contexts", _PRIMARY_TITLE, "re-viewing", "better by"), rows),),
        drawings=(course_drawing(record.course),),
    )


def _limits(record: RecommenderRecord) -> Section:
    return Section(
        "Limits",
        points=(
            "What was viewed is the truth, and what was shown at the time is not known: a good item that nobody saw "
            "counts as wrong.",
            "Rules of serving (availability, caps, purchases) come after what is measured here.",
            "An item that was first viewed within a week is known in that week to those alone who viewed it: what goes "
            "with it is counted from the next week on, and for the lists that are shown at the event clock.",
            "A list of popular items says nothing of the visitor; it is flagged as fallback wherever it stands.",
            "An RMSE and an MAE of exactly 3.0, as reported elsewhere, are what predicting 0 gives for strengths that "
            "are all 3. A ranking has no such error, and none is claimed.",
        ),
    )


def _name(method: str) -> str:
    return method.replace("_", " ")
