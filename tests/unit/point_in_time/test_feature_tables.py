"""What a feature table's columns are stands in its YAML, and nowhere else."""

from __future__ import annotations

from typing import Any

import pytest

from ecom_assets.point_in_time.feature_tables import UndeclaredColumnError, feature_tables


def manifest(columns: dict[str, dict[str, Any]], *, as_of_column: str = "decision_at") -> dict[str, Any]:
    """Return a manifest with one feature table of olist, and models that are none."""
    model = {
        "resource_type": "model",
        "name": "ftr_things",
        "schema": "features",
        "original_file_path": "models/features/olist/ftr_things.sql",
        "config": {"meta": {"as_of_column": as_of_column}},
        "columns": {name: {"config": {"meta": meta}} for name, meta in columns.items()},
    }
    other_source = model | {"original_file_path": "models/features/retailrocket/ftr_others.sql"}
    other_layer = model | {"schema": "marts", "original_file_path": "models/marts/olist/fct_things.sql"}
    return {"nodes": {"a": model, "b": other_source, "c": other_layer, "d": {"resource_type": "test"}}}


COLUMNS: dict[str, dict[str, Any]] = {
    "thing_id": {"role": "key"},
    "decision_at": {"role": "time"},
    "label_known_at": {"role": "time"},
    "amount": {"role": "feature", "unit": "BRL"},
    "is_late": {"role": "label", "voided_by_status": ["canceled"]},
}


def test_roles_come_from_the_columns() -> None:
    [table] = feature_tables(manifest(COLUMNS), "olist")
    assert (table.name, table.as_of_column, table.keys) == ("ftr_things", "decision_at", ("thing_id",))
    assert (table.times, table.features, table.labels) == (("label_known_at",), ("amount",), ("is_late",))
    assert table.voided_labels == {"is_late": ("canceled",)}


@pytest.mark.parametrize("meta", [{}, {"role": "fature"}])
def test_a_column_without_a_known_role_is_refused(meta: dict[str, Any]) -> None:
    with pytest.raises(UndeclaredColumnError, match=r"ftr_things\.extra has the role .*; give it one of key, time"):
        feature_tables(manifest(COLUMNS | {"extra": meta}), "olist")


def test_the_column_of_the_date_must_be_there() -> None:
    with pytest.raises(UndeclaredColumnError, match="ftr_things has no column 'as_of_date'"):
        feature_tables(manifest(COLUMNS, as_of_column="as_of_date"), "olist")
