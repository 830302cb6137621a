"""Which tables are compared between engines, and what identifies their rows, by what is declared of them.

Belongs here: reading the manifest, and what is declared of scores. Does not belong here: tables of the project by name.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ecom_assets.comparison.rows import TOLERANCE
from ecom_assets.dbt.cli_args import AFTER_PREDICTIONS_TAG
from ecom_assets.keys import DBT_LAYERS
from ml_assets.contract import FEATURES_SCHEMA, MARTS_SCHEMA, TableName
from ml_assets.predictions import DECLARED_TABLES, MODEL_VERSION, REASONS, SCORED_AT

# Layers of which even views are compared: others read them as tables.
_READ_BY_OTHERS = (MARTS_SCHEMA, FEATURES_SCHEMA)
_STORED = ("table", "incremental", "seed")

# What a scoring says of itself, and the text of numbers, which no tolerance fits.
_OWN_TO_A_SCORING = frozenset({MODEL_VERSION, SCORED_AT, REASONS})
# Models read features in single precision, where the last digit of a sum decides how it is rounded.
_SCORE_TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True)
class ComparedTable:
    """A table that has to be the same on every engine.

    Attributes
    ----------
    name
        The relation.
    key
        Columns that tell rows apart, for instance because a test of the project says so; none if nothing does.
    ignored
        Columns whose values are not compared.
    tolerance
        Relative difference from which on numbers of double precision differ.
    """

    name: TableName
    key: tuple[str, ...] = ()
    ignored: frozenset[str] = frozenset()
    tolerance: float = TOLERANCE


def compared_tables(manifest: Mapping[str, Any]) -> tuple[ComparedTable, ...]:
    """Return all marts and feature tables, and what is stored on the way to them, in the order in which data flows.

    What stands downstream of scores is left out: it says the same where these and the marts do, and a build has none.
    """
    keys = _keys_by_node(manifest)
    tables = [
        ComparedTable(TableName(node["schema"], node["alias"]), keys.get(unique_id, ()))
        for unique_id, node in manifest["nodes"].items()
        if _is_compared(node)
    ]
    return tuple(sorted(tables, key=lambda table: (DBT_LAYERS.index(table.name.schema), table.name)))


def compared_scores(names: Iterable[str]) -> tuple[ComparedTable, ...]:
    """Return the tables of scores that both engines have filled.

    Parameters
    ----------
    names
        Of tables in the schema of predictions; those that are not declared are passed over.
    """
    tables = (DECLARED_TABLES[name] for name in sorted(names) if name in DECLARED_TABLES)
    return tuple(ComparedTable(table.name, table.key, _OWN_TO_A_SCORING, _SCORE_TOLERANCE) for table in tables)


def _is_compared(node: Mapping[str, Any]) -> bool:
    if node["resource_type"] not in ("model", "seed") or AFTER_PREDICTIONS_TAG in node["tags"]:
        return False
    kind = node["config"]["materialized"]
    return kind in _STORED or (node["schema"] in _READ_BY_OTHERS and kind != "ephemeral")


def _keys_by_node(manifest: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Return the key of each node that has one; the shortest where several tests name one."""
    found: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    for node in manifest["nodes"].values():
        key = _tested_key(node)
        if key:
            found[node["attached_node"]].append(key)
    return {unique_id: min(keys, key=lambda key: (len(key), key)) for unique_id, keys in found.items()}


def _tested_key(node: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the columns that a test holds to be unique over all rows of a model; none if it is no such test."""
    test = node.get("test_metadata")
    if not test or not node.get("attached_node") or node["config"].get("where"):
        return ()
    arguments = test["kwargs"]
    if test["name"] == "unique":
        return (arguments["column_name"].strip('"'),)
    return tuple(arguments["columns"]) if test["name"] == "unique_combination" else ()
