"""The table of likeness: its figures by hand, its margins on small samples, its real side, its page."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmarks.likeness import (
    olist_baskets,
    olist_delivery,
    olist_orders,
    olist_reviews,
    olist_sellers,
    retailrocket_items,
    retailrocket_visits,
)
from benchmarks.likeness.__main__ import PAGE, RESULT
from benchmarks.likeness.clicks import Clicks, long_sessions, read_extract, with_sessions
from benchmarks.likeness.distance import haversine_km
from benchmarks.likeness.margin import Margin, Origin, absolute, relative
from benchmarks.likeness.marketplace import Marketplace, read_marketplace
from benchmarks.likeness.measure import SMALL_SCALE, SOURCES, margins_of, rounded, sample_figures, stale_real_figures
from benchmarks.likeness.report import markdown, number_text, read_result, with_table
from ecom_assets.sample import write_sample
from tests.unit.sample.written import Written

# Sampling allowance, in standard deviations of a figure among small samples.
ALLOWED_DEVIATIONS = 4.0

_ORDERS = pd.DataFrame(
    [
        ("a", "ann", "1", "SP", "delivered", "2017-11-24 10:00", "2017-11-24 12:00", "2017-11-25 12:00"),
        ("b", "ann", "1", "SP", "delivered", "2017-11-24 20:00", "2017-11-24 20:00", "2017-11-28 20:00"),
        ("c", "bob", "2", "RJ", "delivered", "2018-01-01 00:00", "2018-01-01 00:00", "2018-01-03 00:00"),
        ("d", "bob", "2", "RJ", "canceled", "2018-08-30 00:00", None, None),
        ("e", "eva", "3", "MG", "delivered", "2018-03-01 00:00", "2018-03-01 00:00", "2018-03-02 00:00"),
    ],
    columns=["order_id", "person", "zip", "state", "status", "purchased", "approved", "carrier"],
).assign(
    # By date: a in time (on the promised date, though after its midnight), b late, c and e in time.
    delivered=["2017-12-04 10:00", "2017-12-14 20:00", "2018-01-05 00:00", "NaT", "2018-03-09 00:00"],
    promised=["2017-12-04", "2017-12-13", "2018-01-11", "2018-09-09", "2018-03-21"],
)
for _column in ("purchased", "approved", "carrier", "delivered", "promised"):
    _ORDERS[_column] = pd.to_datetime(_ORDERS[_column])

_ITEMS = pd.DataFrame(
    [
        ("a", "lamp", "north", 10.0, 5.0),
        ("a", "lamp", "north", 10.0, 5.0),
        ("b", "sofa", "north", 100.0, 20.0),
        ("c", "lamp", "south", 10.0, 10.0),
        ("e", "rug", "south", 40.0, 8.0),
    ],
    columns=["order_id", "product_id", "seller_id", "price", "freight"],
)


def _marketplace() -> Marketplace:
    """Return a market of five orders, all of them in the sample."""
    delivered = _ORDERS["status"] == "delivered"
    return Marketplace(
        orders=_ORDERS.assign(in_sample=True, is_thinned=delivered),
        items=_ITEMS,
        payments=pd.DataFrame(
            {
                "order_id": ["a", "a", "b", "c"],
                "means": ["voucher", "credit_card", "credit_card", "boleto"],
                "instalments": [1.0, 3.0, 5.0, 1.0],
                "value": [10.0, 20.0, 120.0, 20.0],
            }
        ),
        reviews=pd.DataFrame(
            {
                "order_id": ["a", "b", "c", "d"],
                "score": [5.0, 1.0, 4.0, 1.0],
                "has_text": [False, True, False, False],
                "created": pd.to_datetime(["2017-12-05", "2017-12-15", "2018-01-06", "2018-09-10"]),
                "answered": pd.to_datetime(["2017-12-06", "2017-12-17", "2018-01-09", "2018-09-14"]),
            }
        ),
        products=pd.DataFrame(
            {
                "product_id": ["lamp", "sofa", "rug"],
                "category": ["light", "home", None],
                "weight_g": [100.0, 1_000.0, 200.0],
            }
        ),
        sellers=pd.DataFrame(
            {"seller_id": ["north", "south", "idle"], "zip": ["1", "3", "1"], "state": ["SP", "SP", "MG"]}
        ),
        # One degree along the equator is 111.2 km; the sellers sit at 0 and at 20 degrees.
        places=pd.DataFrame(
            {"latitude": [0.0, 0.0, 0.0], "longitude": [0.0, 10.0, 20.0]}, index=pd.Index(["1", "2", "3"], name="zip")
        ),
    )


def test_figures_of_orders_by_hand() -> None:
    market = _marketplace()
    assert olist_orders.order_count(market) == 5
    assert olist_orders.people_count(market) == 3
    assert olist_orders.repeat_buyer_share(market) == pytest.approx(2 / 3)
    # Ann's second order comes ten hours later, Bob's eight months later.
    assert olist_orders.repeat_within_day_share(market) == 0.5
    assert olist_orders.delivered_share(market) == 0.8
    assert olist_orders.month_share(market, "2017-11") == 0.4
    assert olist_orders.black_friday_share(market) == 0.4
    assert olist_orders.black_friday_first_share(market) == 0.5
    assert olist_orders.dead_tail_orders(market) == 1
    assert olist_orders.state_share(market, "SP") == 0.4
    assert olist_orders.seller_state_share(market, "SP") == pytest.approx(2 / 3)


def test_figures_of_baskets_by_hand() -> None:
    market = _marketplace()
    assert olist_baskets.category_share(market, "light") == 0.6
    assert olist_baskets.price_quantile(market, 0.5) == 10
    assert olist_baskets.log_price_spread(market) == pytest.approx(np.std(np.log([10, 10, 100, 10, 40]), ddof=1))
    assert olist_baskets.freight_quantile(market, 0.5) == 8
    assert olist_baskets.units_per_order(market) == 1.25
    assert olist_baskets.means_share(market, "credit_card") == 0.5
    assert olist_baskets.mean_instalments(market) == 2.5
    assert olist_baskets.mean_order_value(market) == pytest.approx(170 / 3)


def test_elasticities_are_those_that_were_built_in() -> None:
    weights = np.array([100.0, 1_000.0, 5_000.0])
    degrees = np.array([1.0, 5.0, 20.0])
    routes = pd.MultiIndex.from_product([range(3), range(3)]).to_frame(index=False)
    km = 6_371.0 * np.radians(degrees)
    market = _marketplace()
    built = Marketplace(
        orders=pd.DataFrame({"order_id": routes.index.astype(str), "zip": routes[1].astype(str), "in_sample": True}),
        items=pd.DataFrame(
            {
                "order_id": routes.index.astype(str),
                "product_id": routes[0].astype(str),
                "seller_id": "north",
                "price": 1.0,
                "freight": 2.0 * weights[routes[0]] ** 0.3 * km[routes[1]] ** 0.1,
            }
        ),
        payments=market.payments,
        reviews=market.reviews,
        products=pd.DataFrame({"product_id": ["0", "1", "2"], "weight_g": weights}),
        sellers=pd.DataFrame({"seller_id": ["north"], "zip": ["home"]}),
        places=pd.DataFrame(
            {"latitude": 0.0, "longitude": [0.0, *degrees]}, index=pd.Index(["home", "0", "1", "2"], name="zip")
        ),
    )
    assert olist_baskets.freight_to_weight(built) == pytest.approx(0.3)
    assert olist_baskets.freight_to_distance(built) == pytest.approx(0.1)


def test_distance_of_a_quarter_of_the_globe() -> None:
    zero, quarter = pd.Series([0.0]), pd.Series([90.0])
    assert haversine_km(zero, zero, zero, quarter)[0] == pytest.approx(6_371.0 * math.pi / 2)


def test_figures_of_delivery_by_hand() -> None:
    market = _marketplace()
    assert olist_delivery.late_share(market) == 0.25
    assert olist_delivery.late_share_of_month(market, "2017-11") == 0.5
    # Days to delivery are 10, 20, 4 and 8.
    assert olist_delivery.delivery_days_quantile(market, 0.5) == 9
    # Promised after 9.58, 18.17, 10, 10 and 20 days.
    assert olist_delivery.promised_days_median(market) == 10
    # The orders of Ann and Eva come from next door; Bob's from 1,112 km away.
    assert olist_delivery.delivery_days_of_band(market, 0, 100) == 10
    assert olist_delivery.delivery_days_of_band(market, 500, 1_500) == 4


def test_handling_spread_is_that_of_sellers_with_enough_orders() -> None:
    market = _marketplace()
    orders = pd.concat([_ORDERS[_ORDERS["order_id"].isin(["a", "b"])]] * 20, ignore_index=True)
    orders = orders.assign(order_id=orders.index.astype(str), is_thinned=True, seller_id=["fast", "slow"] * 20)
    few = orders.head(10).assign(order_id=[f"few {number}" for number in range(10)], seller_id="small")
    orders = pd.concat([orders, few])
    built = Marketplace(
        orders=orders.drop(columns="seller_id"),
        items=orders[["order_id", "seller_id"]],
        payments=market.payments,
        reviews=market.reviews,
        products=market.products,
        sellers=market.sellers,
        places=market.places,
    )
    # One and four days; the small seller does not count.
    assert olist_delivery.seller_handling_spread(built) == pytest.approx(np.std([0.0, math.log(4.0)], ddof=1))


def test_figures_of_reviews_by_hand() -> None:
    market = _marketplace()
    assert olist_reviews.mean_score(market, late=False) == 4.5
    assert olist_reviews.mean_score(market, late=True) == 1
    assert olist_reviews.stars_share(market, 1) == 0.5
    assert olist_reviews.with_text_share(market) == 0.25
    assert olist_reviews.answer_days_median(market) == 2.5


def test_figures_of_sellers_by_hand() -> None:
    market = _marketplace()
    # The larger of two sellers has three of five items; the top product of three as many.
    assert olist_sellers.top_sellers_share(market) == 0.6
    assert olist_sellers.top_products_share(market) == 0.6
    assert olist_sellers.single_order_sellers_share(market) == 0
    assert olist_sellers.products_per_seller(market) == 2
    assert olist_sellers.selling_share(market) == pytest.approx(2 / 3)
    # North sells in November and never again; south in January, two months later in March, and never again.
    assert olist_sellers.seller_churn_share(market) == pytest.approx(2 / 3)


def _clicks() -> Clicks:
    """Return the events of three visitors, in five sessions."""
    minute = 60_000
    rows = [
        (1, 0, "view", 7),
        (1, 5, "view", 7),
        (1, 10, "view", 8),
        (1, 15, "addtocart", 8),
        (1, 20, "view", 7),
        (1, 51, "transaction", 8),  # 31 minutes later: another session
        (2, 600, "view", 9),
        (2, 630, "view", 8),  # 30 minutes later: the same session
        (2, 631, "addtocart", 7),
        (2, 2_000, "transaction", 9),
        (3, 0, "view", 7),
    ]
    events = pd.DataFrame(rows, columns=["visitor", "time", "kind", "item"])
    events["time"] *= minute
    return Clicks(
        events=with_sessions(events).assign(is_thinned=lambda frame: frame["visitor"] != 2),
        long_sessions=pd.DataFrame({"session": [1, 1, 1, 2, 2], "item": [5, 5, 6, 6, 5]}),
        categories=pd.Series({7: 70, 8: 70, 9: 90}),
        property_rows=12,
        property_items=3,
    )


def test_figures_of_visits_by_hand() -> None:
    clicks = _clicks()
    assert retailrocket_visits.event_count(clicks) == 11
    assert retailrocket_visits.kind_count(clicks, "addtocart") == 2
    assert retailrocket_visits.visitor_count(clicks) == 3
    assert retailrocket_visits.one_event_share(clicks) == pytest.approx(1 / 3)
    assert retailrocket_visits.sessions_per_visitor(clicks) == pytest.approx(5 / 3)
    assert retailrocket_visits.returning_share(clicks) == pytest.approx(2 / 3)
    # Sessions with views have four, two and one of them.
    assert retailrocket_visits.views_per_session(clicks) == pytest.approx(7 / 3)
    assert retailrocket_visits.views_in_session_share(clicks, 1, 1) == pytest.approx(1 / 3)
    assert retailrocket_visits.views_in_session_share(clicks, 2, None) == pytest.approx(2 / 3)
    assert retailrocket_visits.buyers_share(clicks) == pytest.approx(2 / 3)
    # Item 8 was viewed before it was added, item 7 was not viewed by visitor 2.
    assert retailrocket_visits.cart_of_viewed_share(clicks) == 0.5
    # Item 8 was added in an earlier session, item 9 was not added by visitor 2.
    assert retailrocket_visits.carted_before_share(clicks) == 0.5
    assert retailrocket_visits.busy_hours_share(clicks) == 1


def test_busy_hours_of_an_even_day_hold_a_third_of_it() -> None:
    clicks = _clicks()
    even = Clicks(pd.DataFrame({"time": np.arange(48) * 3_600_000}), clicks.long_sessions, clicks.categories, 0, 0)
    assert retailrocket_visits.busy_hours_share(even) == pytest.approx(1 / 3)


def test_figures_of_items_by_hand() -> None:
    clicks = _clicks()
    assert retailrocket_items.item_count(clicks) == 3
    # Later views: 7 again, 8, 7 seen before; 8.
    assert retailrocket_items.seen_share(clicks) == 0.5
    assert retailrocket_items.last_share(clicks) == 0.25
    # 7 to 8 and back stay in the category, 9 to 8 leaves it.
    assert retailrocket_items.same_category_share(clicks) == pytest.approx(2 / 3)
    assert retailrocket_items.long_session_items(clicks) == 2
    assert retailrocket_items.long_session_count(clicks) == 2
    assert retailrocket_items.clicks_per_long_session(clicks) == 2.5
    assert retailrocket_items.long_session_seen_share(clicks) == pytest.approx(1 / 3)
    assert retailrocket_items.long_session_last_share(clicks) == pytest.approx(1 / 3)
    assert retailrocket_items.top_items_share(clicks) == 0.6
    # The first visitor views 7 and 8, the third 7: item 8 once, item 7 four times.
    assert retailrocket_items.seen_once_share(clicks) == 0.5
    assert retailrocket_items.property_row_count(clicks) == 12
    assert retailrocket_items.properties_per_item(clicks) == 4


def test_rank_frequency_slope_of_zipfs_law_is_minus_one() -> None:
    counts = np.round(1e6 / np.arange(1, 1_101)).astype(np.int64)
    clicks = _clicks()
    zipf = Clicks(clicks.events, pd.DataFrame({"item": np.repeat(np.arange(1_100), counts)}), clicks.categories, 0, 0)
    assert retailrocket_items.rank_frequency_slope(zipf) == pytest.approx(-1.0, abs=1e-3)


def test_long_sessions_lose_rare_items_and_what_becomes_short() -> None:
    sessions = {1: [7, 7, 8], 2: [7, 7, 7], 3: [7, 9], 4: [8, 8, 8], 5: [8, 9, 9]}
    events = pd.DataFrame(
        [(session, item, "view") for session, items in sessions.items() for item in items],
        columns=["session", "item", "kind"],
    )
    # Without session 3, item 7 has five views, item 8 five and item 9 two; session 5 is left with one view.
    kept = long_sessions(events)
    assert kept["session"].tolist() == [1, 1, 1, 2, 2, 2, 4, 4, 4]
    assert kept["item"].tolist() == [7, 7, 8, 7, 7, 7, 8, 8, 8]


def test_a_margin_says_when_a_figure_is_near_enough() -> None:
    count: Margin[float] = Margin("rows", "count", 200, Origin.PUBLISHED, relative(0.1), float, grows_with_scale=True)
    assert count.is_met(219)
    assert count.is_met(221) is False
    assert count.is_met(12, scale=0.05) is False
    assert count.is_met(12, scale=0.05, allowance=1.5)
    share: Margin[float] = Margin("part", "share", 0.5, Origin.EXTRACT, absolute(0.02), float)
    assert share.is_met(0.481)
    assert share.is_met(0.479) is False
    unknown: Margin[float] = Margin("part", "share", None, Origin.UNKNOWN, None, float)
    assert unknown.is_met(0.5) is None
    with pytest.raises(ValueError, match="belong together"):
        Margin("part", "share", 0.5, Origin.EXTRACT, None, float)


def test_numbers_read_well() -> None:
    assert number_text(0.0312, "share") == "3.12 %"
    assert number_text(0.426, "share") == "42.6 %"
    assert number_text(2_756_101, "count") == "2,756,101"
    assert number_text(349.99, "BRL") == "350 BRL"
    assert rounded(0.123456789) == 0.123457
    assert rounded(2_754_892.0) == 2_754_892


def test_a_page_without_marks_is_refused() -> None:
    with pytest.raises(ValueError, match="once"):
        with_table("no table here", "| table |")


def test_the_page_shows_the_result_file() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert with_table(page, markdown(read_result(RESULT))) == page


@pytest.mark.parametrize("source", SOURCES)
def test_the_result_file_is_of_the_margins_as_they_are(source: str) -> None:
    rows = read_result(RESULT)["figures"][source]
    declared = [
        (margin.name, margin.real, margin.tolerance and margin.tolerance.width) for margin in margins_of(source)
    ]
    assert [(row["name"], row["real"], row["tolerance"]) for row in rows] == declared
    assert len({name for name, *_ in declared}) == len(declared)


@pytest.fixture(scope="session")
def other(tmp_path_factory: pytest.TempPathFactory) -> Written:
    """Return a sample of the default size and another seed."""
    folder = tmp_path_factory.mktemp("other")
    write_sample(folder, scale=SMALL_SCALE, seed=23, sources=SOURCES)
    return Written(folder)


def _out_of_margin(sample: Written) -> set[str]:
    """Return the figures of a small sample that noise does not explain.

    A figure that is out of tolerance at full size is allowed as much beyond it as the table says.
    """
    measured = sample_figures(sample.folder)
    out = set()
    for source in SOURCES:
        rows = {row["name"]: row for row in read_result(RESULT)["figures"][source]}
        for margin in margins_of(source):
            if margin.needs_full_size or margin.real is None or margin.tolerance is None:
                continue
            row = rows[margin.name]
            beyond = max(0.0, abs(row["generated"] - margin.real) - margin.tolerance.distance(margin.real))
            beyond *= SMALL_SCALE if margin.grows_with_scale else 1.0
            allowance = ALLOWED_DEVIATIONS * row["small_sample_spread"] + beyond
            if not margin.is_met(measured[source][margin.name], scale=SMALL_SCALE, allowance=allowance):
                out.add(margin.name)
    return out


@pytest.mark.parametrize("sample", ["medium", "other"])
def test_small_samples_keep_the_margins(sample: str, request: pytest.FixtureRequest) -> None:
    assert _out_of_margin(request.getfixturevalue(sample)) == set()


def test_the_margins_tell_a_null_sample_from_the_original(tmp_path: Path) -> None:
    write_sample(tmp_path, scale=SMALL_SCALE, seed=7, sources=SOURCES, is_null=True)
    out = _out_of_margin(Written(tmp_path))
    assert {"orders in 2017-01", "orders on Black Friday 2017", "later orders within 24 hours of the one before"} <= out
    assert {"visitors with another session", "visitors who buy"} <= out


def test_declared_real_figures_are_those_of_the_extract(real_extract: Path) -> None:
    assert stale_real_figures(real_extract) == []


def test_the_extract_is_read_with_its_random_parts_marked(real_extract: Path) -> None:
    market = read_marketplace(real_extract / "olist", is_extract=True)
    assert len(market.sampled()) == 20_000
    assert market.orders["is_thinned"].sum() == 39_408
    assert len(read_extract(real_extract / "retailrocket").events) == 9_385


def test_a_sample_is_thinned_as_the_extract_is(medium: Written) -> None:
    market = read_marketplace(medium.folder / "olist", is_extract=False)
    thinned = market.orders[market.orders["is_thinned"]]
    assert set(thinned["status"]) == {"delivered"}
    part = len(thinned) / (market.orders["status"] == "delivered").sum()
    # Four standard errors of a share of 41 % among some 4,800 orders.
    assert part == pytest.approx(39_408 / 96_478, abs=0.03)
    assert market.orders["in_sample"].all()
