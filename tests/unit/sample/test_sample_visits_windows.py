"""Deliveries of the click stream: a base and further files hold the rows of the whole, each once."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from ecom_assets.sample.retailrocket.assemble import Clicks, build_clicks, write_files
from ecom_assets.sample.scenarios import sample_config
from ecom_assets.sample.window import EVERYTHING, Window

CONFIG = sample_config(scale=0.005, seed=3)
BASE = Window(until=date(2015, 6, 30))
JULY = Window(start=date(2015, 7, 1), until=date(2015, 7, 31))
REST = Window(start=date(2015, 8, 1), until=date(2015, 12, 31))
STEMS = ("events", "item_properties_part1", "item_properties_part2")


@pytest.fixture(scope="module")
def clicks() -> Clicks:
    return build_clicks(CONFIG)


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


def test_deliveries_add_up_to_the_whole(clicks: Clicks, tmp_path: Path) -> None:
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    for folder in (whole, parts):
        folder.mkdir()
    rows = write_files(whole, CONFIG, clicks, EVERYTHING)
    delivered = [write_files(parts, CONFIG, clicks, window) for window in (BASE, JULY, REST)]
    assert set(delivered[0]) == {f"{stem}.csv" for stem in (*STEMS, "category_tree")} == set(rows)
    assert set(delivered[1]) == {f"{stem}_2015-07-31.csv" for stem in STEMS}
    assert set(delivered[2]) == {f"{stem}_2015-12-31.csv" for stem in STEMS}
    for stem in STEMS:
        files = [parts / window.file_name(stem) for window in (BASE, JULY, REST)]
        header, *expected = _lines(whole / f"{stem}.csv")
        assert all(_lines(file)[0] == header for file in files)
        assert Counter(line for file in files for line in _lines(file)[1:]) == Counter(expected)
        assert sum(counts[file.name] for counts, file in zip(delivered, files, strict=True)) == rows[f"{stem}.csv"]


def test_a_delivery_holds_the_rows_of_its_days(clicks: Clicks, tmp_path: Path) -> None:
    write_files(tmp_path, CONFIG, clicks, JULY)
    for stem in STEMS:
        stamps = [int(line.split(",", 1)[0]) for line in _lines(tmp_path / f"{stem}_2015-07-31.csv")[1:]]
        # 2015-07-01 and 2015-08-01, midnight UTC.
        assert min(stamps) >= 1_435_708_800_000
        assert max(stamps) < 1_438_387_200_000


def test_the_rows_of_a_base_keep_the_order_of_the_whole(clicks: Clicks, tmp_path: Path) -> None:
    write_files(tmp_path, CONFIG, clicks, EVERYTHING)
    whole = _lines(tmp_path / "events.csv")
    write_files(tmp_path, CONFIG, clicks, BASE)
    base = _lines(tmp_path / "events.csv")
    # 2015-07-01, midnight UTC.
    assert base[1:] == [line for line in whole[1:] if int(line.split(",", 1)[0]) < 1_435_708_800_000]


def test_a_further_delivery_has_no_empty_files(clicks: Clicks, tmp_path: Path) -> None:
    # Monday to Saturday: events, but no snapshot of properties; and a month after the end of the log.
    week = Window(start=date(2015, 7, 6), until=date(2015, 7, 11))
    assert set(write_files(tmp_path, CONFIG, clicks, week)) == {"events_2015-07-11.csv"}
    late = Window(start=date(2015, 10, 1), until=date(2015, 10, 31))
    assert write_files(tmp_path, CONFIG, clicks, late) == {}


def test_an_early_base_has_all_files(clicks: Clicks, tmp_path: Path) -> None:
    rows = write_files(tmp_path, CONFIG, clicks, Window(until=date(2015, 5, 5)))
    assert rows["item_properties_part1.csv"] == rows["item_properties_part2.csv"] == 0
    assert rows["events.csv"] > 0
    assert _lines(tmp_path / "item_properties_part1.csv") == ["timestamp,itemid,property,value"]
