"""The figures as the file of a measurement has them.

Belongs here: their names. Does not belong here: how they are measured.
"""

from __future__ import annotations

from benchmarks.session_recommendation.measure import Measured, Quality
from benchmarks.session_recommendation.ways import TWO_STAGES


def figures(found: Measured) -> dict[str, object]:
    """Return the figures as the file of a measurement has them; percent, milliseconds, seconds, MiB."""
    own = found.quality[TWO_STAGES]
    return {
        "hr@20": own.hit_rate.value,
        "mrr@20": own.reciprocal_rank.value,
        "fit_seconds": found.cost.fit_seconds,
        "fit_cpu_seconds": found.cost.fit_cpu_seconds,
        "p50_ms": found.cost.p50_ms,
        "p90_ms": found.cost.p90_ms,
        "p99_ms": found.cost.p99_ms,
        "p90_cpu_ms": found.cost.p90_cpu_ms,
        "peak_mib": found.cost.peak_mib,
        "sessions": found.n_sessions,
        "pairs": found.n_pairs,
        "items": found.n_items,
        "repeat_share": found.repeat_share,
        "candidate_recall": {f"@{depth}": value for depth, value in found.candidate_recall.items()},
        "ways": {name: _quality_figures(quality) for name, quality in found.quality.items()},
    }


def _quality_figures(quality: Quality) -> dict[str, object]:
    return {
        "hr@20": quality.hit_rate.model_dump(),
        "mrr@20": quality.reciprocal_rank.model_dump(),
        "repeat_hr@20": quality.repeat_hit_rate.model_dump(),
        "repeat_mrr@20": quality.repeat_reciprocal_rank.model_dump(),
        "novel_hr@20": quality.novel_hit_rate.model_dump(),
        "novel_mrr@20": quality.novel_reciprocal_rank.model_dump(),
        "ndcg@20": quality.ndcg.model_dump(),
        "coverage@20": quality.coverage,
        "popularity_bias@20": quality.popularity_bias,
    }
