"""What the assets of a question show of themselves in the UI.

Belongs here: facts and figures as Dagster's metadata. Does not belong here: making them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import dagster as dg

from ml_assets.classification.evaluation import Candidate, Evaluation, FoldStatistics
from ml_assets.classification.verdicts import in_words

Metadata = Mapping[str, dg.MetadataValue]


def folds_metadata(folds: Iterable[FoldStatistics]) -> Metadata:
    """Return the parts of a training set as a table."""
    records = [
        dg.TableRecord(
            {
                "part": fold.name,
                "first period": str(fold.first_period or ""),
                "last period": str(fold.last_period or ""),
                "rows": fold.rows,
                "yes": fold.positives,
                "entities": fold.entities,
            }
        )
        for fold in folds
    ]
    return {"parts": dg.MetadataValue.table(records)} if records else {}


def candidates_metadata(candidates: Iterable[Candidate]) -> Metadata:
    """Return the candidates with their log-loss on the validation window."""
    records = [
        dg.TableRecord({"candidate": found.name, "validation log-loss": found.validation_log_loss or "none"})
        for found in candidates
    ]
    return {"candidates": dg.MetadataValue.table(records)} if records else {}


def evaluation_metadata(evaluation: Evaluation) -> Metadata:
    """Return the figures that a look at the asset should answer."""
    shown: dict[str, dg.MetadataValue] = {
        "version": dg.MetadataValue.text(evaluation.version),
        "chosen": dg.MetadataValue.text(evaluation.chosen),
    }
    if evaluation.test is not None:
        shown |= {
            f"test {metric.replace('_', ' ')}": dg.MetadataValue.text(in_words(getattr(evaluation.test, metric)))
            for metric in ("log_loss", "auc", "average_precision", "brier_skill", "lift")
        }
    if evaluation.mean_period_auc is not None:
        shown["rolling origin: mean AUC of the periods"] = dg.MetadataValue.text(in_words(evaluation.mean_period_auc))
    if evaluation.by_period:
        shown["rolling origin"] = dg.MetadataValue.table(
            [
                dg.TableRecord(
                    {
                        "period": str(found.period),
                        "rows": found.rows,
                        "yes": found.positives,
                        "AUC": in_words(found.model.auc),
                        "AUC of the rule": in_words(found.rule.auc),
                        "log-loss": in_words(found.model.log_loss),
                    }
                )
                for found in evaluation.by_period
            ]
        )
    return shown
