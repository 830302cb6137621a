"""The protocol of purchase intent on a handful of events, and its figures at their limits."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmarks.purchase_intent.__main__ import measured, published, table
from benchmarks.purchase_intent.measure import figures, last_looked_at, scorers
from benchmarks.purchase_intent.pairs import Events, Pairs
from benchmarks.purchase_intent.protocol import TEST, TRAIN, VALIDATION, Window

ASKED = Window(date(2015, 7, 1))


def written(folder: Path, *events: tuple[str, str, str, str]) -> Events:
    """Write events of (moment, visitor, item, kind) as the original file has them."""
    (folder / "retailrocket").mkdir()
    lines = ["timestamp,visitorid,event,itemid,transactionid"]
    for moment, visitor, item, kind in events:
        stamp = int(datetime.fromisoformat(moment).replace(tzinfo=UTC).timestamp() * 1000)
        lines.append(f"{stamp},{visitor},{kind},{item},{'9' if kind == 'transaction' else ''}")
    (folder / "retailrocket" / "events.csv").write_text("\n".join(lines) + "\n")
    return Events(folder)


def test_a_pair_is_a_cart_or_two_views_within_thirty_days(tmp_path: Path) -> None:
    events = written(
        tmp_path,
        ("2015-06-20 10:00:00", "1", "in_cart", "addtocart"),
        ("2015-06-20 10:00:00", "2", "seen_twice", "view"),
        ("2015-06-21 10:00:00", "2", "seen_twice", "view"),
        ("2015-06-21 10:00:00", "3", "seen_once", "view"),
        ("2015-05-31 23:59:59", "4", "too_early", "addtocart"),
        ("2015-07-01 00:00:00", "5", "too_late", "addtocart"),
    )
    assert list(events.pairs(ASKED).visitor) == ["1", "2"]


def test_the_answer_is_a_purchase_of_the_same_pair_in_the_fourteen_days_that_follow(tmp_path: Path) -> None:
    carts = [("2015-06-20 10:00:00", visitor, "a", "addtocart") for visitor in "12345"]
    events = written(
        tmp_path,
        *carts,
        ("2015-07-01 00:00:00", "1", "a", "transaction"),
        ("2015-07-14 23:59:59", "2", "a", "transaction"),
        ("2015-07-15 00:00:00", "3", "a", "transaction"),
        ("2015-06-30 23:59:59", "4", "a", "transaction"),
        ("2015-07-05 10:00:00", "5", "b", "transaction"),
    )
    assert events.pairs(ASKED).is_bought.tolist() == [True, True, False, False, False]


def test_nothing_after_the_question_moves_a_feature(tmp_path: Path) -> None:
    before = [("2015-06-20 10:00:00", "1", "a", "addtocart"), ("2015-06-29 10:00:00", "2", "a", "view")]
    after = [("2015-07-02 10:00:00", "1", "a", "view"), ("2015-07-03 10:00:00", "1", "a", "transaction")]
    (tmp_path / "without").mkdir()
    (tmp_path / "with").mkdir()
    expected = written(tmp_path / "without", *before).pairs(ASKED).features
    pd.testing.assert_frame_equal(written(tmp_path / "with", *before, *after).pairs(ASKED).features, expected)
    assert expected[["pair_carts", "visitor_events", "item_visitors"]].to_numpy().tolist() == [[1, 1, 2]]
    assert expected["pair_last_age_days"].tolist() == pytest.approx([10 + 14 / 24])


def test_a_repeated_line_counts_once(tmp_path: Path) -> None:
    events = written(tmp_path, *[("2015-06-20 10:00:00", "1", "a", "view")] * 2)
    assert len(events.pairs(ASKED)) == 0


def test_answers_of_training_end_before_those_of_validation_begin() -> None:
    assert max(window.answered_on for window in TRAIN) <= VALIDATION.asked_on
    assert VALIDATION.answered_on <= TEST.asked_on
    assert (TEST.observed_from, TEST.answered_on) == (date(2015, 7, 30), date(2015, 9, 12))


def pairs_of(bought: list[bool]) -> Pairs:
    columns = {"pair_carts": [0.0] * len(bought), "pair_purchases": 0.0, "pair_last_age_days": 1.0}
    visitor = np.array([str(number) for number in range(len(bought))], dtype=object)
    return Pairs(visitor, pd.DataFrame(columns), np.array(bought))


def test_figures_of_a_perfect_and_of_a_constant_score() -> None:
    pairs = pairs_of([True] * 10 + [False] * 90)
    perfect = figures(pairs, pairs.is_bought.astype(np.float64))
    assert (perfect.average_precision, perfect.auc, perfect.recall_at_500) == (1.0, 1.0, 1.0)
    assert (perfect.average_precision_low, perfect.average_precision_high) == (1.0, 1.0)
    constant = figures(pairs, np.zeros(100))
    assert constant.average_precision == pytest.approx(0.1)
    assert constant.auc == 0.5
    assert constant.average_precision_low < 0.1 < constant.average_precision_high


def test_the_rule_puts_what_lies_in_the_cart_first() -> None:
    features = pd.DataFrame(
        {"pair_carts": [0, 1, 1], "pair_purchases": [0, 0, 1], "pair_last_age_days": [0.1, 20.0, 0.2]}
    )
    assert np.argsort(-last_looked_at(features)).tolist() == [1, 0, 2]


def test_with_few_purchases_only_the_rule_is_left() -> None:
    few = pairs_of([True] + [False] * 9)
    assert len(scorers(few, few, 1)) == 1


def test_a_window_without_purchases_gets_no_figure(tmp_path: Path) -> None:
    records = measured("tiny", written(tmp_path, ("2015-08-20 10:00:00", "1", "a", "addtocart")), 1)
    assert [(record["pairs"], record["bought"]) for record in records] == [(0, 0), (1, 0)]
    assert "auc" not in records[0]
    text = table([*published(), *records])
    assert "| tiny | 2015-08-29 | 1 | 0 | too few bought pairs | - | - | - | - |" in text
    assert "| original, published | 2015-08-29 | 65,546 | 57 | logistic regression | 0.0134 | 0.853 |" in text


def test_a_folder_without_events_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"holds no retailrocket/events\.csv"):
        Events(tmp_path)
