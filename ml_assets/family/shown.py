"""What the assets of every model show of themselves in the UI.

Belongs here: decisions and scores as Dagster's metadata. Does not belong here: what only one kind of model shows.
"""

from __future__ import annotations

import dagster as dg

from ml_assets.family.gate import Outcome
from ml_assets.family.records import Metadata
from ml_assets.family.scoring import Scored
from ml_assets.predictions import BAND, BANDS, IS_BACKTEST

# Names under which the gate's decision is shown.
VERDICT = "verdict"
REASON = "reason"


def outcome_metadata(outcome: Outcome, card: str) -> Metadata:
    """Return what the gate decided, and where the card of the version is."""
    decision = outcome.decision
    return {
        VERDICT: dg.MetadataValue.text(decision.verdict.value),
        REASON: dg.MetadataValue.text(decision.reason),
        "serves": dg.MetadataValue.text(outcome.serving.number if outcome.serving else "nobody"),
        "model card": dg.MetadataValue.url(card),
    }


def scores_metadata(scored: Scored) -> Metadata:
    """Return how many rows were answered, by which version, and in which bands where answers have one."""
    counts = scored.frame[BAND].value_counts() if BAND in scored.frame else None
    return {
        "dagster/row_count": dg.MetadataValue.int(0 if scored.problems else len(scored.frame)),
        "version": dg.MetadataValue.text(scored.version),
        "rows kept as they were answered at the time": dg.MetadataValue.int(scored.kept),
        "rows with hindsight": dg.MetadataValue.int(int(scored.frame[IS_BACKTEST].sum())),
        **(
            {f"band {band}": dg.MetadataValue.int(int(counts.get(band, 0))) for band in BANDS}
            if counts is not None
            else {}
        ),
    }
