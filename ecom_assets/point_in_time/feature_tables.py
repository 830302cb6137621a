"""Which feature tables there are, and what each of their columns is, by what the dbt project says of them.

Belongs here: reading the manifest. Does not belong here: any table or column by name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ecom_assets.dbt.features_page import Role
from ml_assets.contract import FEATURES_SCHEMA

_FOLDER = "models/features/"


class UndeclaredColumnError(ValueError):
    """A feature table does not say what one of its columns is."""


@dataclass(frozen=True, slots=True)
class FeatureTable:
    """A feature table as its YAML declares it.

    Attributes
    ----------
    name
        Name of the model and of the table.
    as_of_column
        Date or moment of the row: what was known by then may be in its features.
    keys
        Columns that identify a row, ``as_of_column`` among them if it does.
    times
        Other columns of time, such as when the label is known.
    features
        Columns that a model may read.
    labels
        Columns that lie after the row's date.
    voided_labels
        Labels that are NULL where the order ended canceled or unavailable, by the statuses that void them.
    """

    name: str
    as_of_column: str
    keys: tuple[str, ...]
    times: tuple[str, ...]
    features: tuple[str, ...]
    labels: tuple[str, ...]
    voided_labels: Mapping[str, tuple[str, ...]]


def feature_tables(manifest: Mapping[str, Any], source: str) -> tuple[FeatureTable, ...]:
    """Return the feature tables of a source by name.

    Raises
    ------
    UndeclaredColumnError
        If a column has no role, or a table no column of its date.
    """
    folder = f"{_FOLDER}{source}/"
    models = [
        node
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model"
        and node["schema"] == FEATURES_SCHEMA
        and node["original_file_path"].startswith(folder)
    ]
    return tuple(_feature_table(model) for model in sorted(models, key=lambda model: str(model["name"])))


def _feature_table(model: Mapping[str, Any]) -> FeatureTable:
    name = model["name"]
    as_of_column = model["config"]["meta"].get("as_of_column")
    if as_of_column not in model["columns"]:
        raise UndeclaredColumnError(f"{name} has no column {as_of_column!r}; its meta.as_of_column must name one")
    metas = {column: _column_meta(declared) for column, declared in model["columns"].items()}
    by_role: dict[str, list[str]] = {role: [] for role in Role}
    for column, meta in metas.items():
        if meta.get("role") not in by_role:
            raise UndeclaredColumnError(
                f"{name}.{column} has the role {meta.get('role')!r}; give it one of {', '.join(Role)} in config.meta"
            )
        by_role[meta["role"]].append(column)
    return FeatureTable(
        name=name,
        as_of_column=as_of_column,
        keys=tuple(by_role[Role.KEY]),
        times=tuple(column for column in by_role[Role.TIME] if column != as_of_column),
        features=tuple(by_role[Role.FEATURE]),
        labels=tuple(by_role[Role.LABEL]),
        voided_labels={
            column: tuple(meta["voided_by_status"]) for column, meta in metas.items() if meta.get("voided_by_status")
        },
    )


def _column_meta(column: Mapping[str, Any]) -> Mapping[str, Any]:
    meta: Mapping[str, Any] = column.get("config", {}).get("meta") or column.get("meta", {})
    return meta
