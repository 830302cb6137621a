"""What the assets of a question of value show of themselves in the UI.

Belongs here: facts and figures as Dagster's metadata. Does not belong here: making them.
"""

from __future__ import annotations

import dagster as dg

from ml_assets.classification.verdicts import in_words
from ml_assets.cltv.evaluation import ValueEvaluation, ValueMetric
from ml_assets.cltv.train import Training
from ml_assets.family.records import Metadata


def candidates_metadata(training: Training) -> Metadata:
    """Return the candidates with their normalised Gini on the validation rows, and what could not be fitted."""
    records = [
        dg.TableRecord(
            {
                "candidate": found.name,
                "validation Gini": "none" if found.validation_gini is None else found.validation_gini,
            }
        )
        for found in training.candidates
    ]
    shown: dict[str, dg.MetadataValue] = {"candidates": dg.MetadataValue.table(records)} if records else {}
    return shown | ({"remarks": dg.MetadataValue.text("; ".join(training.remarks))} if training.remarks else {})


def evaluation_metadata(evaluation: ValueEvaluation) -> Metadata:
    """Return the figures that a look at the asset should answer."""
    shown: dict[str, dg.MetadataValue] = {
        "version": dg.MetadataValue.text(evaluation.version),
        "chosen": dg.MetadataValue.text(evaluation.chosen),
    }
    if evaluation.test is not None:
        shown |= {
            f"test {metric.replace('_', ' ')}": dg.MetadataValue.text(in_words(getattr(evaluation.test, metric)))
            for metric in ValueMetric
        }
    shown |= {
        f"Gini better than {name.replace('_', ' ')}": dg.MetadataValue.text(in_words(found))
        for name, found in evaluation.gains.items()
    }
    if evaluation.by_period:
        shown["rolling origin"] = dg.MetadataValue.table(
            [
                dg.TableRecord(
                    {
                        "period": str(found.period),
                        "rows": found.rows,
                        "with money": found.purchases,
                        "Gini": in_words(found.model.normalised_gini),
                        "Gini of the rule": in_words(found.rule.normalised_gini),
                    }
                )
                for found in evaluation.by_period
            ]
        )
    return shown
