"""Trees that order the candidates of a prefix.

Belongs here: growing them. Does not belong here: the rows they learn from (``training``).
"""

from __future__ import annotations

import numpy as np
import xgboost as xgb
from numpy.typing import NDArray

from ml_assets.recommender.ranking.training import Rows
from ml_assets.recommender.session_config import SessionConfig

_MEASURE = "ndcg@20"


def grown(rows: Rows, names: list[str], config: SessionConfig) -> xgb.Booster:
    """Return trees that order the candidates of a pair; they stop growing by sessions that they do not learn from.

    Parameters
    ----------
    rows
        Candidates of pairs.
    names
        Of the features.
    config
        Settings.
    """
    ranking = config.ranking
    sessions = np.unique(rows.session)
    stops = np.random.default_rng(config.seed).choice(
        sessions, int(len(sessions) * ranking.validation_share), replace=False
    )
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
    parameters = ranking.trees.model_dump(exclude={"max_rounds", "patience"}) | {
        "eval_metric": _MEASURE,
        "tree_method": "hist",
        "nthread": config.threads,
        "seed": config.seed,
    }
    if is_stop.any():
        booster = xgb.train(
            parameters,
            learned,
            num_boost_round=ranking.trees.max_rounds,
            evals=[(binned(is_stop, learned), "validation")],
            early_stopping_rounds=ranking.trees.patience,
            verbose_eval=False,
        )
        booster = booster[: booster.best_iteration + 1]
    else:
        booster = xgb.train(parameters, learned, num_boost_round=ranking.trees.max_rounds)
    booster.set_param({"nthread": 1})
    return booster
