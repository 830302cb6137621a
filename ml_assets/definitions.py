"""The assets that models are made by, for the sources in use.

Belongs here: which model shows in which group, and which code decides what its assets become. Does not belong here:
resources (the platform has them), what an asset does.
"""

from __future__ import annotations

from collections.abc import Collection

import dagster as dg

from ml_assets.churn.questions import QUESTIONS as CHURN
from ml_assets.classification.family import QuestionFamily
from ml_assets.classification.question import Question
from ml_assets.cltv.family import ValueFamily
from ml_assets.cltv.question import QUESTIONS as CLTV
from ml_assets.code_version import code_version
from ml_assets.family.assets import build_family_assets
from ml_assets.family.family import Family
from ml_assets.late_delivery.days.assets import build_days_asset, extras_of
from ml_assets.late_delivery.questions import QUESTIONS as LATE_DELIVERY
from ml_assets.lookup.assets import build_lookup_asset
from ml_assets.monitoring.assets import build_history_asset, build_monitoring_assets
from ml_assets.monitoring.quality import RAW_SOURCES
from ml_assets.monitoring.quality_assets import build_quality_asset
from ml_assets.recommender.assets import build_similar_items_asset
from ml_assets.recommender.family import RecommenderFamily
from ml_assets.recommender.question import RECOMMENDER_RETAILROCKET
from ml_assets.scoreboard import build_scoreboard_asset
from ml_assets.segmentation.family import SegmentationFamily
from ml_assets.segmentation.questions import SEGMENTATION_OLIST_CUSTOMERS

# The code that all models share; that of their kind and their own room come on top.
_SHARED = ("family", "metrics", "registry", "config.py", "predictions.py", "prediction_checks.py", "prediction_rows.py")
_QUESTIONS = (*_SHARED, "classification")
# A question of value asks first whether anything is bought.
_VALUE = (*_QUESTIONS, "cltv")
_SEGMENTS = (*_SHARED, "segmentation", *(f"classification/{name}.py" for name in ("bands", "reasons", "training_set")))
_RECOMMENDATIONS = (*_SHARED, "recommender", "classification/training_set.py")
# What a watched model is compared by, whatever kind it is of.
_WATCHED = (*_VALUE, "segmentation", "recommender", "monitoring", "reports")
_CHURN, _LATE_DELIVERY, _CLTV, _SEGMENTATION = "churn", "late_delivery", "cltv", "segmentation"
_RECOMMENDER = "recommender"
_REPORTS = "reports"
# Half of what the look-up does is done by its script.
_LOOKUP_TEMPLATES = tuple(f"{_REPORTS}/templates/lookup.{suffix}" for suffix in ("html", "js"))
_SEGMENTATIONS = (SEGMENTATION_OLIST_CUSTOMERS,)
_RECOMMENDERS = (RECOMMENDER_RETAILROCKET,)


def questions_of(sources: Collection[str]) -> tuple[Question, ...]:
    """Return the questions that can be asked of the sources in use."""
    return tuple(question for question in (*CHURN, *LATE_DELIVERY) if question.source in sources)


def families_of(sources: Collection[str]) -> tuple[Family, ...]:
    """Return the models that can be made of the sources in use."""
    asked = (_family(question) for question in questions_of(sources))
    values = (ValueFamily(question) for question in CLTV if question.source in sources)
    segmented = (SegmentationFamily(question) for question in _SEGMENTATIONS if question.source in sources)
    recommended = (RecommenderFamily(question) for question in _RECOMMENDERS if question.source in sources)
    return (*asked, *values, *segmented, *recommended)


def build_model_assets(
    sources: Collection[str], pool: str, warehouse_identity: str | None = None
) -> list[dg.AssetsDefinition]:
    """Return the assets of all models that can be made, the scoreboard over them, and the look-up of their scores.

    Parameters
    ----------
    sources
        Names of the sources in use.
    pool
        Pool that whatever touches the warehouse takes.
    warehouse_identity
        What tells the warehouse from the default one: models of one are not those of the other.
    """
    version = code_version(*_QUESTIONS, _CHURN, identity=warehouse_identity)
    assets: list[dg.AssetsDefinition] = []
    for question in CHURN:
        if question.source in sources:
            assets += build_family_assets(_family(question), f"ml_{_CHURN}", pool, version)
    version = code_version(*_QUESTIONS, _LATE_DELIVERY, identity=warehouse_identity)
    for question in LATE_DELIVERY:
        if question.source in sources:
            group = f"ml_{_LATE_DELIVERY}"
            assets.append(build_days_asset(question, group, version))
            assets += build_family_assets(_family(question), group, pool, version)
    version = code_version(*_VALUE, identity=warehouse_identity)
    for value in CLTV:
        if value.source in sources:
            assets += build_family_assets(ValueFamily(value), f"ml_{_CLTV}", pool, version)
    version = code_version(*_SEGMENTS, identity=warehouse_identity)
    for segmentation in _SEGMENTATIONS:
        if segmentation.source in sources:
            family = SegmentationFamily(segmentation)
            assets += build_family_assets(family, f"ml_{_SEGMENTATION}", pool, version)
    assets += _recommenders(sources, pool, code_version(*_RECOMMENDATIONS, identity=warehouse_identity))
    watched = families_of(sources)
    version = code_version(*_WATCHED, identity=warehouse_identity)
    for each in watched:
        assets += build_monitoring_assets(each, pool, version)
    assets.append(build_history_asset(watched, pool, version))
    assets += [build_quality_asset(each, pool, version) for each in RAW_SOURCES if each.source in sources]
    board = code_version(*_VALUE, _SEGMENTATION, _RECOMMENDER, _REPORTS, "scoreboard.py", identity=warehouse_identity)
    looked_up = code_version("lookup", _REPORTS, *_LOOKUP_TEMPLATES, "predictions.py", identity=warehouse_identity)
    return [*assets, build_scoreboard_asset(watched, pool, board), build_lookup_asset(watched, pool, looked_up)]


def _family(question: Question) -> QuestionFamily:
    return QuestionFamily(question, extras_of(question) if question in LATE_DELIVERY else None)


def _recommenders(sources: Collection[str], pool: str, version: str) -> list[dg.AssetsDefinition]:
    assets: list[dg.AssetsDefinition] = []
    for question in _RECOMMENDERS:
        if question.source in sources:
            group = f"ml_{_RECOMMENDER}"
            assets += build_family_assets(RecommenderFamily(question), group, pool, version)
            assets.append(build_similar_items_asset(question, group, pool, version))
    return assets
