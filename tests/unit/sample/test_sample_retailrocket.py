"""The click stream of the sample: events, item properties, category tree.

Expected shares are those of the original files.
"""

from __future__ import annotations

import pandas as pd
import pytest

from tests.unit.sample.written import Written

DAY = 86_400_000
FIRST, LAST = 1_430_622_004_384, 1_442_545_187_788  # 2015-05-03 03:00 to 2015-09-18 02:59 UTC


@pytest.fixture(scope="module")
def events(medium: Written) -> pd.DataFrame:
    frame = medium.text("retailrocket", "events")
    return frame.assign(timestamp=frame["timestamp"].astype("int64"))


@pytest.fixture(scope="module")
def properties(small: Written) -> pd.DataFrame:
    parts = [small.text("retailrocket", f"item_properties_part{number}") for number in (1, 2)]
    return pd.concat(parts, ignore_index=True)


# -- events ------------------------------------------------------------------------------------------------------


def test_events_have_the_original_numbers(events: pd.DataFrame) -> None:
    # Five percent of 2,664,312; 69,332; 22,457 and of 1,407,580 visitors. Visitors are as many as asked for, what they
    # do is left to chance: tolerances are some two standard deviations at this size (test_sample_visits is larger).
    rows = events["event"].value_counts()
    assert rows["view"] == pytest.approx(133_216, rel=0.01)
    assert rows["addtocart"] == pytest.approx(3_467, rel=0.06)
    assert rows["transaction"] == pytest.approx(1_123, rel=0.08)
    assert events["visitorid"].nunique() == 70_379
    assert (events["visitorid"].value_counts() == 1).mean() == pytest.approx(0.7116, abs=0.01)
    carts, bought = (events[events["event"] == kind] for kind in ("addtocart", "transaction"))
    assert carts["visitorid"].nunique() == pytest.approx(1_886, rel=0.04)
    assert bought["visitorid"].nunique() == pytest.approx(586, rel=0.08)
    assert bought["transactionid"].nunique() / len(bought) == pytest.approx(17_672 / 22_457, abs=0.03)


def test_events_lie_within_the_log_and_rest_in_the_morning(events: pd.DataFrame) -> None:
    assert events["timestamp"].min() >= FIRST
    assert events["timestamp"].max() <= LAST
    assert events["timestamp"].min() < FIRST + DAY
    assert events["timestamp"].max() > LAST - DAY
    hour = pd.to_datetime(events["timestamp"], unit="ms").dt.hour.value_counts(normalize=True).sort_index()
    assert hour.loc[8:12].sum() < 0.08
    assert hour.loc[15:23].sum() > 0.45


def test_the_file_is_not_sorted_but_goes_month_by_month(events: pd.DataFrame) -> None:
    steps = events["timestamp"].diff().dropna()
    assert (steps < 0).mean() == pytest.approx(0.5, abs=0.05)
    night = pd.to_datetime(events["timestamp"] - 6 * 3_600_000, unit="ms")
    month = night.dt.month
    assert month[month != month.shift()].tolist() == [6, 8, 9, 5, 7]


def test_only_transactions_have_a_transaction_id(events: pd.DataFrame) -> None:
    assert events["transactionid"].notna().equals(events["event"] == "transaction")
    per_id = events.dropna(subset="transactionid").groupby("transactionid")
    assert (per_id["visitorid"].nunique() == 1).all()
    assert (per_id["timestamp"].max() - per_id["timestamp"].min() < 100).all()
    assert (per_id.size() > 1).any()


def test_a_few_rows_repeat(events: pd.DataFrame) -> None:
    # 460 in the original.
    assert events.duplicated().sum() == 23
    assert events.duplicated(["timestamp", "visitorid", "event", "itemid"]).sum() == 23


def test_carts_follow_views_and_transactions_follow_carts(events: pd.DataFrame) -> None:
    first = events.groupby(["event", "visitorid", "itemid"])["timestamp"].min()
    share = {}
    for before, after in (("view", "addtocart"), ("addtocart", "transaction")):
        later = events[events["event"] == after].join(first[before].rename("before"), on=["visitorid", "itemid"])
        share[after] = (later["before"] <= later["timestamp"]).mean()
    assert share["addtocart"] == pytest.approx(0.63, abs=0.03)
    assert share["transaction"] == pytest.approx(0.89, abs=0.03)


def test_visitors_come_in_sessions_and_look_at_items_again(events: pd.DataFrame) -> None:
    ordered = events.sort_values(["visitorid", "timestamp"])
    gap = ordered.groupby("visitorid")["timestamp"].diff()
    session = (gap.isna() | (gap > 1_800_000)).cumsum()
    sizes = session.value_counts()
    assert (sizes == 1).mean() == pytest.approx(0.79, abs=0.01)
    assert sizes.max() >= 20
    assert ordered.assign(session=session).duplicated(["session", "itemid"]).mean() == pytest.approx(0.147, abs=0.02)
    assert gap[gap <= 1_800_000].median() == pytest.approx(64_000, rel=0.05)


