"""One stream through the recommender's own steps: training, lists on the test window, the gate.

Belongs here: all that is asked of ``ml_assets.recommender``. Does not belong here: streams, what many trials say.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml_assets.files import ModelFiles, write_text
from ml_assets.metrics.recommendation import NO_ITEM, RankedLists
from ml_assets.recommender.as_of import AsOf, Timeline
from ml_assets.recommender.config import RecommenderConfig, RecommenderGateConfig
from ml_assets.recommender.contexts import ContextKind
from ml_assets.recommender.evaluation import PRIMARY, RecommenderRecord
from ml_assets.recommender.family import RecommenderFamily
from ml_assets.recommender.item_facts import ITEM_COLUMNS
from ml_assets.recommender.judging import LENGTH, asked_at
from ml_assets.recommender.measure import test_contexts
from ml_assets.recommender.methods import Method
from ml_assets.recommender.question import RECOMMENDER_RETAILROCKET as QUESTION
from ml_assets.recommender.serving_rules import Ranked, filled
from ml_assets.recommender.sessions import Sessions, spans
from ml_assets.recommender.steps import TrainedRecommender
from ml_assets.recommender.training_set import ClicksFacts, store_training_set
from ml_assets.registry.promotion import decide
from ml_assets.registry.verdict import Terms, Verdict

RECALL = "recall@20"
# Similar items of the item viewed last, as ``predictions.similar_items`` shows them; no method of the contest.
SIMILAR = "similar_items"

Figures = Mapping[ContextKind, float]


@dataclass(frozen=True, slots=True)
class Lists:
    """How good lists are on the test window, and what the gate says of the version.

    Attributes
    ----------
    contexts
        How many there are of each kind.
    ndcg, recall
        At 20, means over the contexts of each kind, by method.
    chosen
        Method that the choice window chose.
    verdict
        Of the gate, where nobody serves yet.
    """

    contexts: Mapping[ContextKind, int]
    ndcg: Mapping[str, Figures]
    recall: Mapping[str, Figures]
    chosen: str
    verdict: Verdict


def lists_on(
    facts: ClicksFacts, frame: pd.DataFrame, config: RecommenderConfig, gate: RecommenderGateConfig
) -> Lists | None:
    """Train on a stream, hold the lists of all methods against its test window, and ask the gate.

    Parameters
    ----------
    facts, frame
        The stream as a training set.
    config, gate
        Settings.

    Returns
    -------
    Lists or None
        None where the stream is too short for a test window.
    """
    family = RecommenderFamily(QUESTION)
    with TemporaryDirectory(prefix="stream_") as folder:
        files = ModelFiles(Path(folder), Path(folder) / "reports", "", "")
        store_training_set(QUESTION, files, facts, frame, pd.DataFrame(columns=list(ITEM_COLUMNS)))
        trained = family.fit(files, config, "", lambda: None)
        write_text(files.training_facts(QUESTION.name), trained.facts.model_dump_json())
        record = family.measure(files, gate).record
        write_text(files.evaluation(QUESTION.name), record.model_dump_json())
        decision = decide(family.contest(files, gate).evidence(1), None, Terms())
    if not isinstance(record, RecommenderRecord) or not record.methods:
        return None
    similar = similar_hits(trained)
    return Lists(
        contexts={kind: counts.contexts for kind, counts in record.window.counts.items()} if record.window else {},
        ndcg=_figures(record, PRIMARY) | {SIMILAR: {kind: _mean(hits.ndcg(LENGTH)) for kind, hits in similar.items()}},
        recall=_figures(record, RECALL)
        | {SIMILAR: {kind: _mean(hits.recall(LENGTH)) for kind, hits in similar.items()}},
        chosen=record.chosen.value,
        verdict=decision.verdict,
    )


def similar_hits(trained: TrainedRecommender) -> dict[ContextKind, RankedLists]:
    """Return the hits of lists of the items most similar to the one viewed last, completed by popular items.

    Both are counted anew at each moment of the test window, as they are for every method.
    """
    clicks, moments, asked = trained.rows.clicks, trained.split.test, test_contexts(trained)
    timeline = Timeline(clicks, trained.facts.config, trained.split.horizon)
    lists = {kind: np.full((len(each), LENGTH), NO_ITEM, dtype=np.int64) for kind, each in asked.items()}
    for moment, kind, rows in asked_at(asked, moments):
        lists[kind][rows] = _similar_at(timeline.at(moment), asked[kind].take(rows).histories)
    return {
        kind: RankedLists.of(lists[kind], each.targets.items, each.targets.offsets)
        for kind, each in asked.items()
        if len(each)
    }


def _similar_at(as_of: AsOf, histories: Sessions) -> NDArray[np.int64]:
    """Return the lists of histories, items as the clicks number them."""
    popular, similar = as_of.counted(Method.POPULARITY).popular, as_of.similar
    last = as_of.numbered(histories).items[histories.offsets[1:] - 1]
    starts = np.where(last >= 0, similar.offsets[last], 0)
    lengths = np.where(last >= 0, np.minimum(similar.offsets[last + 1] - starts, LENGTH), 0)
    at = spans(starts, lengths)
    named = Ranked(
        context=np.repeat(np.arange(len(histories)), lengths),
        item=similar.items[at],
        score=similar.scores[at],
        is_fallback=np.zeros(len(at), dtype=np.bool_),
    )
    full = filled(named, popular, np.arange(len(histories)), LENGTH)
    lists = np.full((len(histories), LENGTH), NO_ITEM, dtype=np.int64)
    lists[full.context, full.places] = as_of.of_catalogue()[full.item]
    return lists


def _figures(record: RecommenderRecord, name: str) -> dict[str, Figures]:
    return {
        each.method.value: {kind: figures.figures[name].value or 0.0 for kind, figures in each.by_kind.items()}
        for each in record.methods
    }


def _mean(values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> float:
    return float(values.mean())
