"""Which snapshots are segmented, judged and chosen on: only what time allows."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from ml_assets.segmentation.questions import SEGMENTATION_OLIST_CUSTOMERS as QUESTION
from ml_assets.segmentation.snapshots import NoSnapshotError, snapshots_of

MONTHS = [date(2017, 8, 31), date(2017, 9, 30), date(2018, 2, 28), date(2018, 3, 31), date(2018, 8, 31)]
HORIZON = timedelta(days=181)


def tables(dates: list[date], people: int = 3) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return features and later values of a few people; the last one of each date is not in the value table."""
    keys = pd.DataFrame(
        [(f"p{number}", day) for day in dates for number in reversed(range(people))],
        columns=["customer_unique_id", "as_of_date"],
    )
    values = keys.assign(
        holdout_value=[10.0 * int(name[1:]) for name in keys["customer_unique_id"]],
        label_known_at=[pd.Timestamp(day + HORIZON) for day in keys["as_of_date"]],
    )
    return keys, values[values["customer_unique_id"] != f"p{people - 1}"]


def test_each_snapshot_is_the_newest_that_time_allows() -> None:
    found = snapshots_of(QUESTION, *tables(MONTHS), date(2018, 8, 27))
    assert found.served.as_of == date(2018, 3, 31)
    assert found.served.spend is None
    assert found.judged is not None
    assert found.judged.as_of == date(2018, 2, 28)
    assert found.known is not None
    assert found.known.as_of == date(2017, 8, 31)


def test_spend_stands_beside_its_customer_and_is_zero_without_a_row() -> None:
    found = snapshots_of(QUESTION, *tables(MONTHS), date(2018, 8, 27))
    assert found.judged is not None
    assert found.judged.frame["customer_unique_id"].tolist() == ["p0", "p1", "p2"]
    assert found.judged.spend is not None
    np.testing.assert_array_equal(found.judged.spend, [0.0, 10.0, 0.0])
    assert found.judged.spenders == 1


def test_a_day_before_the_horizon_ends_nothing_is_judged() -> None:
    features, values = tables([date(2018, 2, 28)])
    assert snapshots_of(QUESTION, features, values, date(2018, 8, 27)).judged is not None
    assert snapshots_of(QUESTION, features, values, date(2018, 8, 26)).judged is None


def test_a_snapshot_with_a_label_of_unknown_time_is_not_judged() -> None:
    features, values = tables([date(2018, 2, 28)])
    values = values.assign(label_known_at=values["label_known_at"].where(values["customer_unique_id"] != "p0"))
    assert snapshots_of(QUESTION, features, values, date(2019, 1, 1)).judged is None


def test_without_a_complete_day_there_is_nobody_to_segment() -> None:
    features, values = tables([date(2018, 2, 28)])
    with pytest.raises(NoSnapshotError, match="2018-02-27"):
        snapshots_of(QUESTION, features, values, date(2018, 2, 27))


def test_a_customer_who_stands_there_twice_is_an_error() -> None:
    features, values = tables([date(2018, 2, 28)])
    with pytest.raises(ValueError, match="twice"):
        snapshots_of(QUESTION, pd.concat([features, features.iloc[[0]]]), values, date(2018, 2, 28))
