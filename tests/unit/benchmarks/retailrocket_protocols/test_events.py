"""The file of events: what is read of it, and what is said of a file that is another one."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from benchmarks.retailrocket_protocols.events import read_events
from ecom_assets.ingestion.errors import LoadError

HEADER = "timestamp,visitorid,event,itemid,transactionid\n"
ROWS = "1433193132535,7,view,396045,\n1433193132000,5,transaction,9,4000\n1433193132535,7,view,396045,\n"


@pytest.mark.parametrize("name", ["events.csv", "events.csv.gz"])
def test_columns_come_in_the_order_of_the_file_with_repeated_lines(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    content = (HEADER + ROWS).encode()
    path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    events = read_events(path)
    assert events.time.tolist() == [1433193132535, 1433193132000, 1433193132535]
    assert events.visitor.tolist() == [7, 5, 7]
    assert events.item.tolist() == [396045, 9, 396045]
    assert events.is_view.tolist() == [True, False, True]


def test_columns_are_found_by_name(tmp_path: Path) -> None:
    path = tmp_path / "events.csv"
    path.write_text("itemid,transactionid,event,visitorid,timestamp\n3,,view,2,1\n")
    events = read_events(path)
    assert (events.time[0], events.visitor[0], events.item[0]) == (1, 2, 3)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param("", "is empty", id="nothing"),
        pytest.param(HEADER, "no rows", id="header alone"),
        pytest.param(HEADER.replace("itemid", "item_id") + ROWS, "'itemid' is missing", id="renamed column"),
        pytest.param(HEADER + "1,2,view,3,\nsoon,2,view,3,\n", "Line: 3", id="no number"),
        pytest.param(HEADER + "1,2,view,3,\n1,,view,3,\n", "row 2 below the header", id="no visitor"),
        pytest.param(HEADER + "1,2,view,3,\n1,2,,3,\n", "row 2 below the header", id="no kind"),
        pytest.param(HEADER + "1,2,glance,3,\n", "neither view, addtocart nor transaction", id="unknown kind"),
    ],
)
def test_another_file_is_refused_with_what_is_wrong(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "events.csv"
    path.write_text(content)
    with pytest.raises(LoadError, match=message):
        read_events(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(LoadError, match="there is no file"):
        read_events(tmp_path / "events.csv")
