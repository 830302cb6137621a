"""What the order of candidates is learned from: sessions scored by statistics that do not know them.

Belongs here: stretches of sessions, rows to learn from, growing the trees. Does not belong here: features, retrievers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import xgboost as xgb
from numpy.typing import NDArray

from ml_assets.recommender.query import Query
from ml_assets.recommender.ranking.features import feature_names, features
from ml_assets.recommender.ranking.item_table import item_table
from ml_assets.recommender.retrieval.retrievers import Retrieved, Retrievers
from ml_assets.recommender.session_config import RankingConfig, SessionConfig
from ml_assets.recommender.sessions import NextItems, Sessions

_BATCH = 500


@dataclass(frozen=True, slots=True)
class Rows:
    """Candidates to learn from; those of a pair stand together.

    Attributes
    ----------
    matrix
        Features, shape (rows, columns).
    is_target
        Whether the candidate came next.
    pair
        Number of the pair, ascending.
    session
        Number of the session of each row.
    """

    matrix: NDArray[np.float32]
    is_target: NDArray[np.bool_]
    pair: NDArray[np.int64]
    session: NDArray[np.int64]


def rolling_stretches(n_sessions: int, config: RankingConfig) -> list[tuple[int, int]]:
    """Return first and last + 1 session of the newest stretches, the oldest first.

    A stretch is scored by the sessions before it, as new sessions will be: so none counts in the statistics that score
    it, and its neighbours are as old as they will be. All stretches together take at most half of the sessions.
    """
    size = max(1, min(config.fold_sessions, n_sessions // (2 * config.folds)))
    return [(n_sessions - size * fold, n_sessions - size * (fold - 1)) for fold in range(config.folds, 0, -1)]


def training_rows(sessions: Sessions, n_items: int, config: SessionConfig) -> tuple[Rows, list[str]]:
    """Return the rows of all stretches and the names of their columns."""
    ranking = config.ranking
    random = np.random.default_rng(config.seed)
    parts: list[Rows] = []
    names: list[str] = []
    for start, end in rolling_stretches(len(sessions), ranking):
        past = sessions.take(np.arange(start))
        stretch = sessions.take(np.arange(start, end))
        is_known = np.isin(stretch.items, past.items)
        pairs = NextItems.of(stretch.keep(is_known))
        wanted = min(len(pairs), ranking.max_pairs // ranking.folds)
        pairs = pairs.take(np.sort(random.choice(len(pairs), wanted, replace=False)))
        retrievers = Retrievers.fit(past, n_items, config.retrieval)
        table = item_table(past, n_items, ranking.new, ranking.newest)
        names = feature_names(retrievers.by_name)
        for rows in _rows_of(retrievers, table, pairs, ranking, random):
            first = parts[-1].pair[-1] + 1 if parts else 0
            parts.append(Rows(rows.matrix, rows.is_target, rows.pair + first, rows.session + start))
    return Rows(*(np.concatenate([getattr(part, field) for part in parts]) for field in Rows.__slots__)), names


def _rows_of(
    retrievers: Retrievers,
    table: NDArray[np.float32],
    pairs: NextItems,
    config: RankingConfig,
    random: np.random.Generator,
) -> Iterator[Rows]:
    n_items, max_age = retrievers.n_items, retrievers.config.max_age
    for start in range(0, len(pairs), _BATCH):
        batch = pairs.take(np.arange(start, min(len(pairs), start + _BATCH)))
        query = Query.of(batch.prefixes, n_items, max_age)
        retrieved = retrievers.retrieve(query)
        row = retrieved.candidates // n_items
        is_target = retrieved.candidates % n_items == batch.targets[row]
        has_target = np.zeros(len(batch), dtype=np.bool_)
        has_target[row[is_target]] = True
        kept = has_target[row] & (is_target | _learned(retrieved, row, config, random))
        chosen = Retrieved(retrieved.scores, retrieved.ranks, retrieved.candidates[kept], retrieved.fused[kept])
        yield Rows(features(query, chosen, table), is_target[kept], row[kept], batch.session[row[kept]])


def _learned(
    retrieved: Retrieved, row: NDArray[np.int64], config: RankingConfig, random: np.random.Generator
) -> NDArray[np.bool_]:
    """Return which candidates are learned from: the best of each pair and some of the others."""
    start = np.searchsorted(row, row)
    order = np.lexsort((-retrieved.fused, row))
    rank = np.empty(len(row), dtype=np.int64)
    rank[order] = np.arange(len(row)) - start
    is_head = rank < config.head
    order = np.lexsort((random.random(len(row)), is_head, row))
    drawn = np.empty(len(row), dtype=np.int64)
    drawn[order] = np.arange(len(row)) - start
    return is_head | (drawn < config.tail)


def grown(rows: Rows, names: list[str], config: SessionConfig) -> xgb.Booster:
    """Return trees that order the candidates of a pair; they stop growing by sessions that they do not learn from."""
    ranking = config.ranking
    sessions = np.unique(rows.session)
    random = np.random.default_rng(config.seed)
    stops = random.choice(sessions, max(1, int(len(sessions) * ranking.validation_share)), replace=False)
    is_stop = np.isin(rows.session, stops)

    def binned(chosen: NDArray[np.bool_], reference: xgb.QuantileDMatrix | None) -> xgb.QuantileDMatrix:
        return xgb.QuantileDMatrix(
            rows.matrix[chosen],
            rows.is_target[chosen],
            qid=rows.pair[chosen],
            feature_names=names,
            ref=reference,
            nthread=config.threads,
        )

    learned = binned(~is_stop, None)
    parameters = {
        "objective": ranking.objective,
        "eval_metric": "ndcg@20",
        "eta": ranking.eta,
        "max_depth": ranking.max_depth,
        "min_child_weight": ranking.min_child_weight,
        "subsample": ranking.subsample,
        "colsample_bytree": ranking.colsample_bytree,
        "tree_method": "hist",
        "nthread": config.threads,
        "seed": config.seed,
    }
    booster = xgb.train(
        parameters,
        learned,
        num_boost_round=ranking.max_rounds,
        evals=[(binned(is_stop, learned), "validation")],
        early_stopping_rounds=ranking.patience,
        verbose_eval=False,
    )
    return booster[: booster.best_iteration + 1]
