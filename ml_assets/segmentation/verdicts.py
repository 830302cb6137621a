"""What the checks of a segmentation say of its record: words, beside whether they pass.

Belongs here: pure judgements that warn, and what of them keeps a version from serving. Does not belong here: who serves
(``registry.promotion``), Dagster.
"""

from __future__ import annotations

from ml_assets.classification.verdicts import in_words
from ml_assets.family.records import Judgement
from ml_assets.segmentation.config import SegmentGateConfig
from ml_assets.segmentation.evaluate import GRID_SEGMENTS
from ml_assets.segmentation.evaluation import SegmentationEvaluation
from ml_assets.segmentation.record import SegmentationRecord
from ml_assets.segmentation.rules import RFM_GRID

# The grid in both readings: the segments that would serve, and all of its cells.
GRIDS = (GRID_SEGMENTS, RFM_GRID)
_NOTHING_LEARNED = "nothing was learned: the grid stands alone"


def judged_stability(record: SegmentationRecord) -> Judgement:
    """Pass if the learned segments are more stable than those of data without structure, for certain."""
    learned = record.learned
    if learned is None:
        return Judgement(True, _NOTHING_LEARNED)
    relation = "above" if learned.is_structured else "not above"
    return Judgement(
        learned.is_structured,
        f"resamples agree by {in_words(learned.stability)}, those of data without structure by "
        f"{in_words(learned.null_stability)}: {relation} the null with regard to all {len(learned.trials)} settings "
        "that were tried",
    )


def judged_separation(record: SegmentationRecord) -> Judgement:
    """Pass if the learned segments tell later spend better apart than the grid in both readings, for certain."""
    learned = record.learned
    if learned is None:
        return Judgement(True, _NOTHING_LEARNED)
    gains = {each.name: each.gain for each in learned.separations if each.name in GRIDS and each.gain is not None}
    if not gains:
        return Judgement(False, "no later spend is known by which segments could beat the grid")
    words = "; ".join(f"{in_words(gain)} better than the {name.replace('_', ' ')}" for name, gain in gains.items())
    return Judgement(
        all(gain.low is not None and gain.low > 0 for gain in gains.values()), f"normalised Gini of later spend {words}"
    )


def judged_sizes(record: SegmentationRecord, config: SegmentGateConfig) -> Judgement:
    """Pass if no learned segment is too small to be worth a name."""
    share = record.smallest_share
    if share is None:
        return Judgement(True, _NOTHING_LEARNED)
    return Judgement(
        share >= config.smallest_share,
        f"the smallest segment has {share:.1%} of the customers, {config.smallest_share:.1%} are needed",
    )


def fault_of(learned: SegmentationEvaluation, record: SegmentationRecord, config: SegmentGateConfig) -> str | None:
    """Return why learned segments must not serve however well they tell spend apart, or None."""
    judgements = [judged_stability(record), judged_sizes(record, config)]
    faults = [judgement.words for judgement in judgements if not judgement.passed]
    if learned.names_kept < config.least_names_kept:
        faults.append(
            f"two refits give {learned.names_kept:.1%} of the customers the same name, "
            f"{config.least_names_kept:.1%} are needed"
        )
    return "; ".join(faults) or None
