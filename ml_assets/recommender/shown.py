"""What the assets of a recommender show of themselves in the UI.

Belongs here: facts and figures as Dagster's metadata. Does not belong here: making them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import dagster as dg

from ml_assets.classification.verdicts import in_words
from ml_assets.metrics.estimate import Estimate
from ml_assets.recommender.contexts import ContextKind
from ml_assets.recommender.evaluation import PRIMARY, ChoiceRecord, RecommenderRecord

if TYPE_CHECKING:
    from ml_assets.recommender.training_set import ClicksFacts

Metadata = Mapping[str, dg.MetadataValue]


def clicks_metadata(facts: ClicksFacts) -> Metadata:
    """Return which events were stored."""
    return {
        "dagster/row_count": dg.MetadataValue.int(facts.rows),
        "complete until": dg.MetadataValue.text(str(facts.complete_until or "no day")),
        "visitors": dg.MetadataValue.int(facts.visitors),
        "sessions": dg.MetadataValue.int(facts.sessions),
        "items": dg.MetadataValue.int(facts.items),
    }


def choice_metadata(choice: Iterable[ChoiceRecord], lessons: Mapping[ContextKind, int], remark: str) -> Metadata:
    """Return what was tried as a table, what was learned from, and why nothing was learned if so."""
    records = [dg.TableRecord({"method": each.method.value, PRIMARY: f"{each.value:.4f}"}) for each in choice]
    return {
        **({"tried": dg.MetadataValue.table(records)} if records else {}),
        **{f"lessons of a {kind}": dg.MetadataValue.int(count) for kind, count in lessons.items()},
        **({"nothing learned": dg.MetadataValue.text(remark)} if remark else {}),
    }


def record_metadata(record: RecommenderRecord) -> Metadata:
    """Return the figures that a look at the asset should answer."""
    rows = [
        dg.TableRecord(
            {
                "method": each.method.value,
                PRIMARY: in_words(each.overall),
                "better than the rule": in_words(each.gain or Estimate(value=None)),
                "coverage": "none" if each.coverage is None else f"{each.coverage:.1%}",
                **{f"of a {kind}": in_words(figures.figures[PRIMARY]) for kind, figures in each.by_kind.items()},
            }
        )
        for each in record.methods
    ]
    return {
        "version": dg.MetadataValue.text(record.version),
        "chosen": dg.MetadataValue.text(record.chosen.value),
        "contexts": dg.MetadataValue.int(record.window.contexts if record.window else 0),
        **({"methods": dg.MetadataValue.table(rows)} if rows else {}),
        **{
            f"targets held by {stage.name}": dg.MetadataValue.text(
                f"{stage.recall_20:.1%} in 20, {stage.recall_all:.1%}"
            )
            for stage in record.stages
        },
    }
