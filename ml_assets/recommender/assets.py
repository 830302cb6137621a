"""The asset of similar items, beside those that every model has.

Belongs here: a decorated function of a few lines, and its check. Does not belong here: how items are likened
(``similar``), the assets of every model (``ml_assets.family``).
"""

from datetime import UTC, datetime

import dagster as dg

from ml_assets.family.assets import SCHEMA_CHECK
from ml_assets.family.scoring import NoChampionError, Scored, clear_standing, write_answers
from ml_assets.family.shown import scores_metadata
from ml_assets.keys import MACHINE_LEARNING, Step, model_asset_key
from ml_assets.predictions import SIMILAR_ITEMS
from ml_assets.recommender.question import RecommenderQuestion
from ml_assets.recommender.scoring import asked_now
from ml_assets.recommender.similar_rows import SimilarItemsConfig, similar_answers
from ml_assets.registry.names import CHAMPION
from ml_assets.registry.tracking import ModelRegistry
from ml_assets.warehouse import Warehouse


def build_similar_items_asset(
    question: RecommenderQuestion, group: str, pool: str, code_version: str
) -> dg.AssetsDefinition:
    """Return the asset of the items that are like each other, as the version that serves knows them.

    Parameters
    ----------
    question
        The recommender.
    group, pool, code_version
        As for the other assets of the model.
    """
    key = dg.AssetKey(SIMILAR_ITEMS.asset_key)

    @dg.asset(
        key=key,
        deps=[
            model_asset_key(question.name, Step.PROMOTION),
            *(dg.AssetKey([table.schema, table.name]) for table in (question.events, question.items)),
        ],
        description="For every item with support, the items that are viewed in the same sessions.",
        metadata={"dagster/table_name": str(SIMILAR_ITEMS.name)},
        check_specs=[
            dg.AssetCheckSpec(
                SCHEMA_CHECK, asset=key, description="Columns, ranges and keys are as declared.", blocking=True
            )
        ],
        pool=pool,
        group_name=group,
        owners=[MACHINE_LEARNING],
        kinds={"python"},
        code_version=code_version,
    )
    def similar_items(
        config: SimilarItemsConfig,
        warehouse: dg.ResourceParam[Warehouse],
        registry: dg.ResourceParam[ModelRegistry],
    ) -> dg.MaterializeResult:  # type: ignore[type-arg]
        scored = fill_similar_items(question, warehouse, registry, config, datetime.now(UTC).replace(tzinfo=None))
        return dg.MaterializeResult(
            metadata=scores_metadata(scored),
            check_results=[
                dg.AssetCheckResult(
                    check_name=SCHEMA_CHECK,
                    passed=not scored.problems,
                    metadata={"found": "; ".join(scored.problems) or "all are"},
                )
            ],
        )

    return similar_items


def fill_similar_items(
    question: RecommenderQuestion,
    warehouse: Warehouse,
    registry: ModelRegistry,
    config: SimilarItemsConfig,
    now: datetime,
) -> Scored:
    """Write the similar items of the version that serves, unless something is wrong with them.

    Raises
    ------
    NoChampionError
        If no version serves.
    """
    version = registry.aliased(question.name, CHAMPION)
    if version is None:
        raise NoChampionError(f"no version of {question.name} serves: materialise its promotion")
    answers = similar_answers(registry.load(version), asked_now(question, warehouse), config)
    scored = write_answers(answers, version, SIMILAR_ITEMS, warehouse, now)
    if not scored.problems:
        clear_standing(warehouse, SIMILAR_ITEMS, scored, answers.standing, now)
    return scored
