"""The order of candidates: trees, one set for each kind of context.

Belongs here: asking and saving them. Does not belong here: candidates (``first_stage``), what trees learn from
(``lessons``), how they grow (``ranking``).

What a visitor does next within a session and what they come back for follow different orders, so each kind of context
has trees of its own over the same candidates.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
import xgboost as xgb

from ml_assets.recommender.contexts import ContextKind
from ml_assets.recommender.first_stage import FirstStage
from ml_assets.recommender.ranking.features import features
from ml_assets.recommender.scores import Scores
from ml_assets.recommender.sessions import Sessions

# A kind of which too little was learned has none.
Orders = Mapping[ContextKind, xgb.Booster]


def margins(trees: xgb.Booster, stage: FirstStage, histories: Sessions) -> Scores:
    """Return the candidates of histories with what trees say of them, more is better."""
    query, retrieved = stage.candidates(histories)
    if not len(retrieved.candidates):
        return Scores(retrieved.candidates, np.empty((0, 1)), query.n_items)
    columns = features(query, retrieved, stage.table)
    margin = trees.inplace_predict(columns, predict_type="margin")
    return Scores(retrieved.candidates, margin.astype(np.float64)[:, None], query.n_items)


def save_orders(orders: Orders, folder: Path) -> None:
    """Write the trees of each kind into a folder, in XGBoost's own format."""
    for kind, trees in orders.items():
        trees.save_model(folder / _file(kind))


def load_orders(folder: Path, kinds: Iterable[ContextKind]) -> Orders:
    """Return the trees of some kinds that ``save_orders`` wrote.

    Raises
    ------
    FileNotFoundError
        If those of a kind are missing.
    """
    files = {kind: folder / _file(kind) for kind in kinds}
    for file in files.values():
        if not file.is_file():
            raise FileNotFoundError(f"{file} is missing; register the version again")
    return {kind: xgb.Booster({"nthread": 1}, model_file=file) for kind, file in files.items()}


def _file(kind: ContextKind) -> str:
    return f"order_of_{kind}.ubj"
