"""The compiled SQL of the dbt models, without dbt: which statements, in which order.

Belongs here: reading a manifest, building relations on a connection. Does not belong here: running dbt, times.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter
from typing import Any

import duckdb

from ecom_assets.dbt.cli_args import AFTER_PREDICTIONS_TAG
from ecom_assets.sql_text import quoted

_VIEW = "view"


@dataclass(frozen=True, slots=True)
class CompiledModel:
    """A model as a statement.

    Attributes
    ----------
    schema, name
        What it builds.
    sql
        Its query.
    is_view
        Whether it is stored as a view; every other materialisation becomes a table.
    """

    schema: str
    name: str
    sql: str
    is_view: bool

    @property
    def relation(self) -> str:
        """Qualified name."""
        return f"{self.schema}.{self.name}"

    @property
    def statement(self) -> str:
        """The SQL that builds it in a warehouse that has all it reads, and not it."""
        return f"create {'view' if self.is_view else 'table'} {self.schema}.{quoted(self.name)} as\n{self.sql}"


def compiled_models(manifest: Mapping[str, Any]) -> list[CompiledModel]:
    """Return the models of the default selector, each behind all that it reads.

    Raises
    ------
    ValueError
        If a model was not compiled, or one that is selected reads one that is not.
    """
    selected = {
        unique_id: node
        for unique_id, node in manifest["nodes"].items()
        if node["resource_type"] == "model" and AFTER_PREDICTIONS_TAG not in node.get("tags", [])
    }
    parents = {
        unique_id: [parent for parent in node["depends_on"]["nodes"] if parent.startswith("model.")]
        for unique_id, node in selected.items()
    }
    order = list(TopologicalSorter(parents).static_order())
    if unknown := sorted(set(order) - selected.keys()):
        raise ValueError(f"models outside of the selection are read: {', '.join(unknown)}")
    return [_compiled(selected[unique_id]) for unique_id in order]


def _compiled(node: Mapping[str, Any]) -> CompiledModel:
    if not node.get("compiled_code"):
        raise ValueError(f"{node['name']} has no compiled SQL; run dbt compile for all models")
    if node["config"]["materialized"] == "ephemeral":
        raise ValueError(f"{node['name']} is ephemeral and builds nothing")
    return CompiledModel(
        schema=node["schema"],
        name=node["alias"],
        sql=node["compiled_code"],
        is_view=node["config"]["materialized"] == _VIEW,
    )


def needed_for(relation: str, manifest: Mapping[str, Any], given: Collection[str] = ()) -> list[CompiledModel]:
    """Return what has to be built for one relation, in order.

    Parameters
    ----------
    relation
        Qualified name of the wanted model.
    manifest
        Manifest after ``dbt compile``.
    given
        Qualified names of models that stand already; nothing is built for them.
    """
    nodes = {f"{node['schema']}.{node['alias']}": node for node in manifest["nodes"].values() if _is_model(node)}
    names = {node["unique_id"]: name for name, node in nodes.items()}
    wanted: set[str] = set()
    pending = [relation]
    while pending:
        name = pending.pop()
        if name in wanted or name in given:
            continue
        wanted.add(name)
        pending.extend(names[parent] for parent in nodes[name]["depends_on"]["nodes"] if parent in names)
    return [model for model in compiled_models(manifest) if model.relation in wanted]


def _is_model(node: Mapping[str, Any]) -> bool:
    return bool(node["resource_type"] == "model")


def build(connection: duckdb.DuckDBPyConnection, models: Sequence[CompiledModel]) -> None:
    """Create the schemas and relations, in the given order."""
    for schema in sorted({model.schema for model in models}):
        connection.execute(f"create schema if not exists {schema}")
    for model in models:
        connection.execute(model.statement)


def relation_names(connection: duckdb.DuckDBPyConnection) -> set[str]:
    """Return the qualified names of all tables and views."""
    query = "select table_schema || '.' || table_name from information_schema.tables"
    return {name for (name,) in connection.execute(query).fetchall()}


def row_counts(connection: duckdb.DuckDBPyConnection, models: Sequence[CompiledModel]) -> dict[str, int]:
    """Return the rows of every table among the models; views hold none of their own."""
    return {
        model.relation: int(connection.execute(f"select count(*) from {model.relation}").fetchall()[0][0])
        for model in models
        if not model.is_view
    }
