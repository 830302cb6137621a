"""What a raw asset reports about a load: metadata, and checks on passing and failing loads."""

from __future__ import annotations

import dataclasses

import pytest

from ecom_assets.ingestion.assets import (
    ACCOUNTING_CHECK,
    METADATA_OUTCOME,
    METADATA_REJECTED,
    METADATA_SUPERSEDED,
    PRESENCE_CHECK,
    STRAYS_CHECK,
    raw_code_version,
    report_checks,
    report_metadata,
    stray_warning,
)
from ecom_assets.ingestion.landing import Landing
from ecom_assets.ingestion.loader import LoadReport, PartReport
from ecom_assets.ingestion.schema import Column, ColumnType
from ecom_assets.keys import METADATA_ROWS
from tests.fixtures.landing import tiny_source

SOURCE = tiny_source()
THINGS, EXTRAS = SOURCE.table("things"), SOURCE.table("extras")
CLEAN = Landing(parts={})
PART = PartReport("f.csv", "sha", bytes=10, read=10, loaded=7, rejected=1, superseded=2)


def passed(report: LoadReport, table: str = "things", landing: Landing = CLEAN) -> dict[str | None, bool]:
    results = report_checks(SOURCE, SOURCE.table(table), landing, report)
    return {result.check_name: result.passed for result in results}


def test_rows_are_accounted_for_or_the_check_fails() -> None:
    assert passed(LoadReport((PART,), is_skipped=False))[ACCOUNTING_CHECK]
    lost = dataclasses.replace(PART, loaded=6)
    assert not passed(LoadReport((PART, lost), is_skipped=False))[ACCOUNTING_CHECK]


@pytest.mark.parametrize(("parts", "expected"), [(0, False), (1, False), (2, True)])
def test_presence_is_checked_for_each_file_of_an_optional_table_only(parts: int, expected: bool) -> None:
    report = LoadReport((PART,) * parts, is_skipped=False)
    assert passed(report, "extras")[PRESENCE_CHECK] is expected
    assert PRESENCE_CHECK not in passed(report, "things")


def test_strays_are_reported_once_a_source() -> None:
    stray = Landing(parts={}, strays=("complete/", "x.txt"))
    report = LoadReport((PART,), is_skipped=False)
    assert passed(report)[STRAYS_CHECK]
    assert not passed(report, landing=stray)[STRAYS_CHECK]
    assert STRAYS_CHECK not in passed(report, "extras", landing=stray)
    assert stray_warning(SOURCE, stray) == "files of no table in the landing folder tiny/: complete/, x.txt"
    assert stray_warning(SOURCE, CLEAN) is None


def test_metadata_tells_counts_and_whether_anything_was_loaded() -> None:
    loaded = report_metadata(LoadReport((PART, PART), is_skipped=False))
    assert (loaded[METADATA_ROWS].value, loaded[METADATA_REJECTED].value, loaded[METADATA_SUPERSEDED].value) == (
        14,
        2,
        4,
    )
    assert loaded[METADATA_OUTCOME].value == "loaded 2 file(s)"
    skipped = report_metadata(LoadReport((PART,), is_skipped=True))
    assert skipped[METADATA_OUTCOME].value == "unchanged files, not loaded again"


def test_the_code_version_follows_the_declaration() -> None:
    assert raw_code_version(THINGS) == raw_code_version(tiny_source().table("things"))
    retyped = tuple(
        dataclasses.replace(column, type=ColumnType.TEXT) if column.name == "amount" else column
        for column in THINGS.columns
    )
    assert raw_code_version(dataclasses.replace(THINGS, columns=retyped)) != raw_code_version(THINGS)
    assert raw_code_version(dataclasses.replace(THINGS, key=("thing_id", "amount"))) != raw_code_version(THINGS)
    assert raw_code_version(dataclasses.replace(THINGS, description="other")) == raw_code_version(THINGS)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"key": ("nothing",)}, r"refers to undeclared columns: \['nothing'\]"),
        ({"event_column": "never"}, r"refers to undeclared columns: \['never'\]"),
        ({"columns": (Column("a", ColumnType.TEXT, "A."),) * 2, "key": ()}, "declares a column twice"),
    ],
)
def test_a_declaration_that_contradicts_itself_is_refused(change: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        dataclasses.replace(THINGS, **change)  # type: ignore[arg-type]


def test_an_undeclared_table_is_a_key_error() -> None:
    with pytest.raises(KeyError, match="declares no table 'nothing'"):
        SOURCE.table("nothing")
