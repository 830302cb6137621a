"""Measures the newest version: on the test window beside all other methods, by stage, and learning anew week by week.

Belongs here: from stored candidates to the record, and to the figures of each context by which a decision goes. Does
not belong here: figures (``evaluate``, ``stages``), who serves (``contest``).
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml_assets.family.steps import candidate_fingerprint
from ml_assets.files import ModelFiles, write_frame
from ml_assets.metrics.estimate import Estimate
from ml_assets.recommender.as_of import AsOf, Timeline
from ml_assets.recommender.clicks import Moments
from ml_assets.recommender.config import RecommenderGateConfig
from ml_assets.recommender.contexts import ContextKind, asked_in
from ml_assets.recommender.evaluate import counts_of, lists_of, means_of, measured
from ml_assets.recommender.evaluation import CountedRecord, RecommenderRecord, WeekRecord, WindowRecord
from ml_assets.recommender.fitted import FittedRecommender
from ml_assets.recommender.fitting import learned_by
from ml_assets.recommender.judging import Asked, judged, judged_frame, primary, visitors_of
from ml_assets.recommender.lessons import Lessons
from ml_assets.recommender.methods import LEARNED, PLAIN, RULE, Method
from ml_assets.recommender.promise import skills
from ml_assets.recommender.question import RecommenderQuestion
from ml_assets.recommender.stages import stage_records
from ml_assets.recommender.steps import TrainedRecommender, stored_training
from ml_assets.recommender.training_set import stored_items

_DAY = np.timedelta64(1, "D")


def judged_file(question: RecommenderQuestion, files: ModelFiles) -> Path:
    """Return where the figures of each context of the test window lie."""
    return files.work_dir / question.name / "judged_contexts.parquet"


def measure(question: RecommenderQuestion, files: ModelFiles, config: RecommenderGateConfig) -> RecommenderRecord:
    """Measure the version that was registered last, and leave the figures of each context."""
    trained = stored_training(question, files)
    clicks, chosen, facts, split = trained.rows.clicks, trained.chosen, trained.facts, trained.split
    timeline = Timeline(clicks, facts.config, split.horizon)
    # The course first: it asks for older moments too, and the timeline holds the last few.
    course = _course(trained, timeline, config)
    asked = test_contexts(trained)
    lists = lists_of(methods_of(chosen), timeline, split.test, asked)
    write_frame(judged_file(question, files), judged_frame(asked, {each.method.value: each.primary for each in lists}))
    counted = tuple(_counted(timeline.at(moment)) for moment in split.test)
    items = counted[-1].items if counted else len(chosen.ids)
    return RecommenderRecord(
        version=facts.version,
        fingerprint=candidate_fingerprint(facts, facts.chosen),
        chosen=Method(facts.chosen),
        complete_until=trained.rows.facts.complete_until,
        events=trained.rows.facts.rows,
        visitors=trained.rows.facts.visitors,
        items=items,
        fitted_until=chosen.learned_until.astype("datetime64[us]").item(),
        last_click=facts.last_click,
        counted=counted,
        lessons=facts.lessons,
        choice=facts.choice,
        window=_window(trained, asked),
        methods=measured(lists, _popularity(timeline, split.test), items, config) if len(visitors_of(asked)) else (),
        stages=stage_records(lists[0].lists, timeline, split.test, asked) if chosen.orders else (),
        course=course,
        skills=_skills(trained, timeline, asked, stored_items(question, files)),
    )


def methods_of(chosen: FittedRecommender) -> dict[Method, FittedRecommender]:
    """Return all methods that can rank by what a version has learned, its own first."""
    methods = (chosen.method, *((*LEARNED, *PLAIN) if chosen.orders else PLAIN))
    return {method: replace(chosen, method=method) for method in dict.fromkeys(methods)}


def _skills(
    trained: TrainedRecommender, timeline: Timeline, asked: Asked, item_rows: pd.DataFrame
) -> dict[Method, Estimate]:
    """Return the skill of the candidates, one of which may come to serve."""
    models, visitors = methods_of(trained.chosen), asked[ContextKind.VISITOR]
    return skills(models, trained.candidates, timeline, trained.split.test, visitors, item_rows)


def _counted(as_of: AsOf) -> CountedRecord:
    last = as_of.last_event
    return CountedRecord(
        asked_at=as_of.moment.astype("datetime64[us]").item(),
        last_event=None if last is None else last.astype("datetime64[us]").item(),
        items=len(as_of.catalogue),
    )


def _popularity(timeline: Timeline, moments: Moments) -> NDArray[np.float64]:
    """Return the share of the views of late of each item of the clicks, the mean of all moments."""
    shares = np.zeros(len(timeline.clicks.items))
    for moment in moments:
        as_of = timeline.at(moment)
        shares[as_of.of_catalogue()] += as_of.catalogue.popularity / len(moments)
    return shares


def test_contexts(trained: TrainedRecommender) -> Asked:
    """Return whom the version is asked about on the test window."""
    split, config = trained.split, trained.facts.config
    return asked_in(trained.rows.clicks, split.test, split.horizon, config.split, config.seed)


def stored_judged(question: RecommenderQuestion, files: ModelFiles) -> pd.DataFrame:
    """Return the figures of each context as the last measurement left them."""
    return pd.read_parquet(judged_file(question, files))


def stored_record(question: RecommenderQuestion, files: ModelFiles) -> RecommenderRecord:
    """Return the record that was stored last."""
    return RecommenderRecord.model_validate_json(files.evaluation(question.name).read_text())


def _window(trained: TrainedRecommender, asked: Asked) -> WindowRecord | None:
    split = trained.split
    if not len(split.test):
        return None
    first_viewed = trained.rows.clicks.first_viewed()
    return WindowRecord(
        first=split.test[0].astype("datetime64[D]").item(),
        last=(split.end - _DAY).astype("datetime64[D]").item(),
        moments=tuple(moment.item() for moment in split.test),
        counts={kind: counts_of(contexts, split.test, first_viewed) for kind, contexts in asked.items()},
    )


def _course(trained: TrainedRecommender, timeline: Timeline, config: RecommenderGateConfig) -> tuple[WeekRecord, ...]:
    """Return the newest moments, each asked of the chosen method that has learned until then."""
    split, lessons = trained.split, Lessons(timeline, trained.split)
    moments = split.test[max(0, len(split.test) - timeline.config.rolling_moments) :]
    weeks = (_week(trained, lessons, moment, config) for moment in moments if timeline.config.rolling_moments)
    return tuple(week for week in weeks if week is not None)


def _week(
    trained: TrainedRecommender, lessons: Lessons, moment: np.datetime64, config: RecommenderGateConfig
) -> WeekRecord | None:
    split, timeline, moments = trained.split, lessons.timeline, np.asarray([moment])
    asked = asked_in(timeline.clicks, moments, split.horizon, timeline.config.split, timeline.config.seed)
    visitor = visitors_of(asked)
    if not len(visitor):
        return None
    learned, as_of = learned_by(lessons, moment), timeline.at(moment)
    method = Method(trained.facts.chosen) if learned.orders else RULE
    models = {each: FittedRecommender.of(trained.question.name, each, learned, as_of) for each in {method, RULE}}
    lists = judged(models, timeline, moments, asked)
    own, rule = primary(lists[method]), primary(lists[RULE])
    value, of_rule, gain = means_of((own, rule, own - rule), visitor, config)
    return WeekRecord(
        asked_at=moment.astype("datetime64[us]").item(),
        contexts=len(visitor),
        value=value,
        rule=of_rule,
        gain=gain,
    )
