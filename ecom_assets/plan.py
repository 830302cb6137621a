"""Which assets have to be materialised again: one pure decision for ``make run`` and the sensors.

Belongs here: the decision, and the reading of Dagster's event log that feeds it. Does not belong here:
touching the warehouse, launching runs.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from enum import StrEnum
from graphlib import TopologicalSorter
from typing import Any

import dagster as dg

# Dagster has no public names for these; the tests of this module notice if they move.
from dagster._core.definitions.assets.graph.asset_graph import AssetGraph
from dagster._core.definitions.data_version import (
    CODE_VERSION_TAG,
    DATA_VERSION_TAG,
    get_input_data_version_tag,
)
from dagster._core.definitions.metadata.metadata_set import TableMetadataSet
from dagster._core.storage.asset_check_execution_record import (
    AssetCheckExecutionRecord,
    AssetCheckExecutionRecordStatus,
)

from ecom_assets.ingestion.sources import SOURCES
from ecom_assets.keys import DBT_LAYERS
from ml_assets.contract import TableName

# First part of the key of every asset that is a table or view.
_WAREHOUSE_SCHEMAS = {*(source.schema for source in SOURCES.values()), *DBT_LAYERS}


class Reason(StrEnum):
    """Why an asset is materialised again."""

    NEVER = "never materialised"
    FILES = "its files changed"
    MISSING = "not in the warehouse"
    CODE = "its code changed"
    CHECK = "a blocking check has not passed"
    UPSTREAM = "upstream changed"


@dataclass(frozen=True, slots=True)
class Materialisation:
    """What the event log knows of an asset's last materialisation.

    Attributes
    ----------
    code_version
        Code version that it was made with.
    data_version
        Version of the data that it made.
    input_versions
        Data version of each parent that it read.
    is_blocked
        Whether a blocking check has not passed: it failed, did not finish, or never ran.
    """

    code_version: str | None
    data_version: str | None
    input_versions: Mapping[dg.AssetKey, str] = field(default_factory=dict)
    is_blocked: bool = False


def plan(
    parents: Mapping[dg.AssetKey, Set[dg.AssetKey]],
    code_versions: Mapping[dg.AssetKey, str | None],
    fingerprints: Mapping[dg.AssetKey, str],
    last: Mapping[dg.AssetKey, Materialisation],
    missing: Set[dg.AssetKey] = frozenset(),
) -> dict[dg.AssetKey, Reason]:
    """Return the assets to materialise, each with its reason, parents first.

    An asset whose blocking check failed is asked for again together with all that stands downstream, so
    that the check runs again before anything is rebuilt behind it.

    Parameters
    ----------
    parents
        The graph: every asset with the assets that it reads.
    code_versions
        Code version of every asset as it stands now.
    fingerprints
        Data version that a root would have if it were loaded now.
    last
        Last materialisation of every asset that has one.
    missing
        Assets whose table or view does not stand in the warehouse, whatever was materialised.
    """
    stale: dict[dg.AssetKey, Reason] = {}
    for key in TopologicalSorter(parents).static_order():
        reason = _reason(key, parents, code_versions, fingerprints, last, missing, stale)
        if reason is not None:
            stale[key] = reason
    return stale


def _reason(
    key: dg.AssetKey,
    parents: Mapping[dg.AssetKey, Set[dg.AssetKey]],
    code_versions: Mapping[dg.AssetKey, str | None],
    fingerprints: Mapping[dg.AssetKey, str],
    last: Mapping[dg.AssetKey, Materialisation],
    missing: Set[dg.AssetKey],
    stale: Mapping[dg.AssetKey, Reason],
) -> Reason | None:
    made = last.get(key)
    if made is None:
        return Reason.NEVER
    if key in missing:
        return Reason.MISSING
    if made.code_version != code_versions.get(key):
        return Reason.CODE
    if key in fingerprints and fingerprints[key] != made.data_version:
        return Reason.FILES
    if made.is_blocked:
        return Reason.CHECK
    for parent in parents.get(key, ()):
        if parent in stale or made.input_versions.get(parent) != last[parent].data_version:
            return Reason.UPSTREAM
    return None


def stale_assets(
    instance: dg.DagsterInstance,
    graph: AssetGraph,
    fingerprints: Mapping[dg.AssetKey, str],
    *,
    relations: Set[TableName] | None = None,
    forget: bool = False,
) -> dict[dg.AssetKey, Reason]:
    """Plan on the graph as it is and the event log as it stands.

    Parameters
    ----------
    instance
        Where the event log is.
    graph
        The asset graph of the code location.
    fingerprints
        Data version that each raw table would have if it were loaded now.
    relations
        Every table and view of the warehouse; None where nobody has looked.
    forget
        Plan as if nothing had ever been materialised.
    """
    keys = graph.materializable_asset_keys
    return plan(
        # What nothing here makes is taken as it is.
        parents={key: graph.get(key).parent_keys & keys for key in keys},
        code_versions={key: graph.get(key).code_version for key in keys},
        fingerprints=fingerprints,
        last={} if forget else last_materialisations(instance, graph),
        missing=frozenset() if relations is None else missing_assets(warehouse_tables(graph), relations),
    )


def missing_assets(tables: Mapping[dg.AssetKey, TableName], relations: Set[TableName]) -> frozenset[dg.AssetKey]:
    """Return the assets whose table or view does not stand in the warehouse.

    Parameters
    ----------
    tables
        The table or view of each asset that has one.
    relations
        Every table and view of the warehouse.
    """
    return frozenset(key for key, table in tables.items() if table not in relations)


def warehouse_tables(graph: AssetGraph) -> dict[dg.AssetKey, TableName]:
    """Return the table or view of each asset that is one."""
    found = {key: warehouse_table(key, graph.get(key).metadata) for key in graph.materializable_asset_keys}
    return {key: table for key, table in found.items() if table is not None}


def warehouse_table(key: dg.AssetKey, metadata: Mapping[str, Any]) -> TableName | None:
    """Return the table or view that an asset is, or None if it is none.

    An asset in a schema of the warehouse is called like its table; any other, such as the scores of a model, names in
    its metadata the table that it fills.
    """
    if key.path[0] in _WAREHOUSE_SCHEMAS:
        return TableName(*key.path)
    named = TableMetadataSet.extract(metadata).table_name
    return None if named is None else TableName(*named.split(".")[-2:])


def last_materialisations(instance: dg.DagsterInstance, graph: AssetGraph) -> dict[dg.AssetKey, Materialisation]:
    """Read the last materialisation of every asset of the graph from the event log."""
    keys = sorted(graph.materializable_asset_keys)
    blocked = _blocked_assets(instance, graph)
    found = {}
    for key, event in instance.get_latest_materialization_events(keys).items():
        if event is None or event.asset_materialization is None:
            continue
        tags = event.asset_materialization.tags or {}
        found[key] = Materialisation(
            code_version=tags.get(CODE_VERSION_TAG),
            data_version=tags.get(DATA_VERSION_TAG),
            input_versions={
                parent: tags[get_input_data_version_tag(parent)]
                for parent in graph.get(key).parent_keys
                if get_input_data_version_tag(parent) in tags
            },
            is_blocked=key in blocked,
        )
    return found


def _blocked_assets(instance: dg.DagsterInstance, graph: AssetGraph) -> set[dg.AssetKey]:
    """Return the assets of which a blocking check failed, did not finish, or never ran."""
    keys = [key for key in graph.asset_check_keys if graph.get(key).blocking]
    executions = instance.event_log_storage.get_latest_asset_check_execution_by_key(keys)
    return {key.asset_key for key in keys if _is_blocking(executions.get(key))}


def _is_blocking(execution: AssetCheckExecutionRecord | None) -> bool:
    """Return whether the check failed as an error, was planned and never finished, or is new."""
    if execution is None or execution.status is AssetCheckExecutionRecordStatus.PLANNED:
        return True
    evaluation = execution.evaluation
    return evaluation is not None and not evaluation.passed and evaluation.severity is dg.AssetCheckSeverity.ERROR
