"""dbt's source YAML, written from the declared files so that loader, dbt and checks cannot disagree.

Belongs here: the mapping from a declared ``Source`` to dbt's source properties and their tests.
Does not belong here: the declarations (``ingestion.sources``), tests of meaning (staging YAML).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from ecom_assets.ingestion.schema import Column, ColumnType, Source, Table

_HEADER = "# Written by `make sources` from ecom_assets/ingestion/sources; edit there, not here.\n"


def source_properties(source: Source) -> dict[str, Any]:
    """Return dbt's properties of a declared source: tables, columns, keys, freshness, asset keys."""
    return {
        "version": 2,
        "sources": [
            {
                "name": source.schema,
                "schema": source.schema,
                "description": f"Files of {source.title}, typed and otherwise as delivered ({source.licence}).",
                "config": {"enabled": f"{{{{ '{source.name}' in env_var('ECOM_SOURCES', 'olist,retailrocket') }}}}"},
                "tables": [_table_properties(source, table) for table in source.tables],
            }
        ],
    }


def render_sources_yaml(source: Source) -> str:
    """Return the text of the source's YAML file."""
    body = yaml.safe_dump(source_properties(source), sort_keys=False, allow_unicode=True, width=110)
    return _HEADER + body


def sources_yaml_path(project_dir: Path, source: Source) -> Path:
    """Return where the source's YAML file lies in the dbt project."""
    return project_dir / "models" / "staging" / source.name / f"_{source.name}__sources.yml"


def _table_properties(source: Source, table: Table) -> dict[str, Any]:
    properties: dict[str, Any] = {
        "name": table.name,
        "description": table.description,
        "config": {"meta": {"dagster": {"asset_key": [source.schema, table.name]}}},
    }
    if len(table.key) > 1:
        properties["data_tests"] = [{"unique_combination": {"arguments": {"columns": list(table.key)}}}]
    columns = [_column_properties(source, table, column) for column in table.columns]
    columns.append({"name": "_file_name", "description": "File the row came from.", "data_type": "text"})
    columns.append(
        {"name": "_line_number", "description": "Line of that file on which the row starts.", "data_type": "bigint"}
    )
    properties["columns"] = columns
    return properties


def _column_properties(source: Source, table: Table, column: Column) -> dict[str, Any]:
    tests: list[Any] = []
    if table.key == (column.name,):
        tests.append("unique")
    if column.required:
        tests.append("not_null")
    # The first table with an event column is the source's clock; the others are held against it.
    clocked = [candidate for candidate in source.tables if candidate.event_column]
    if table in clocked[1:] and column.name == table.event_column:
        tests.append(_freshness_test(source, table, column, clock=clocked[0]))
    properties: dict[str, Any] = {
        "name": column.name,
        "description": column.description,
        "data_type": column.type.value,
        "quote": True,
    }
    if column.pii:
        properties["config"] = {"tags": ["pii"], "meta": {"pii": True}}
    if tests:
        properties["data_tests"] = tests
    return properties


def _freshness_test(source: Source, table: Table, column: Column, clock: Table) -> dict[str, Any]:
    arguments: dict[str, Any] = {
        # By name, not by source(): a test of sources with two parents would not become a check in Dagster.
        "clock": f"{source.schema}.{clock.name}",
        "clock_column": clock.event_column,
        "max_lag_days": table.max_lag_days,
    }
    if column.type is ColumnType.BIGINT:
        arguments["is_epoch_milliseconds"] = True
    return {
        "fresh_by_event_clock": {
            "name": f"fresh_by_event_clock_{source.schema}_{table.name}",
            "arguments": arguments,
            "config": {"severity": "warn"},
        }
    }