def test_items_are_very_unequal_and_neighbours_are_seen_together(events: pd.DataFrame, medium: Written) -> None:
    views = events["itemid"].value_counts()
    assert views.iloc[: len(views) // 100].sum() / len(events) > 0.15
    assert views.iloc[0] / len(events) < 0.005
    assert (views <= 3).mean() > 0.3
    parts = [medium.text("retailrocket", f"item_properties_part{number}") for number in (1, 2)]
    properties = pd.concat(parts)
    category = properties[properties["property"] == "categoryid"].drop_duplicates("itemid").set_index("itemid")["value"]
    seen = events[events["event"] == "view"].sort_values(["visitorid", "timestamp"])
    own = seen["itemid"].map(category)
    nearby = (seen["visitorid"] == seen["visitorid"].shift()) & (seen["itemid"] != seen["itemid"].shift())
    same = (own == own.shift())[nearby]
    chance = (own == own.sample(frac=1.0, random_state=1).to_numpy()).mean()
    assert same.mean() > 10 * chance
    assert same.mean() > 0.2


# -- item properties ---------------------------------------------------------------------------------------------


def test_snapshots_are_sundays_at_three_in_the_morning(properties: pd.DataFrame) -> None:
    stamp = pd.to_datetime(properties["timestamp"].astype("int64").unique(), unit="ms")
    assert len(stamp) == 19
    assert str(stamp.min()) == "2015-05-10 03:00:00"
    assert str(stamp.max()) == "2015-09-13 03:00:00"
    assert set(stamp.day_name()) == {"Sunday"}
    assert set(stamp.hour) == {3}


def test_an_item_has_one_value_per_property_and_snapshot(properties: pd.DataFrame) -> None:
    assert not properties.duplicated(["timestamp", "itemid", "property"]).any()


def test_properties_have_the_original_names_and_formats(properties: pd.DataFrame) -> None:
    assert len(properties) == 202_759
    share = properties["property"].value_counts(normalize=True)
    assert share["888"] == pytest.approx(3_000_398 / 20_275_902, abs=0.01)
    assert share["790"] == pytest.approx(1_790_516 / 20_275_902, abs=0.01)
    assert share["available"] == pytest.approx(1_503_639 / 20_275_902, abs=0.01)
    assert share["categoryid"] == pytest.approx(788_214 / 20_275_902, abs=0.005)
    assert len(share) > 900
    value = properties.set_index("property")["value"]
    assert set(value["available"]) == {"0", "1"}
    assert value["categoryid"].str.fullmatch(r"\d{1,4}").all()
    assert value["790"].str.fullmatch(r"n\d+\.000").all()
    assert (value["790"].str[1:].astype(float) % 120 == 0).all()
    assert value["790"].str[1:].astype(float).median() == pytest.approx(65_000, rel=0.25)
    others = value.drop(["available", "categoryid", "790"])
    assert others.str.fullmatch(r"(n\d+\.000|\d+)( (n\d+\.000|\d+))*").all()
    assert others.str.contains(r" n\d").any()


def test_availability_turns_at_each_row_and_prices_move_slowly(properties: pd.DataFrame) -> None:
    ordered = properties.assign(timestamp=properties["timestamp"].astype("int64")).sort_values(["itemid", "timestamp"])
    turns = ordered[ordered["property"] == "available"]
    inside = turns["itemid"] == turns["itemid"].shift()
    assert (turns["value"] != turns["value"].shift())[inside].all()
    prices = ordered[ordered["property"] == "790"]
    price = prices["value"].str[1:].astype(float)
    change = (price / price.shift())[prices["itemid"] == prices["itemid"].shift()]
    assert change.between(0.7, 1.4).mean() > 0.97
    assert (change != 1).mean() > 0.5


def test_most_items_of_the_log_have_properties(properties: pd.DataFrame, small: Written) -> None:
    assert properties["itemid"].nunique() == 4_171  # one percent of 417,053
    seen = small.text("retailrocket", "events")["itemid"].drop_duplicates()
    assert seen.isin(set(properties["itemid"])).mean() == pytest.approx(0.79, abs=0.08)


# -- category tree -----------------------------------------------------------------------------------------------


def test_the_tree_has_its_size_at_any_scale_with_roots_and_orphans(small: Written) -> None:
    tree = small.text("retailrocket", "category_tree")
    assert len(tree) == 1_669
    assert tree["parentid"].isna().sum() == 25
    known = set(tree["categoryid"])
    orphans = tree[tree["parentid"].notna() & ~tree["parentid"].isin(known)]
    assert len(orphans) == 5
    parent = tree.set_index("categoryid")["parentid"]
    depth = pd.Series(1, index=parent.index)
    above = parent.copy()
    while above.isin(known).any():
        depth += above.isin(known)
        above = above.map(parent)
    assert depth.max() == 6


def test_a_few_items_name_categories_that_the_tree_lacks(properties: pd.DataFrame, small: Written) -> None:
    known = set(small.text("retailrocket", "category_tree")["categoryid"])
    unknown = ~properties.loc[properties["property"] == "categoryid", "value"].isin(known)
    assert 0 < unknown.mean() < 0.01


def test_nothing_in_the_click_stream_is_quoted(small: Written) -> None:
    for stem in ("events", "category_tree", "item_properties_part1", "item_properties_part2"):
        assert b'"' not in (small.folder / "retailrocket" / f"{stem}.csv").read_bytes()
