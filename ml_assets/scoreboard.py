"""The scoreboard as an asset: every claim beside what was reached, as a table, a page and JSON; the front page with it.

Belongs here: the asset, and gathering what stands of each model. Does not belong here: how a row comes about and looks
(``reports``).
"""

from collections.abc import Mapping, Sequence
from datetime import date

import dagster as dg
import pandas as pd

from ml_assets.contract import ML_KEY_PREFIX, SCOREBOARD
from ml_assets.family.family import Family
from ml_assets.files import ModelFiles, write_text
from ml_assets.keys import MACHINE_LEARNING, SITE, Step, model_asset_key
from ml_assets.registry.champion import decisions_on
from ml_assets.registry.names import CANDIDATE, CHAMPION
from ml_assets.registry.tracking import ModelRegistry, Version
from ml_assets.reports.index import index_text
from ml_assets.reports.model_lines import LastDecision, ModelLine, lines_text
from ml_assets.reports.scoreboard import SCOREBOARD_KEY, scoreboard_frame, scoreboard_html, scoreboard_json
from ml_assets.reports.scoreboard_record import ScoreboardRow, headline
from ml_assets.warehouse import Warehouse

SCOREBOARD_ASSET = dg.AssetKey([ML_KEY_PREFIX, SCOREBOARD.name])


def build_scoreboard_asset(families: Sequence[Family], pool: str, code_version: str) -> dg.AssetsDefinition:
    """Return the asset over the models in use."""

    @dg.asset(
        key=SCOREBOARD_ASSET,
        deps=[model_asset_key(family.name, Step.PROMOTION) for family in families],
        group_name=SITE,
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
        serving = {family.name: registry.aliased(family.name, CHAMPION) for family in families}
        rows = gathered_rows(families, model_files, serving)
        write_scoreboard(rows, warehouse, model_files)
        write_text(model_files.model_lines, lines_text(gathered_lines(families, rows, warehouse, serving)))
        write_text(model_files.index, index_text(model_files))
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


def gathered_rows(
    families: Sequence[Family], files: ModelFiles, serving: Mapping[str, Version | None]
) -> tuple[ScoreboardRow, ...]:
    """Return the rows of all models, those that were never evaluated among them."""
    return tuple(row for family in families for row in family.scoreboard_rows(files, _words_of(serving[family.name])))


def gathered_lines(
    families: Sequence[Family],
    rows: Sequence[ScoreboardRow],
    warehouse: Warehouse,
    serving: Mapping[str, Version | None],
) -> list[ModelLine]:
    """Return each model in a line: who serves since when, its main figure, and what was decided last."""
    lines = []
    for family in families:
        main = headline([row for row in rows if row.model_name == family.name])
        version, decisions = serving[family.name], decisions_on(warehouse, family.name)
        lines.append(
            ModelLine(
                name=family.name,
                words=family.words,
                serves=_words_of(version),
                version=version.number if version else None,
                since=serving_since(decisions, version.number) if version else None,
                figure=main.title,
                estimate=main.estimate,
                claim=main.verdict,
                decided=_last_of(decisions),
            )
        )
    return lines


def serving_since(decisions: pd.DataFrame, version: str) -> date | None:
    """Return the day of the decision by which a version came to serve; None if it served before any that is known.

    Parameters
    ----------
    decisions
        Rows of ``ops.promotions`` on one model, the oldest first; each has the version that served until then.
    version
        The one that serves now.
    """
    others = decisions.loc[decisions["champion_version"].fillna("") != version, "decided_at"]
    return None if others.empty else others.iloc[-1].date()


def write_scoreboard(rows: Sequence[ScoreboardRow], warehouse: Warehouse, files: ModelFiles) -> None:
    """Write the rows as table, page and JSON."""
    models = ", ".join(f"'{name}'" for name in sorted({row.model_name for row in rows}))
    if warehouse.exists(SCOREBOARD) and rows:
        # A claim that was dropped leaves no row behind.
        warehouse.delete(SCOREBOARD, where=f"model_name in ({models})")
    warehouse.replace(SCOREBOARD, scoreboard_frame(rows), SCOREBOARD_KEY)
    write_text(files.scoreboard, scoreboard_html(rows))
    write_text(files.scoreboard.with_suffix(".json"), scoreboard_json(rows))


def _last_of(decisions: pd.DataFrame) -> LastDecision | None:
    if decisions.empty:
        return None
    newest = decisions.iloc[-1]
    return LastDecision(decided_at=newest["decided_at"], verdict=newest["verdict"], reason=newest["reason"])


def _words_of(version: Version | None) -> str:
    return "nobody" if version is None else version.tags[CANDIDATE].replace("_", " ")
