"""How a dbt resource shows in Dagster: group, tags, code version; its key is dbt's ``[schema, name]``.

Belongs here: the mapping, as pure functions over manifest properties. Does not belong here: execution.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, DbtProject

from ecom_assets.dbt.check_descriptions import check_description

_PACKAGE = "ecom"
# Properties of a model that change what is built, besides its SQL and macros.
_BUILD_CONFIG = ("materialized", "incremental_strategy", "unique_key", "contract", "on_schema_change")


def group_name(properties: Mapping[str, Any]) -> str:
    """Return the layer and, where a model belongs to one source only, the source: ``staging_olist``."""
    schema = str(properties["schema"])
    if properties["resource_type"] == "source":
        return schema
    folders = [folder for folder in properties["fqn"][1:-1] if folder != schema]
    return "_".join([schema, *folders])


def pii_tags(properties: Mapping[str, Any]) -> dict[str, str]:
    """Return the tag of a model that holds personal data in any column."""
    has_pii = any("pii" in column.get("tags", []) for column in properties.get("columns", {}).values())
    return {"pii": "true"} if has_pii else {}


def code_version(
    manifest: Mapping[str, Any], unique_id: str, variables: Mapping[str, Any], warehouse_identity: str | None = None
) -> str:
    """Return a hash of all that decides what a model or seed builds: its file, macros, variables, config, contract.

    Which warehouse it is built in is part of it, unless that is the default one.

    dbt's own checksum sees the file only; a changed macro or variable would pass for nothing.
    """
    node = manifest["nodes"][unique_id]
    config = {name: node["config"].get(name) for name in _BUILD_CONFIG}
    columns = {name: column.get("data_type") for name, column in node["columns"].items()}
    macros = {name: manifest["macros"][name]["macro_sql"] for name in sorted(set(_macros_below(manifest, node)))}
    # A seed's rows are not in the manifest, but the checksum of its file is.
    rows = [node["checksum"]["checksum"]] if node["resource_type"] == "seed" else []
    warehouse = [] if warehouse_identity is None else [warehouse_identity]
    content = [node["raw_code"], config, columns, macros, dict(variables), *rows, *warehouse]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]


def _macros_below(manifest: Mapping[str, Any], node: Mapping[str, Any]) -> Iterator[str]:
    """Yield the ids of this project's macros that a node or macro calls, directly or not."""
    pending = list(node["depends_on"]["macros"])
    seen: set[str] = set()
    while pending:
        name = pending.pop()
        if name in seen or not name.startswith(f"macro.{_PACKAGE}."):
            continue
        seen.add(name)
        yield name
        pending.extend(manifest["macros"][name]["depends_on"]["macros"])


class WarehouseTranslator(DagsterDbtTranslator):
    """Keys, groups, tags and code versions of this platform; source tests become checks too."""

    def __init__(self, variables: Mapping[str, Any], warehouse_identity: str | None = None) -> None:
        """Switch on checks for tests of sources.

        Parameters
        ----------
        variables
            Variables of the dbt project, which the manifest does not carry.
        warehouse_identity
            What tells the warehouse from the default one.
        """
        super().__init__(settings=DagsterDbtTranslatorSettings(enable_source_tests_as_checks=True))
        self._variables = variables
        self._warehouse_identity = warehouse_identity

    def get_asset_spec(self, manifest: Mapping[str, Any], unique_id: str, project: DbtProject | None) -> dg.AssetSpec:
        """Return dagster-dbt's specification with our group, tags and code version."""
        spec = super().get_asset_spec(manifest, unique_id, project)
        properties = self.get_resource_props(manifest, unique_id)
        spec = spec.replace_attributes(group_name=group_name(properties)).merge_attributes(tags=pii_tags(properties))
        if unique_id in manifest["nodes"]:
            spec = spec.replace_attributes(code_version=self.model_code_version(manifest, unique_id))
        return spec

    def model_code_version(self, manifest: Mapping[str, Any], unique_id: str) -> str:
        """Return the code version of a model or seed."""
        return code_version(manifest, unique_id, self._variables, self._warehouse_identity)

    def get_asset_check_spec(
        self, asset_spec: dg.AssetSpec, manifest: Mapping[str, Any], unique_id: str, project: DbtProject | None
    ) -> dg.AssetCheckSpec | None:
        """Return dagster-dbt's specification with a description, for which it does not look where dbt keeps it."""
        spec = super().get_asset_check_spec(asset_spec, manifest, unique_id, project)
        if spec is None or spec.description:
            return spec
        return spec._replace(description=check_description(manifest["nodes"][unique_id]))
