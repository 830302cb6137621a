"""dbt's documentation as an asset behind all models, whose page is part of the report site.

Belongs here: a decorated function of a few lines, and which models it stands behind. Does not belong here: how the page
is put together (``docs_page``).
"""

import shutil
from collections.abc import Mapping
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DbtCliResource

from ecom_assets.dbt.docs_page import docs_page
from ecom_assets.dbt.project import project_fingerprint
from ecom_assets.environment import DBT_PROJECT_DIR, Settings
from ecom_assets.keys import DATA_ENGINEERING
from ml_assets.files import ModelFiles, write_text
from ml_assets.keys import SITE
from ml_assets.reports.index import index_text

DOCS_ASSET = dg.AssetKey(["docs", "dbt"])
# Everything that is built, whatever the default selector leaves out; nothing has to be compiled to be described.
DOCS_ARGS = ("docs", "generate", "--no-compile")
# Raise when the same project would give another page.
_FORMAT_VERSION = 1


def build_docs_asset(
    settings: Settings, manifest: Mapping[str, Any], translator: DagsterDbtTranslator
) -> dg.AssetsDefinition:
    """Return the asset of the documentation.

    Parameters
    ----------
    settings
        Which engine and sources are in use.
    manifest
        What is documented.
    translator
        Says under which keys models are known.
    """

    @dg.asset(
        key=DOCS_ASSET,
        deps=last_models(manifest, translator),
        group_name=SITE,
        owners=[DATA_ENGINEERING],
        kinds={"dbt"},
        description="dbt's documentation of all tables, with their columns as they are in the warehouse, as one page.",
        code_version=f"{_FORMAT_VERSION}-{project_fingerprint(DBT_PROJECT_DIR, settings)[:16]}",
        pool=settings.engine.pool,
    )
    def dbt_docs(dbt: DbtCliResource, model_files: dg.ResourceParam[ModelFiles]) -> dg.MaterializeResult:  # type: ignore[type-arg]
        invocation = dbt.cli(list(DOCS_ARGS), manifest=manifest).wait()
        template = (invocation.target_path / "index.html").read_text(encoding="utf-8")
        text = docs_page(template, manifest, invocation.get_artifact("catalog.json"))
        write_text(model_files.dbt_docs, text)
        write_text(model_files.index, index_text(model_files))
        # Nobody else looks for what it left: it is in the page.
        shutil.rmtree(invocation.target_path)
        return dg.MaterializeResult(
            metadata={
                "page": dg.MetadataValue.url(model_files.url(model_files.dbt_docs)),
                "bytes": model_files.dbt_docs.stat().st_size,
            }
        )

    return dbt_docs


def last_models(manifest: Mapping[str, Any], translator: DagsterDbtTranslator) -> list[dg.AssetKey]:
    """Return the models that no other model reads: when they are built, all are."""
    nodes = {key: node for key, node in manifest["nodes"].items() if node["resource_type"] == "model"}
    read = {parent for node in nodes.values() for parent in node["depends_on"]["nodes"]}
    return sorted(translator.get_asset_key(node) for key, node in nodes.items() if key not in read)
