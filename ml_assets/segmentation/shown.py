"""What the assets of a segmentation show of themselves in the UI.

Belongs here: facts and figures as Dagster's metadata. Does not belong here: making them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import dagster as dg

from ml_assets.classification.verdicts import in_words
from ml_assets.metrics.estimate import Estimate
from ml_assets.segmentation.evaluation import SegmentProfile, Trial
from ml_assets.segmentation.record import SegmentationRecord

if TYPE_CHECKING:
    from ml_assets.segmentation.training_set import SnapshotsFacts

Metadata = Mapping[str, dg.MetadataValue]


def snapshots_metadata(facts: SnapshotsFacts) -> Metadata:
    """Return which snapshots were stored."""
    days = {"served": facts.served, "judged": facts.judged, "known": facts.known}
    return {
        "dagster/row_count": dg.MetadataValue.int(facts.rows),
        "complete until": dg.MetadataValue.text(str(facts.complete_until or "no day")),
        **{f"{role} snapshot": dg.MetadataValue.text(str(day or "none")) for role, day in days.items()},
    }


def trials_metadata(trials: Iterable[Trial], remark: str) -> Metadata:
    """Return what was tried as a table, and why nothing was learned if so."""
    records = [
        dg.TableRecord(
            {
                "method": trial.method,
                "setting": trial.setting,
                "segments": trial.segments,
                "smallest": f"{trial.smallest_share:.1%}",
                "stability": in_words(trial.stability),
                "of the null": in_words(trial.null_stability),
                "above the null": str(trial.exceeds_null),
                "separation": in_words(trial.separation or Estimate(value=None)),
                "silhouette": "none" if trial.silhouette is None else f"{trial.silhouette:.3f}",
                "obstacles": "; ".join(trial.obstacles),
            }
        )
        for trial in trials
    ]
    return {
        **({"tried": dg.MetadataValue.table(records)} if records else {}),
        **({"nothing learned": dg.MetadataValue.text(remark)} if remark else {}),
    }


def record_metadata(record: SegmentationRecord) -> Metadata:
    """Return the figures that a look at the asset should answer."""
    learned = record.learned
    shown: dict[str, dg.MetadataValue] = {
        "version": dg.MetadataValue.text(record.version),
        "chosen": dg.MetadataValue.text(record.chosen),
        **({"segments of the grid": _profiles(record.grid.profiles)} if record.grid.profiles else {}),
    }
    if learned is None:
        return shown
    return shown | {
        "segments": _profiles(learned.profiles),
        "stability": dg.MetadataValue.text(in_words(learned.stability)),
        "stability of the null": dg.MetadataValue.text(in_words(learned.null_stability)),
        "names kept": dg.MetadataValue.float(learned.names_kept),
        "silhouette": dg.MetadataValue.text("none" if learned.silhouette is None else f"{learned.silhouette:.3f}"),
        **{
            f"separation: {each.name.replace('_', ' ')}": dg.MetadataValue.text(in_words(each.gini))
            for each in learned.separations
        },
    }


def _profiles(profiles: Iterable[SegmentProfile]) -> dg.TableMetadataValue:
    return dg.MetadataValue.table(
        [
            dg.TableRecord(
                {
                    "segment": profile.name,
                    "customers": profile.customers,
                    "share": f"{profile.share:.1%}",
                    "spend afterwards": in_words(profile.mean_future_spend or Estimate(value=None)),
                }
            )
            for profile in profiles
        ]
    )
