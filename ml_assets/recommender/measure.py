"""Measures the newest version: on the test window beside all other methods, by stage, and refitted week by week.

Belongs here: from stored candidates to the record, and to the figures of each context by which a decision goes. Does
not belong here: figures (``evaluate``, ``stages``), who serves (``contest``).
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from ml_assets.family.steps import candidate_fingerprint
from ml_assets.files import ModelFiles, write_frame
from ml_assets.recommender.config import RecommenderGateConfig
from ml_assets.recommender.contexts import asked_in
from ml_assets.recommender.evaluate import counts_of, lists_of, mean_of, measured
from ml_assets.recommender.evaluation import RecommenderRecord, WeekRecord, WindowRecord
from ml_assets.recommender.fitted import FittedRecommender
from ml_assets.recommender.fitting import fit_at
from ml_assets.recommender.judging import Asked, judged_frame, primary_of, visitors_of
from ml_assets.recommender.methods import LEARNED, PLAIN, RULE, Method
from ml_assets.recommender.question import RecommenderQuestion
from ml_assets.recommender.stages import stage_records
from ml_assets.recommender.steps import TrainedRecommender, stored_training

_DAY = np.timedelta64(1, "D")


def judged_file(question: RecommenderQuestion, files: ModelFiles) -> Path:
    """Return where the figures of each context of the test window lie."""
    return files.work_dir / question.name / "judged_contexts.parquet"


def measure(question: RecommenderQuestion, files: ModelFiles, config: RecommenderGateConfig) -> RecommenderRecord:
    """Measure the version that was registered last, and leave the figures of each context."""
    trained = stored_training(question, files)
    asked = test_contexts(trained)
    models = methods_of(trained.chosen)
    lists = lists_of(models, trained.rows.clicks, asked)
    write_frame(judged_file(question, files), judged_frame(asked, {each.method.value: each.primary for each in lists}))
    clicks, chosen, facts = trained.rows.clicks, trained.chosen, trained.facts
    number_of = chosen.numbers(clicks.items)
    is_known = number_of >= 0
    popularity = np.where(is_known, chosen.popularity[number_of] if len(chosen.ids) else 0.0, 0.0)
    return RecommenderRecord(
        version=facts.version,
        fingerprint=candidate_fingerprint(facts, facts.chosen),
        chosen=Method(facts.chosen),
        complete_until=trained.rows.facts.complete_until,
        events=trained.rows.facts.rows,
        visitors=trained.rows.facts.visitors,
        items=len(chosen.ids),
        fitted_until=chosen.fitted_until.astype("datetime64[us]").item(),
        last_click=facts.last_click,
        lessons=facts.lessons,
        choice=facts.choice,
        window=_window(trained, asked, is_known),
        methods=measured(lists, popularity, len(chosen.ids), config) if len(visitors_of(asked)) else (),
        stages=stage_records(chosen, clicks, asked),
        course=_course(trained, config),
    )


def methods_of(chosen: FittedRecommender) -> dict[Method, FittedRecommender]:
    """Return all methods that can rank by what a version was fitted to, its own first."""
    methods = (chosen.method, *(PLAIN if chosen.core is None else (*LEARNED, *PLAIN)))
    return {method: replace(chosen, method=method) for method in dict.fromkeys(methods)}


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


def _window(
    trained: TrainedRecommender, asked: Asked, is_known: np.ndarray[tuple[int], np.dtype[np.bool_]]
) -> WindowRecord | None:
    split = trained.split
    if not len(split.test):
        return None
    return WindowRecord(
        first=split.test[0].astype("datetime64[D]").item(),
        last=(split.end - _DAY).astype("datetime64[D]").item(),
        moments=tuple(moment.item() for moment in split.test),
        counts={kind: counts_of(contexts, is_known) for kind, contexts in asked.items()},
    )


def _course(trained: TrainedRecommender, config: RecommenderGateConfig) -> tuple[WeekRecord, ...]:
    """Return the newest moments, each asked of the chosen method fitted to what was known before it."""
    split, settings = trained.split, trained.facts.config
    moments = split.test[max(0, len(split.test) - settings.rolling_moments) :]
    weeks = (_week(trained, moment, config) for moment in moments if settings.rolling_moments)
    return tuple(week for week in weeks if week is not None)


def _week(trained: TrainedRecommender, moment: np.datetime64, config: RecommenderGateConfig) -> WeekRecord | None:
    split, settings, clicks = trained.split, trained.facts.config, trained.rows.clicks
    asked = asked_in(clicks, np.asarray([moment]), split.horizon, settings.split, settings.seed)
    visitor = visitors_of(asked)
    if not len(visitor):
        return None
    fitted = fit_at(clicks, moment, split, settings)
    method = Method(trained.facts.chosen) if fitted.core is not None else RULE
    own, rule = (
        primary_of(
            FittedRecommender.of(trained.question.name, each, fitted, moment, settings.split.longest_history),
            clicks,
            asked,
        )
        for each in (method, RULE)
    )
    return WeekRecord(
        asked_at=moment.astype("datetime64[us]").item(),
        contexts=len(visitor),
        value=mean_of(own, visitor, config),
        rule=mean_of(rule, visitor, config),
        gain=mean_of(own - rule, visitor, config),
    )
