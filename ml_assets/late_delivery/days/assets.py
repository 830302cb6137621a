"""The days to delivery as an asset: models, what their intervals covered, columns of the scores, tables of the card.

Belongs here: the asset, and what it leaves and shows. Does not belong here: fitting, measuring.
"""

from pathlib import Path

import dagster as dg
import pandas as pd

from ml_assets.classification.extras import Extras
from ml_assets.classification.question import Question
from ml_assets.classification.steps import stored_frame, stored_training_set
from ml_assets.classification.verdicts import in_words
from ml_assets.family.steps import newest_version
from ml_assets.files import ModelFiles, write_text
from ml_assets.keys import MACHINE_LEARNING, Step, model_asset_key
from ml_assets.late_delivery.days.config import DeliveryDaysConfig
from ml_assets.late_delivery.days.evaluate import evaluate_days
from ml_assets.late_delivery.days.evaluation import Coverage, DeliveryDaysEvaluation
from ml_assets.late_delivery.days.fitted import FittedDays
from ml_assets.registry.tracking import ModelRegistry
from ml_assets.reports.plain_card import FactsTable

COVERAGE_CHECK = "interval_covers"
# What the share covered may differ from what was aimed at, over all months that are looked at.
COVERAGE_TOLERANCE = 0.03
_FOLDER = "delivery_days"


def days_folder(files: ModelFiles, question: Question) -> Path:
    """Return the folder of the fitted days."""
    return files.work_dir / question.name / _FOLDER


def days_evaluation(files: ModelFiles, question: Question) -> Path:
    """Return where it is said what the intervals covered."""
    return files.work_dir / question.name / f"{_FOLDER}.json"


def days_key(question: Question) -> dg.AssetKey:
    """Return the key of the asset of a question's days to delivery."""
    return dg.AssetKey([*model_asset_key(question.name, Step.MODEL).path[:-1], f"{question.name}_{_FOLDER}"])


def extras_of(question: Question) -> Extras:
    """Return the columns and tables that the days to delivery add to a question."""

    def columns(files: ModelFiles, rows: pd.DataFrame) -> pd.DataFrame:
        asked_at = rows[question.as_of_column].to_numpy(dtype="datetime64[us]")
        return FittedDays.load(days_folder(files, question)).predict(rows, asked_at)

    def tables(files: ModelFiles) -> tuple[FactsTable, ...]:
        measured = DeliveryDaysEvaluation.model_validate_json(days_evaluation(files, question).read_text())
        return (coverage_table(measured),)

    return Extras(asset=days_key(question), columns=columns, tables=tables)


def build_days_asset(question: Question, group: str, code_version: str) -> dg.AssetsDefinition:
    """Return the asset of a question's days to delivery."""

    @dg.asset(
        key=days_key(question),
        deps=[model_asset_key(question.name, Step.MODEL)],
        group_name=group,
        owners=[MACHINE_LEARNING],
        kinds={"python", "xgboost"},
        code_version=code_version,
        description="Days to delivery with an interval, recalibrated every week on what was known by then.",
        check_specs=[
            dg.AssetCheckSpec(
                COVERAGE_CHECK, asset=days_key(question), description="The intervals cover what they aim at."
            )
        ],
    )
    def delivery_days(
        config: DeliveryDaysConfig,
        model_files: dg.ResourceParam[ModelFiles],
        registry: dg.ResourceParam[ModelRegistry],
    ) -> dg.MaterializeResult:  # type: ignore[type-arg]
        measured = make_days(question, model_files, registry, config)
        return dg.MaterializeResult(metadata=days_metadata(measured), check_results=[coverage_result(measured)])

    return delivery_days


def make_days(
    question: Question, files: ModelFiles, registry: ModelRegistry, config: DeliveryDaysConfig
) -> DeliveryDaysEvaluation:
    """Fit and measure the days, and leave both beside the question's other files and on its newest version's run."""
    until = stored_training_set(question, files).until
    fitted, measured = evaluate_days(stored_frame(question, files), until, config)
    folder, record = days_folder(files, question), days_evaluation(files, question)
    files.replace_folder(folder, fitted.save)
    write_text(record, measured.model_dump_json(indent=2))
    version = newest_version(question.name, files, registry)
    figures = {} if measured.pooled is None else {"delivery_days_covered": measured.pooled.covered.value or 0.0}
    registry.log_evaluation(version, figures, {_FOLDER: folder, f"{_FOLDER}.json": record})
    return measured


def coverage_result(measured: DeliveryDaysEvaluation) -> dg.AssetCheckResult:
    """Return whether the intervals cover about what they aim at; where nothing could be counted, they pass."""
    covered = measured.pooled.covered.value if measured.pooled else None
    return dg.AssetCheckResult(
        check_name=COVERAGE_CHECK,
        passed=covered is None or abs(covered - measured.aimed_at) <= COVERAGE_TOLERANCE,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"found": " ".join(measured.remarks), "covered": "not measurable" if covered is None else covered},
    )


def days_metadata(measured: DeliveryDaysEvaluation) -> dict[str, dg.MetadataValue]:
    """Return what the asset shows: coverage and width of the newest months together, and month by month."""
    shown: dict[str, dg.MetadataValue] = {"models": dg.MetadataValue.int(measured.models)}
    if measured.pooled is not None:
        shown["covered"] = dg.MetadataValue.text(in_words(measured.pooled.covered))
        shown["mean width in days"] = dg.MetadataValue.float(measured.pooled.mean_width)
    if measured.by_month:
        header = coverage_table(measured).header
        records = [dg.TableRecord(dict(zip(header, row, strict=True))) for row in coverage_table(measured).rows]
        shown["by month"] = dg.MetadataValue.table(records)
    return shown


def coverage_table(measured: DeliveryDaysEvaluation) -> FactsTable:
    """Return coverage and width by month, beside the promise, as a table of the card."""
    rows = [(f"{each.month:%Y-%m}", each.coverage) for each in measured.by_month]
    if measured.pooled is not None:
        rows.append((f"newest {measured.pooled_months} months", measured.pooled))
    rows += list(measured.comparisons.items())
    return FactsTable(
        title="Days to delivery",
        words=f"Each order has an interval that shall hold {measured.aimed_at:.0%} of the deliveries. "
        + " ".join(measured.remarks),
        header=("orders of", "delivered", "covered", "mean width, days", "promised, days", "error of the median, days"),
        rows=tuple((name, *_cells(coverage)) for name, coverage in rows),
    )


def _cells(coverage: Coverage) -> tuple[str, ...]:
    return (
        f"{coverage.delivered:,}",
        f"{coverage.covered.value or 0.0:.1%}",
        f"{coverage.mean_width:.1f}",
        f"{coverage.mean_promised:.1f}",
        f"{coverage.median_absolute_error:.1f}",
    )
