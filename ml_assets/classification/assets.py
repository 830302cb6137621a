"""The assets of a question: training set, model, evaluation, promotion, scores.

Belongs here: decorated functions of a few lines, and their checks. Does not belong here: what a step does (``steps``,
``gate``, ``scoring``), what it shows (``shown``), which questions there are (``churn``, ``late_delivery``).
"""

from datetime import UTC, datetime
from functools import partial

import dagster as dg

from ml_assets.classification.extras import Extras
from ml_assets.classification.gate import GateConfig, promote
from ml_assets.classification.pages import write_card
from ml_assets.classification.question import Question
from ml_assets.classification.scoring import score
from ml_assets.classification.shown import (
    candidates_metadata,
    evaluation_metadata,
    folds_metadata,
    outcome_metadata,
    scores_metadata,
)
from ml_assets.classification.steps import fit_and_register, make_training_set, measure_version
from ml_assets.classification.verdicts import Judgement, judged_against_rule, judged_calibration, judged_leaks
from ml_assets.config import EvaluationConfig, ScoringConfig, SplitConfig, TrainingConfig
from ml_assets.contract import OBSERVATION_WINDOWS, TableName
from ml_assets.files import ModelFiles
from ml_assets.keys import MACHINE_LEARNING, Step, model_asset_key
from ml_assets.predictions import PREDICTION_TABLES
from ml_assets.registry.tracking import ModelRegistry
from ml_assets.warehouse import Warehouse

TRAINING_SET_CHECK = "finite_and_in_range"
LEAK_CHECK = "no_leak"
CALIBRATION_CHECK = "calibrated"
BASELINE_CHECK = "beats_the_rule"
SCHEMA_CHECK = "schema_of_scores"

_OWNERS = [MACHINE_LEARNING]
_KINDS = {"python"}


class MeasurementConfig(dg.Config):
    """How a version is measured, and from what on its columns are suspected of a leak."""

    evaluation: EvaluationConfig = EvaluationConfig()
    gate: GateConfig = GateConfig()


