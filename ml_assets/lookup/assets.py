"""The page on which scores are looked up, as an asset behind all scores.

Belongs here: a decorated function of a few lines, reading the tables. Does not belong here: which rows are shown
(``rows``), the files (``site``).
"""

from collections.abc import Sequence

import dagster as dg
from pydantic import Field

from ml_assets.contract import ML_KEY_PREFIX
from ml_assets.family.family import Family
from ml_assets.files import ModelFiles, write_text
from ml_assets.keys import MACHINE_LEARNING, SITE, Step, model_asset_key
from ml_assets.lookup.rows import LookedUp, looked_up, read_columns
from ml_assets.lookup.site import Kind, write_lookup
from ml_assets.lookup.subjects import Subject, subjects_of
from ml_assets.reports.index import index_text
from ml_assets.warehouse import Warehouse

LOOKUP_ASSET = dg.AssetKey([ML_KEY_PREFIX, "score_lookup"])
_MEGABYTE = 1_000_000


class LookupConfig(dg.Config):
    """How large the look-up may grow.

    Attributes
    ----------
    most_megabytes
        What the scores of one kind (customers, sellers, orders, visitors) may take. The newest score of everybody is
        there whatever it takes, earlier ones as far as all of the same age fit.
    """

    most_megabytes: int = Field(default=64, ge=1)


def build_lookup_asset(families: Sequence[Family], pool: str, code_version: str) -> dg.AssetsDefinition:
    """Return the asset over the models in use.

    Parameters
    ----------
    families
        The models.
    pool
        Pool that whatever touches the warehouse takes.
    code_version
        Of the code that decides what stands on the page.
    """
    words = {family.name: family.words for family in families}

    @dg.asset(
        key=LOOKUP_ASSET,
        deps=[model_asset_key(family.name, Step.SCORES) for family in families],
        group_name=SITE,
        owners=[MACHINE_LEARNING],
        kinds={"python"},
        description="A static page: the scores of a customer, seller, order or visitor, with reasons and history.",
        code_version=code_version,
        pool=pool,
    )
    def score_lookup(
        config: LookupConfig, warehouse: dg.ResourceParam[Warehouse], model_files: dg.ResourceParam[ModelFiles]
    ) -> dg.MaterializeResult:  # type: ignore[type-arg]
        subjects = subjects_of({family.name: family.scores for family in families})
        # One kind at a time: its tables are the largest that are held at once.
        kinds = (Kind(subject, rows_of(subject, warehouse), words) for subject in subjects)
        written = write_lookup(model_files.lookup, kinds, config.most_megabytes * _MEGABYTE)
        write_text(model_files.index, index_text(model_files))
        return dg.MaterializeResult(
            metadata={
                "page": dg.MetadataValue.url(model_files.url(model_files.lookup / "index.html")),
                "bytes": sum(each.written for each in written),
                "kinds": dg.MetadataValue.json({each.kind: each.words for each in written}),
            }
        )

    return score_lookup


def rows_of(subject: Subject, warehouse: Warehouse) -> list[LookedUp]:
    """Return what the tables about one kind of entity hold; a table that is not there holds nothing."""
    return [
        looked_up(table, warehouse.read(table.name, read_columns(table)))
        for table in subject.tables
        if warehouse.exists(table.name)
    ]
