"""Compiled SQL without dbt: which statements, in which order, and that they build what they say."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest

from benchmarks.pipeline.compiled_models import build, compiled_models, needed_for, relation_names, row_counts
from benchmarks.pipeline.dbt_models import refuse_different_sizes


def node(name: str, sql: str, *parents: str, kind: str = "table", tags: tuple[str, ...] = ()) -> dict[str, Any]:
    return {
        "unique_id": f"model.ecom.{name}",
        "resource_type": "model",
        "schema": "layer",
        "name": name,
        "alias": name,
        "compiled_code": sql,
        "tags": list(tags),
        "config": {"materialized": kind},
        "depends_on": {"nodes": [f"model.ecom.{parent}" for parent in parents] + ["source.ecom.raw.items"]},
    }


def manifest(*nodes: dict[str, Any]) -> dict[str, Any]:
    return {"nodes": {each["unique_id"]: each for each in nodes}}


# Against the order of the names, so that neither the alphabet nor the manifest's order happens to be right.
CHAIN = (
    node("a_last", "select n * 2 as n from layer.b_middle", "b_middle", "c_first", kind="incremental"),
    node("b_middle", "select n + 1 as n from layer.c_first", "c_first", kind="view"),
    node("c_first", "select unnest([1, 2, 3]) as n"),
    node("d_alone", "select 7 as n"),
)


def test_every_model_comes_behind_what_it_reads() -> None:
    names = [model.name for model in compiled_models(manifest(*CHAIN))]
    assert sorted(names) == ["a_last", "b_middle", "c_first", "d_alone"]
    assert names.index("c_first") < names.index("b_middle") < names.index("a_last")


def test_models_are_built_as_tables_and_views() -> None:
    models = compiled_models(manifest(*CHAIN))
    with duckdb.connect() as connection:
        build(connection, models)
        assert connection.execute("select n from layer.a_last order by n").fetchall() == [(4,), (6,), (8,)]
        assert relation_names(connection) == {"layer.a_last", "layer.b_middle", "layer.c_first", "layer.d_alone"}
        assert row_counts(connection, models) == {"layer.a_last": 3, "layer.c_first": 3, "layer.d_alone": 1}


def test_only_what_a_mart_needs_is_built_and_nothing_that_is_given() -> None:
    built = [model.name for model in needed_for("layer.a_last", manifest(*CHAIN))]
    assert built == ["c_first", "b_middle", "a_last"]
    assert [model.name for model in needed_for("layer.a_last", manifest(*CHAIN), {"layer.b_middle"})] == [
        "c_first",
        "a_last",
    ]


def test_what_stands_behind_the_models_is_left_out() -> None:
    behind = node("scores", "select 1", "c_first", tags=("after_predictions",))
    assert "scores" not in [model.name for model in compiled_models(manifest(*CHAIN, behind))]


def test_a_model_that_reads_an_unselected_one_is_refused() -> None:
    behind = node("scores", "select 1", tags=("after_predictions",))
    reader = node("reader", "select 1", "scores")
    with pytest.raises(ValueError, match=r"model\.ecom\.scores"):
        compiled_models(manifest(behind, reader))


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (node("parsed_only", ""), "no compiled SQL"),
        (node("inlined", "select 1", kind="ephemeral"), "builds nothing"),
    ],
)
def test_a_model_that_cannot_be_built_is_named(bad: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        compiled_models(manifest(bad))


def test_equal_sizes_pass() -> None:
    refuse_different_sizes({"layer.a": 3, "layer.b": 0}, {"layer.b": 0, "layer.a": 3})


@pytest.mark.parametrize(
    ("dbt", "plain"),
    [({"layer.a": 3}, {"layer.a": 2}), ({"layer.a": 3}, {}), ({}, {"layer.a": 3})],
)
def test_different_sizes_are_refused(dbt: dict[str, int], plain: dict[str, int]) -> None:
    with pytest.raises(RuntimeError, match="different tables"):
        refuse_different_sizes(dbt, plain)