def build_question_assets(
    question: Question, group: str, pool: str, code_version: str, extras: Extras | None = None
) -> list[dg.AssetsDefinition]:
    """Return the five assets of a question, each made from the one before.

    Parameters
    ----------
    question
        What is asked.
    group
        Group under which they show.
    pool
        Pool that whatever touches the warehouse takes.
    code_version
        Of the code that decides what they become.
    extras
        Further columns of the scores and tables of the card, if there are any.
    """
    keys = {step: model_asset_key(question.name, step) for step in Step}

    @dg.asset(
        key=keys[Step.TRAINING_SET],
        deps=[_asset_of(question.table), _asset_of(OBSERVATION_WINDOWS)],
        description=f"Rows whose answer is known, whichever it is. {question.words} {question.population}",
        check_specs=[
            _spec(keys[Step.TRAINING_SET], TRAINING_SET_CHECK, "Answers are yes or no, numbers have an end.", True)
        ],
        pool=pool,
        group_name=group,
        owners=_OWNERS,
        kinds=_KINDS,
        code_version=code_version,
    )
    def training_set(
        config: SplitConfig, warehouse: dg.ResourceParam[Warehouse], model_files: dg.ResourceParam[ModelFiles]
    ) -> dg.MaterializeResult:  # type: ignore[type-arg]
        facts, problems = make_training_set(question, warehouse, model_files, config)
        return dg.MaterializeResult(
            metadata={"rows": facts.rows, "complete until": str(facts.complete_until), **folds_metadata(facts.folds)},
            check_results=[_result(TRAINING_SET_CHECK, Judgement(not problems, "; ".join(problems) or "all are"))],
        )

    @dg.asset(
        key=keys[Step.MODEL],
        deps=[keys[Step.TRAINING_SET]],
        description="The best candidate of the validation window, registered as a version.",
        group_name=group,
        owners=_OWNERS,
        kinds=_KINDS,
        code_version=code_version,
    )
    def model(
        context: dg.AssetExecutionContext,
        config: TrainingConfig,
        model_files: dg.ResourceParam[ModelFiles],
        registry: dg.ResourceParam[ModelRegistry],
    ) -> dg.MaterializeResult:  # type: ignore[type-arg]
        facts = fit_and_register(question, model_files, registry, config, code_version, context.run.run_id)
        return dg.MaterializeResult(
            metadata={"version": facts.version, "chosen": facts.chosen, **candidates_metadata(facts.candidates)}
        )

    @dg.asset(
        key=keys[Step.EVALUATION],
        deps=[keys[Step.MODEL]],
        description="What the version is worth on rows it has not seen, beside the rule, and month by month.",
        check_specs=[
            _spec(keys[Step.EVALUATION], LEAK_CHECK, "No column tells the answer by itself.", True),
            _spec(keys[Step.EVALUATION], CALIBRATION_CHECK, "What is said to happen as often does.", False),
            _spec(keys[Step.EVALUATION], BASELINE_CHECK, "The version is better than the rule.", False),
        ],
        group_name=group,
        owners=_OWNERS,
        kinds=_KINDS,
        code_version=code_version,
    )
    def evaluation(
        config: MeasurementConfig,
        model_files: dg.ResourceParam[ModelFiles],
        registry: dg.ResourceParam[ModelRegistry],
    ) -> dg.MaterializeResult:  # type: ignore[type-arg]
        measured = measure_version(question, model_files, registry, config.evaluation, config.gate.promotion)
        return dg.MaterializeResult(
            metadata=evaluation_metadata(measured),
            check_results=[
                _result(LEAK_CHECK, judged_leaks(measured)),
                _result(CALIBRATION_CHECK, judged_calibration(measured, config.gate.promotion), is_error=False),
                _result(BASELINE_CHECK, judged_against_rule(measured), is_error=False),
            ],
        )

    @dg.asset(
        key=keys[Step.PROMOTION],
        deps=[keys[Step.EVALUATION], *([extras.asset] if extras else [])],
        description="Whether the version serves from now on, and why; the record is a row of ops.promotions.",
        pool=pool,
        group_name=group,
        owners=_OWNERS,
        kinds=_KINDS,
        code_version=code_version,
    )
    def promotion(
        context: dg.AssetExecutionContext,
        config: GateConfig,
        warehouse: dg.ResourceParam[Warehouse],
        model_files: dg.ResourceParam[ModelFiles],
        registry: dg.ResourceParam[ModelRegistry],
    ) -> dg.MaterializeResult:  # type: ignore[type-arg]
        now = _now()
        outcome = promote(question, warehouse, model_files, registry, config, context.run.run_id, now)
        card = write_card(
            question, model_files, registry, outcome, config, now, extras.tables(model_files) if extras else ()
        )
        return dg.MaterializeResult(metadata=outcome_metadata(outcome, model_files.url(card)))

    @dg.asset(
        key=keys[Step.SCORES],
        deps=[keys[Step.PROMOTION], _asset_of(question.table)],
        description="The champion's answers to the newest rows, each with its reasons.",
        metadata={"dagster/table_name": str(PREDICTION_TABLES[question.name].name)},
        check_specs=[_spec(keys[Step.SCORES], SCHEMA_CHECK, "Columns, ranges, bands and keys are as declared.", True)],
        pool=pool,
        group_name=group,
        owners=_OWNERS,
        kinds=_KINDS,
        code_version=code_version,
    )
    def scores(
        config: ScoringConfig,
        warehouse: dg.ResourceParam[Warehouse],
        model_files: dg.ResourceParam[ModelFiles],
        registry: dg.ResourceParam[ModelRegistry],
    ) -> dg.MaterializeResult:  # type: ignore[type-arg]
        further = partial(extras.columns, model_files) if extras else None
        scored = score(question, warehouse, registry, config, _now(), further)
        problems = scored.problems
        return dg.MaterializeResult(
            metadata=scores_metadata(scored),
            check_results=[_result(SCHEMA_CHECK, Judgement(not problems, "; ".join(problems) or "all are"))],
        )

    return [training_set, model, evaluation, promotion, scores]


def _asset_of(table: TableName) -> dg.AssetKey:
    return dg.AssetKey([table.schema, table.name])


def _spec(asset: dg.AssetKey, name: str, description: str, blocking: bool) -> dg.AssetCheckSpec:
    return dg.AssetCheckSpec(name, asset=asset, description=description, blocking=blocking)


def _result(name: str, judgement: Judgement, *, is_error: bool = True) -> dg.AssetCheckResult:
    severity = dg.AssetCheckSeverity.ERROR if is_error else dg.AssetCheckSeverity.WARN
    return dg.AssetCheckResult(
        check_name=name, passed=judgement.passed, severity=severity, metadata={"found": judgement.words}
    )


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)
