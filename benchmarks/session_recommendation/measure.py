"""What is measured of the recommender: how good its lists are, how long it takes, what it needs.

Belongs here: the figures. Does not belong here: reading files, pages.
"""

from __future__ import annotations

import resource
import time

import numpy as np

from ml_assets.recommender.session_config import SessionConfig
from ml_assets.recommender.session_model import SessionRecommender
from ml_assets.recommender.sessions import NextItems, Sessions

_COUNT = 20
_TIMED = 1000


def measured(sessions: Sessions, pairs: NextItems, config: SessionConfig) -> dict[str, object]:
    """Return the figures of the recommender that is fitted to sessions and asked pairs."""
    start = time.perf_counter()
    model = SessionRecommender.fit(sessions, config)
    fit_seconds = time.perf_counter() - start
    ranked = model.rank_many(pairs.prefixes, _COUNT)
    is_hit = ranked == pairs.targets[:, None]
    reciprocal = (is_hit / np.arange(1, _COUNT + 1)).sum(axis=1)
    times = []
    for row in np.linspace(0, len(pairs) - 1, min(_TIMED, len(pairs))).astype(int):
        start = time.perf_counter()
        model.rank(pairs.prefixes[row].tolist(), _COUNT)
        times.append(1000 * (time.perf_counter() - start))
    p50, p90, p99 = np.quantile(times, [0.5, 0.9, 0.99])
    return {
        "hr@20": 100 * float(is_hit.any(axis=1).mean()),
        "mrr@20": 100 * float(reciprocal.mean()),
        "fit_seconds": fit_seconds,
        "p50_ms": float(p50),
        "p90_ms": float(p90),
        "p99_ms": float(p99),
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
