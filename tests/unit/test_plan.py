"""What has to be materialised again, on the graph raw → staging → mart, and a second raw beside it."""

from __future__ import annotations

import dagster as dg
import pytest

from ecom_assets.plan import Materialisation, Reason, missing_assets, plan, stale_assets, warehouse_table
from ml_assets.contract import TableName

RAW, OTHER, STAGING, MART = (dg.AssetKey(name) for name in ("raw", "other", "staging", "mart"))
PARENTS: dict[dg.AssetKey, set[dg.AssetKey]] = {RAW: set(), OTHER: set(), STAGING: {RAW}, MART: {STAGING, OTHER}}
CODE: dict[dg.AssetKey, str | None] = dict.fromkeys(PARENTS, "code-1")
SCORES = TableName("predictions", "m")
FILES = {RAW: "files-1", OTHER: "files-1"}


def materialisations(**changes: Materialisation) -> dict[dg.AssetKey, Materialisation]:
    """Return a graph in which everything is up to date, but for the changes by asset name."""
    settled = {
        RAW: Materialisation("code-1", "files-1"),
        OTHER: Materialisation("code-1", "files-1"),
        STAGING: Materialisation("code-1", "staged-1", {RAW: "files-1"}),
        MART: Materialisation("code-1", "mart-1", {STAGING: "staged-1", OTHER: "files-1"}),
    }
    return settled | {dg.AssetKey(name): made for name, made in changes.items()}


def test_nothing_is_stale_when_nothing_changed() -> None:
    assert plan(PARENTS, CODE, FILES, materialisations()) == {}


def test_an_empty_log_asks_for_everything_parents_first() -> None:
    stale = plan(PARENTS, CODE, FILES, {})
    assert set(stale.values()) == {Reason.NEVER}
    order = list(stale)
    assert order.index(RAW) < order.index(STAGING) < order.index(MART)


def test_changed_files_reach_all_that_is_downstream_and_nothing_else() -> None:
    stale = plan(PARENTS, CODE, FILES | {RAW: "files-2"}, materialisations())
    assert stale == {RAW: Reason.FILES, STAGING: Reason.UPSTREAM, MART: Reason.UPSTREAM}
    assert plan(PARENTS, CODE, FILES | {OTHER: "files-2"}, materialisations()) == {
        OTHER: Reason.FILES,
        MART: Reason.UPSTREAM,
    }


def test_changed_code_reaches_all_that_is_downstream() -> None:
    stale = plan(PARENTS, CODE | {STAGING: "code-2"}, FILES, materialisations())
    assert stale == {STAGING: Reason.CODE, MART: Reason.UPSTREAM}


def test_a_parent_made_anew_without_its_child_leaves_the_child_stale() -> None:
    last = materialisations(staging=Materialisation("code-1", "staged-2", {RAW: "files-1"}))
    assert plan(PARENTS, CODE, FILES, last) == {MART: Reason.UPSTREAM}


def test_a_reload_of_equal_files_makes_nothing_downstream_stale() -> None:
    last = materialisations(raw=Materialisation("code-1", "files-1"))
    assert plan(PARENTS, CODE, FILES, last) == {}


@pytest.mark.parametrize(
    ("blocked", "expected"),
    [
        (RAW, {RAW: Reason.CHECK, STAGING: Reason.UPSTREAM, MART: Reason.UPSTREAM}),
        (MART, {MART: Reason.CHECK}),
    ],
)
def test_a_check_that_has_not_passed_is_run_again_before_what_stands_behind_it(
    blocked: dg.AssetKey, expected: dict[dg.AssetKey, Reason]
) -> None:
    last = materialisations()
    made = last[blocked]
    last[blocked] = Materialisation(made.code_version, made.data_version, made.input_versions, is_blocked=True)
    assert plan(PARENTS, CODE, FILES, last) == expected


def test_a_table_that_is_gone_is_made_again_with_all_that_reads_it() -> None:
    assert plan(PARENTS, CODE, FILES, materialisations(), missing={STAGING}) == {
        STAGING: Reason.MISSING,
        MART: Reason.UPSTREAM,
    }


def test_a_table_of_the_warehouse_that_does_not_stand_there_is_missing() -> None:
    orders, sales = dg.AssetKey(["raw_olist", "orders"]), dg.AssetKey(["marts", "sales"])
    tables = {orders: TableName("raw_olist", "orders"), sales: TableName("marts", "sales")}
    assert missing_assets(tables, {TableName("marts", "sales"), TableName("marts", "other")}) == {orders}
    assert missing_assets(tables, frozenset()) == {orders, sales}


@pytest.mark.parametrize(
    ("key", "metadata", "table"),
    [
        (["raw_olist", "orders"], {}, TableName("raw_olist", "orders")),
        (["marts", "sales"], {"dagster/table_name": "warehouse.marts.sales"}, TableName("marts", "sales")),
        (["ml", "m_scores"], {"dagster/table_name": "predictions.m"}, TableName("predictions", "m")),
        (
            ["ml", "m_scores"],
            {"dagster/table_name": dg.MetadataValue.text("predictions.m")},
            TableName("predictions", "m"),
        ),
        (["ml", "m_model"], {"rows": 1}, None),
        (["report"], {}, None),
    ],
    ids=["raw", "dbt", "scores", "scores as metadata", "model", "report"],
)
def test_an_asset_is_the_table_of_its_key_or_the_one_it_names(
    key: list[str], metadata: dict[str, object], table: TableName | None
) -> None:
    assert warehouse_table(dg.AssetKey(key), metadata) == table


def test_scores_whose_table_was_dropped_are_made_again_with_the_views_over_them() -> None:
    @dg.asset(key_prefix="ml", code_version="1", metadata={"dagster/table_name": "predictions.m"})
    def m_scores() -> None: ...

    @dg.asset(key_prefix="marts", code_version="1", deps=[m_scores])
    def all_scores() -> None: ...

    graph = dg.Definitions(assets=[m_scores, all_scores]).resolve_asset_graph()
    with dg.instance_for_test() as instance:
        dg.materialize([m_scores, all_scores], instance=instance)
        standing = {SCORES, TableName("marts", "all_scores")}
        assert stale_assets(instance, graph, {}, relations=standing) == {}
        assert stale_assets(instance, graph, {}, relations=standing - {SCORES}) == {
            m_scores.key: Reason.MISSING,
            all_scores.key: Reason.UPSTREAM,
        }


def test_what_nothing_in_the_graph_makes_is_never_asked_for() -> None:
    @dg.asset(deps=[dg.AssetKey("from_elsewhere")], code_version="1")
    def report() -> None: ...

    graph = dg.Definitions(assets=[report]).resolve_asset_graph()
    with dg.instance_for_test() as instance:
        assert stale_assets(instance, graph, {}) == {report.key: Reason.NEVER}
        dg.materialize([report], instance=instance)
        assert stale_assets(instance, graph, {}) == {}
