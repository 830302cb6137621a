"""Leaks planted into the compiled SQL of the real models: the audit's comparison has to see each of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

import duckdb
import pytest

from ecom_assets.comparison.builds import Build
from ecom_assets.comparison.outcome import Comparison
from ecom_assets.point_in_time.audit import Kind, compared_before
from ecom_assets.point_in_time.compare import Builds, compare
from ecom_assets.point_in_time.feature_tables import feature_tables
from tests.integration.pasts import Pasts

pytestmark = pytest.mark.slow

END_OF_DAY = "cast({}.as_of_date + 1 as timestamp)"
CATALOG = "warehouse"


@dataclass(frozen=True)
class Leak:
    """A leak in one model that has to show in one feature.

    Attributes
    ----------
    name
        What was done wrong.
    source, day
        Which build of the past shows it.
    model
        Where it is planted.
    edits
        Texts of the compiled SQL (without comments, white space collapsed) that each occur once, and what stands in
        their place.
    table, column
        Where it has to show.
    """

    name: str
    source: str
    day: date
    model: str
    edits: tuple[tuple[str, str], ...]
    table: str
    column: str


LEAKS = (
    Leak(
        name="a window without its upper bound",
        source="retailrocket",
        day=date(2015, 7, 26),
        model="ftr_churn_retailrocket_visitors",
        edits=(
            (
                f"on panel.visitor_id = steps.visitor_id and steps.occurred_at < {END_OF_DAY.format('panel')}",
                "on panel.visitor_id = steps.visitor_id",
            ),
        ),
        table="ftr_churn_retailrocket_visitors",
        column="events_ever",
    ),
    Leak(
        name="a join on the final status",
        source="olist",
        day=date(2018, 1, 31),
        model="int_order_count_changes",
        edits=(
            (
                'select * from "warehouse"."intermediate"."int_order_known_moments"',
                'select * from "warehouse"."intermediate"."int_order_known_moments" where order_id in '
                """(select order_id from "warehouse"."staging"."stg_olist__orders" where order_status <> 'canceled')""",
            ),
        ),
        table="ftr_late_delivery",
        column="network_open_count",
    ),
    Leak(
        name="an average over all time",
        source="olist",
        day=date(2018, 1, 31),
        model="ftr_late_delivery",
        edits=(
            (
                "cast(parties.network_delivery_milliseconds_long as double precision) / 86400000 "
                "/ nullif(parties.network_delivery_count_long, 0) as network_delivery_days_long",
                "(select avg(epoch_ms(delivery_known_at) - epoch_ms(purchased_at)) / 86400000 from order_moments) "
                "as network_delivery_days_long",
            ),
        ),
        table="ftr_late_delivery",
        column="network_delivery_days_long",
    ),
    Leak(
        name="a review's score at its creation",
        source="olist",
        day=date(2018, 1, 31),
        model="int_order_review_spells",
        edits=(
            (
                "greatest(order_reviews.answered_at, orders.purchased_at) as known_at",
                "greatest(order_reviews.created_at, orders.purchased_at) as known_at",
            ),
        ),
        table="ftr_churn_olist_customers",
        column="mean_review_score",
    ),
    Leak(
        name="the shipping limit at the purchase",
        source="olist",
        day=date(2018, 1, 31),
        model="ftr_late_delivery",
        edits=(
            (
                "case when own_steps.approval_known_at is not null then order_contents.shipping_limit_at end "
                "as shipping_limit_at",
                "order_contents.shipping_limit_at as shipping_limit_at",
            ),
            (
                "case when own_steps.is_handover then own_steps.decision_at end as handover_at",
                "own_steps.decision_at as handover_at",
            ),
        ),
        table="ftr_late_delivery",
        column="shipping_limit_left_days",
    ),
    Leak(
        name="a rolling window by the date of purchase",
        source="olist",
        day=date(2018, 1, 31),
        model="int_order_count_changes",
        edits=(
            (
                "'late_count_short' as measure, cast(1 as bigint) as amount, outcome_known_at as starts_at",
                "'late_count_short' as measure, cast(1 as bigint) as amount, purchased_at as starts_at",
            ),
        ),
        table="ftr_late_delivery",
        column="network_late_count_short",
    ),
    Leak(
        name="a price level of the whole period",
        source="retailrocket",
        day=date(2015, 7, 26),
        model="int_category_price_levels",
        edits=(
            (
                f"(item_prices.valid_from < {END_OF_DAY.format('as_of_dates')} and (item_prices.valid_to is null or "
                f"item_prices.valid_to >= {END_OF_DAY.format('as_of_dates')}))",
                "true",
            ),
        ),
        table="ftr_items",
        column="price_position",
    ),
)


@pytest.mark.parametrize("leak", LEAKS, ids=lambda leak: leak.name)
def test_a_planted_leak_is_seen_and_nothing_without_it(leak: Leak, pasts_of: Callable[[str], Pasts]) -> None:
    pasts = pasts_of(leak.source)
    manifest = pasts.whole.manifest
    past = pasts.past(leak.day, Kind.CUT)
    clean = compared(leak, manifest, pasts.whole, past, is_planted=False)
    assert clean.rows > 0
    assert clean.differences == ()
    planted = compared(leak, manifest, pasts.whole, past, is_planted=True)
    assert leak.column in {difference.column for difference in planted.differences}


def test_a_leak_is_planted_only_where_its_text_stands_once() -> None:
    leak = LEAKS[0]
    [(old, new)] = leak.edits
    assert planted_sql(leak, f"select a -- comment\n from b\n\n{old}") == f"select a from b {new}"
    for sql in ("select 1", f"{old} {old}"):
        with pytest.raises(AssertionError, match="stands"):
            planted_sql(leak, sql)


def compared(leak: Leak, manifest: Mapping[str, Any], whole: Build, past: Build, *, is_planted: bool) -> Comparison:
    """Run the models from the leak to the feature table on both builds, and compare the feature table."""
    [table] = [table for table in feature_tables(manifest, leak.source) if table.name == leak.table]
    compiled = {model: sql_of(manifest, model) for model in models_between(manifest, leak.model, leak.table)}
    compiled[leak.model] = planted_sql(leak, compiled[leak.model]) if is_planted else compiled[leak.model]
    with duckdb.connect() as connection:
        for side, build in (("whole", whole), ("cut", past)):
            connection.execute(f"attach '{build.path}' as {CATALOG} (read_only)")
            connection.execute(f"create schema memory.{side}")
            before = compared_before(connection, CATALOG, leak.source, leak.day)
            for model, sql in compiled.items():
                # Models that were run here take the place of those that stand in the warehouse.
                own = partial(lambda found, side: f"memory.{side}.{found[1]}", side=side)
                pattern = rf'"{CATALOG}"\."\w+"\."({"|".join(compiled)})"'
                connection.execute(f"create table memory.{side}.{model} as {re.sub(pattern, own, sql)}")
            connection.execute(f"detach {CATALOG}")
        builds = Builds(f"memory.whole.{leak.table}", f"memory.cut.{leak.table}", before, has_labels=False)
        return compare(connection, table, builds)


def planted_sql(leak: Leak, sql: str) -> str:
    """Return the SQL with the leak in it."""
    planted = " ".join(re.sub(r"--[^\n]*", "", sql).split())
    for old, new in leak.edits:
        count = planted.count(old)
        assert count == 1, f"the text of {leak.name!r} stands {count} times in {leak.model}, it must once:\n{old}"
        planted = planted.replace(old, new)
    return planted


def sql_of(manifest: Mapping[str, Any], model: str) -> str:
    """Return the compiled SQL of a model."""
    return str(manifest["nodes"][f"model.ecom.{model}"]["compiled_code"])


def models_between(manifest: Mapping[str, Any], first: str, last: str) -> list[str]:
    """Return the models that depend on one and that another depends on, both included, parents first."""

    def parents(name: str) -> list[str]:
        nodes = manifest["nodes"][f"model.ecom.{name}"]["depends_on"]["nodes"]
        return [node.rsplit(".", 1)[1] for node in nodes if node.startswith("model.")]

    reaches: dict[str, bool] = {}
    between: list[str] = []

    def visit(name: str) -> bool:
        if name not in reaches:
            found = [visit(parent) for parent in parents(name)]
            reaches[name] = name == first or any(found)
            if reaches[name]:
                between.append(name)
        return reaches[name]

    assert visit(last), f"{last} does not depend on {first}"
    return between
