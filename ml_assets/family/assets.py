"""The five assets of every model: training set, model, evaluation, promotion, scores.

Belongs here: decorated functions of a few lines, and their checks. Does not belong here: what a step does (``steps``,
``gate``, ``scoring``, the families), what it shows (``shown``), which models there are (``ml_assets.definitions``).
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import TypeVar

import dagster as dg

from ml_assets.contract import TableName
from ml_assets.family.family import Family
from ml_assets.family.gate import promote
from ml_assets.family.pages import write_card
from ml_assets.family.records import Check, Judgement
from ml_assets.family.scoring import score
from ml_assets.family.shown import outcome_metadata, scores_metadata
from ml_assets.family.steps import fit_and_register, measure_version
from ml_assets.files import ModelFiles
from ml_assets.keys import MACHINE_LEARNING, Step, model_asset_key
from ml_assets.registry.tracking import ModelRegistry
from ml_assets.warehouse import Warehouse

SCHEMA_CHECK = "schema_of_scores"

_SCHEMA = Check(SCHEMA_CHECK, "Columns, ranges, bands and keys are as declared.")
_OWNERS = [MACHINE_LEARNING]
_KINDS = {"python"}
_Step = TypeVar("_Step", bound=Callable[..., object])


def configured(config: type[dg.Config]) -> Callable[[_Step], _Step]:
    """Give a step the type of its family's config: Dagster takes it from the annotation of the argument.

    Parameters
    ----------
    config
        The type in whose place the step names any config.
    """

    def with_config(step: _Step) -> _Step:
        step.__annotations__["config"] = config
        return step

    return with_config


def build_family_assets(family: Family, group: str, pool: str, code_version: str) -> list[dg.AssetsDefinition]:
    """Return the five assets of a model, each made from the one before.

    Parameters
    ----------
    family
        The model, and how its kind is made.
    group
        Group under which they show.
    pool
        Pool that whatever touches the warehouse takes.
    code_version
        Of the code that decides what they become.
    """
    keys = {step: model_asset_key(family.name, step) for step in Step}
    checks = {**family.checks, Step.SCORES: (_SCHEMA, *family.checks.get(Step.SCORES, ()))}

    @dg.asset(
        key=keys[Step.TRAINING_SET],
        deps=[_asset_of(table) for table in family.tables],
        description=family.descriptions[Step.TRAINING_SET],
        check_specs=specs_of(keys[Step.TRAINING_SET], checks[Step.TRAINING_SET]),
        pool=pool,
        group_name=group,
        owners=_OWNERS,
        kinds=_KINDS,
        code_version=code_version,
    )
    @configured(family.configs[Step.TRAINING_SET])
    def training_set(
        config: dg.Config, warehouse: dg.ResourceParam[Warehouse], model_files: dg.ResourceParam[ModelFiles]
    ) -> dg.MaterializeResult:  # type: ignore[type-arg]
        made = family.make_training_set(warehouse, model_files, config)
        return dg.MaterializeResult(
            metadata=made.metadata, check_results=results_of(checks[Step.TRAINING_SET], made.judgements)
        )

    @dg.asset(
        key=keys[Step.MODEL],
        deps=[keys[Step.TRAINING_SET]],
        description=family.descriptions[Step.MODEL],
        group_name=group,
        owners=_OWNERS,
        kinds=_KINDS,
        code_version=code_version,
    )
    @configured(family.configs[Step.MODEL])
    def model(
        context: dg.AssetExecutionContext,
        config: dg.Config,
        model_files: dg.ResourceParam[ModelFiles],
        registry: dg.ResourceParam[ModelRegistry],
    ) -> dg.MaterializeResult:  # type: ignore[type-arg]
        facts, trained = fit_and_register(family, model_files, registry, config, code_version, context.run.run_id)
        return dg.MaterializeResult(metadata={"version": facts.version, "chosen": facts.chosen, **trained.metadata})

    @dg.asset(
        key=keys[Step.EVALUATION],
        deps=[keys[Step.MODEL]],
        description=family.descriptions[Step.EVALUATION],
        check_specs=specs_of(keys[Step.EVALUATION], checks[Step.EVALUATION]),
        group_name=group,
        owners=_OWNERS,
        kinds=_KINDS,
        code_version=code_version,
    )
    @configured(family.configs[Step.EVALUATION])
    def evaluation(
        config: dg.Config, model_files: dg.ResourceParam[ModelFiles], registry: dg.ResourceParam[ModelRegistry]
    ) -> dg.MaterializeResult:  # type: ignore[type-arg]
        shown = measure_version(family, model_files, registry, config).shown
        return dg.MaterializeResult(
            metadata=shown.metadata, check_results=results_of(checks[Step.EVALUATION], shown.judgements)
        )

    @dg.asset(
        key=keys[Step.PROMOTION],
        deps=[keys[Step.EVALUATION], *family.beside],
        description="Whether the version serves from now on, and why; the record is a row of ops.promotions.",
        pool=pool,
        group_name=group,
        owners=_OWNERS,
        kinds=_KINDS,
        code_version=code_version,
    )
    @configured(family.configs[Step.PROMOTION])
    def promotion(
        context: dg.AssetExecutionContext,
        config: dg.Config,
        warehouse: dg.ResourceParam[Warehouse],
        model_files: dg.ResourceParam[ModelFiles],
        registry: dg.ResourceParam[ModelRegistry],
    ) -> dg.MaterializeResult:  # type: ignore[type-arg]
        now = _now()
        outcome = promote(family, warehouse, model_files, registry, config, context.run.run_id, now)
        card = write_card(family, model_files, registry, outcome, config, now)
        return dg.MaterializeResult(metadata=outcome_metadata(outcome, model_files.url(card)))

    @dg.asset(
        key=keys[Step.SCORES],
        deps=[keys[Step.PROMOTION], _asset_of(family.asked)],
        description="The champion's answers to the newest rows.",
        metadata={"dagster/table_name": str(family.scores.name)},
        check_specs=specs_of(keys[Step.SCORES], checks[Step.SCORES]),
        pool=pool,
        group_name=group,
        owners=_OWNERS,
        kinds=_KINDS,
        code_version=code_version,
    )
    @configured(family.configs[Step.SCORES])
    def scores(
        config: dg.Config,
        warehouse: dg.ResourceParam[Warehouse],
        model_files: dg.ResourceParam[ModelFiles],
        registry: dg.ResourceParam[ModelRegistry],
    ) -> dg.MaterializeResult:  # type: ignore[type-arg]
        scored = score(family, warehouse, model_files, registry, config, _now())
        found = Judgement(not scored.problems, "; ".join(scored.problems) or "all are")
        return dg.MaterializeResult(
            metadata=scores_metadata(scored),
            check_results=results_of(checks[Step.SCORES], {**scored.judgements, SCHEMA_CHECK: found}),
        )

    return [training_set, model, evaluation, promotion, scores]


def _asset_of(table: TableName) -> dg.AssetKey:
    return dg.AssetKey([table.schema, table.name])


def specs_of(asset: dg.AssetKey, checks: Iterable[Check]) -> list[dg.AssetCheckSpec]:
    """Return checks as an asset declares them."""
    return [
        dg.AssetCheckSpec(each.name, asset=asset, description=each.description, blocking=each.is_blocking)
        for each in checks
    ]


def results_of(checks: Iterable[Check], judgements: Mapping[str, Judgement]) -> list[dg.AssetCheckResult]:
    """Return what came of checks, each by the judgement of its name; one that does not block warns."""
    return [
        dg.AssetCheckResult(
            check_name=each.name,
            passed=judgements[each.name].passed,
            severity=dg.AssetCheckSeverity.ERROR if each.is_blocking else dg.AssetCheckSeverity.WARN,
            metadata={"found": judgements[each.name].words},
        )
        for each in checks
    ]


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)
