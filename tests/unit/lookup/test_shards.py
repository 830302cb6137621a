"""Rows among files: each id in the one that the page looks into, no file too large, history as far as there is room."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ml_assets.lookup import shards as module
from ml_assets.lookup.rows import LookedUp, looked_up
from ml_assets.lookup.shards import LARGEST_FILE_BYTES, divided, hashes_of
from ml_assets.lookup.texts import shard_texts
from tests.unit.lookup.made import CHURN, SEGMENTS, churn, reasons

PLENTY = 10**9


def read(text: str) -> dict[str, Any]:
    assert text.startswith("ecomLookup({")
    assert text.endswith("});\n")
    found: dict[str, Any] = json.loads(text.removeprefix("ecomLookup(").removesuffix(");\n"))
    return found


def customers(number: int, months: int = 1, told: str = "[]") -> LookedUp:
    rows = [
        (f"c{each:05d}", f"2018-0{month}-28", 0.5, "low") for each in range(number) for month in range(1, months + 1)
    ]
    return looked_up(CHURN, churn(*rows, told=told))


def test_hashes_are_fnv_1a_with_both_halves_folded() -> None:
    # Published values of FNV-1a: "" 811c9dc5, "a" e40c292c, "foobar" bf9cf968; of bytes, not of letters.
    folded = [value ^ (value >> 16) for value in (0x811C9DC5, 0xE40C292C, 0xBF9CF968)]
    assert hashes_of(["", "a", "foobar"]).tolist() == folded
    slow = 0x811C9DC5
    for byte in "ação".encode():
        slow = ((slow ^ byte) * 16777619) & 0xFFFFFFFF
    assert hashes_of(["ação"]).tolist() == [slow ^ (slow >> 16)]


def test_few_rows_take_one_file_that_says_all_of_them() -> None:
    one = looked_up(
        CHURN,
        churn(("a", "2018-04-30", 0.1, "low"), ("a", "2018-05-31", 0.9, "high"), told=reasons(("size", 3, 0.5))),
    )
    other = looked_up(SEGMENTS, churn(("b", "2018-05-31", 1.0, "low")).assign(segment="New", is_noise=False))
    found = divided([one, other], PLENTY)
    assert found is not None
    assert found.number == 1
    [text] = shard_texts(found, [one, other])
    assert read(text) == {
        "ids": ["a", "b"],
        "tables": {
            "churn_olist_customers": {
                "newest": {
                    "who": [0],
                    "day": [1],
                    "score": [0.9],
                    "band": [0],
                    "version": [0],
                    "hindsight": [0],
                    "reasons": [[[0, 3, 0.5]]],
                    "facts": {},
                },
                "earlier": {"who": [0], "day": [0], "score": [0.1], "band": [2], "version": [0], "hindsight": [0]},
            },
            "segmentation_olist_customers": {
                "newest": {
                    "who": [1],
                    "day": [0],
                    "score": [1.0],
                    "band": [2],
                    "version": [0],
                    "hindsight": [0],
                    "reasons": [[]],
                    "facts": {"segment": ["New"]},
                },
                "earlier": {"who": [], "day": [], "score": [], "band": [], "version": [], "hindsight": []},
            },
        },
    }


@pytest.mark.parametrize("letter", ["x", "ã", '"', "\U0001f600"])
def test_no_file_is_too_large_and_each_id_is_where_it_is_looked_for(letter: str) -> None:
    table = customers(3_000, months=3, told=reasons(("size", letter * 30, 0.5), ("other", 123456.789, -0.25)))
    found = divided([table], PLENTY)
    assert found is not None
    texts = list(shard_texts(found, [table]))
    assert len(texts) == found.number > 1
    assert max(len(text.encode()) for text in texts) <= LARGEST_FILE_BYTES
    # Nor are there many more files than it takes.
    assert sum(map(len, texts)) / found.number > LARGEST_FILE_BYTES / 20
    seen = []
    for number, text in enumerate(texts):
        data = read(text)
        assert {int(each) & (found.number - 1) for each in hashes_of(data["ids"])} <= {number}
        seen += data["ids"]
        for rows in data["tables"]["churn_olist_customers"].values():
            assert all(0 <= who < len(data["ids"]) for who in rows["who"])
    assert sorted(seen) == [f"c{each:05d}" for each in range(3_000)]


def test_history_stays_as_far_as_there_is_room_and_the_newest_always() -> None:
    table = customers(100, months=4)
    kept = {}
    for room in (0, 10_000, PLENTY):
        found = divided([table], room)
        assert found is not None
        kept[room] = found.kept(table)
    assert len(kept[0]) == 100
    assert kept[0]["age"].eq(0).all()
    assert len(kept[10_000]) == 200
    assert len(kept[PLENTY]) == 400


def test_where_even_most_files_do_not_do_they_are_larger(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MOST_FILES", 2)
    table = customers(3_000, told=reasons(("size", "x" * 200, 0.5)))
    found = divided([table], PLENTY)
    assert found is not None
    assert found.number == 2


def test_nobody_needs_no_file() -> None:
    assert divided([looked_up(CHURN, churn())], PLENTY) is None


def test_reasons_that_are_no_json_are_refused() -> None:
    table = looked_up(CHURN, churn(("a", "2018-05-31", 0.5, "low"), told='");alert(1)//'))
    found = divided([table], PLENTY)
    assert found is not None
    with pytest.raises(ValueError, match="Expecting"):
        list(shard_texts(found, [table]))
