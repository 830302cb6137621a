"""The scoreboard as an asset: every claim beside what was reached, as a table, a page and JSON.

Belongs here: the asset, and gathering what stands of each model. Does not belong here: how a row comes about and looks
(``reports``).
"""

from collections.abc import Sequence

import dagster as dg

from ml_assets.contract import ML_KEY_PREFIX, SCOREBOARD
from ml_assets.family.family import Family
from ml_assets.files import ModelFiles, write_text
from ml_assets.keys import MACHINE_LEARNING, Step, model_asset_key
from ml_assets.registry.names import CANDIDATE, CHAMPION
from ml_assets.registry.tracking import ModelRegistry
from ml_assets.reports.index import index_text
from ml_assets.reports.scoreboard import SCOREBOARD_KEY, scoreboard_frame, scoreboard_html, scoreboard_json
from ml_assets.reports.scoreboard_record import ScoreboardRow
from ml_assets.warehouse import Warehouse

SCOREBOARD_ASSET = dg.AssetKey([ML_KEY_PREFIX, SCOREBOARD.name])


def build_scoreboard_asset(families: Sequence[Family], pool: str, code_version: str) -> dg.AssetsDefinition:
    """Return the asset over the models in use."""

    @dg.asset(
        key=SCOREBOARD_ASSET,
        deps=[model_asset_key(family.name, Step.PROMOTION) for family in families],
        group_name="ml_scoreboard",
        owners=[MACHINE_LEARNING],
        kinds={"python"},
        description="Every claim beside what the rule, a constant answer and the model reach; met or not.",
        metadata={"dagster/table_name": str(SCOREBOARD)},
        code_version=code_version,
        pool=pool,
    )
    def scoreboard(
        warehouse: dg.ResourceParam[Warehouse],
        model_files: dg.ResourceParam[ModelFiles],
        registry: dg.ResourceParam[ModelRegistry],
    ) -> dg.MaterializeResult:  # type: ignore[type-arg]
        rows = gathered_rows(families, model_files, registry)
        write_scoreboard(rows, warehouse, model_files)
        return dg.MaterializeResult(
            metadata={
                "dagster/row_count": len(rows),
                "page": dg.MetadataValue.url(model_files.url(model_files.scoreboard)),
                "verdicts": dg.MetadataValue.json(
                    [f"{row.model_name}, {row.title}: {row.verdict.value}" for row in rows]
                ),
            }
        )

    return scoreboard


def gathered_rows(families: Sequence[Family], files: ModelFiles, registry: ModelRegistry) -> tuple[ScoreboardRow, ...]:
    """Return the rows of all models, those that were never evaluated among them."""
    return tuple(row for family in families for row in family.scoreboard_rows(files, _serving(family.name, registry)))


def write_scoreboard(rows: Sequence[ScoreboardRow], warehouse: Warehouse, files: ModelFiles) -> None:
    """Write the rows as table, page and JSON, and list the page."""
    models = ", ".join(f"'{name}'" for name in sorted({row.model_name for row in rows}))
    if warehouse.exists(SCOREBOARD) and rows:
        # A claim that was dropped leaves no row behind.
        warehouse.delete(SCOREBOARD, where=f"model_name in ({models})")
    warehouse.replace(SCOREBOARD, scoreboard_frame(rows), SCOREBOARD_KEY)
    write_text(files.scoreboard, scoreboard_html(rows))
    write_text(files.scoreboard.with_suffix(".json"), scoreboard_json(rows))
    write_text(files.index, index_text(files))


def _serving(model: str, registry: ModelRegistry) -> str:
    version = registry.aliased(model, CHAMPION)
    return "nobody" if version is None else version.tags[CANDIDATE].replace("_", " ")
