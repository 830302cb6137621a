"""The header of a file against the declaration."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from ecom_assets.ingestion.errors import LoadError
from ecom_assets.ingestion.header import check_header, read_header

DECLARED = ("thing_id", "amount", "made_at")


def header_of(tmp_path: Path, content: bytes, *, is_gzip: bool = False) -> tuple[str, ...]:
    path = tmp_path / "things.csv"
    path.write_bytes(content)
    return read_header(path, "things.csv", is_gzip=is_gzip)


@pytest.mark.parametrize(
    "content",
    [b"thing_id,amount\n1,2\n", b'\xef\xbb\xbf"thing_id","amount"\r\n1,2\r\n', b"thing_id,amount"],
)
def test_names_are_read_without_mark_quotes_or_line_end(tmp_path: Path, content: bytes) -> None:
    assert header_of(tmp_path, content) == ("thing_id", "amount")
    assert header_of(tmp_path, gzip.compress(content), is_gzip=True) == ("thing_id", "amount")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "things.csv is empty"),
        (b"\n1,2\n", "things.csv is empty"),
        ("thing_id,amount\n".encode("utf-16"), "UTF-16 text or no text at all; save it as UTF-8"),
        ("thing_id,amount\n".encode("utf-16-le"), "UTF-16 text or no text at all"),
        (b"thing_id,amount\ra,1\r", "carriage return alone"),
        (gzip.compress(b"thing_id,amount\n", mtime=0), r"is gzip-compressed; give it a name that ends in \.csv\.gz"),
        (b"caf\xe9,amount\n", "not UTF-8"),
    ],
)
def test_what_is_no_header_is_named(tmp_path: Path, content: bytes, message: str) -> None:
    with pytest.raises(LoadError, match=message):
        header_of(tmp_path, content)


def test_a_truncated_gzip_is_named(tmp_path: Path) -> None:
    with pytest.raises(LoadError, match=r"things\.csv cannot be read"):
        header_of(tmp_path, gzip.compress(b"thing_id,amount\n" * 100)[:20], is_gzip=True)


def test_columns_may_stand_in_any_order_and_extra_ones_are_returned() -> None:
    assert check_header(("made_at", "thing_id", "colour", "amount"), DECLARED, "f") == ("colour",)
    assert check_header(DECLARED, DECLARED, "f") == ()


@pytest.mark.parametrize(
    ("found", "message"),
    [
        (("thing_id", "made_at"), "f: column 'amount' is missing; expected columns: thing_id, amount, made_at"),
        (("thing_id", "ammount", "made_at"), r"column 'amount' is missing \(renamed to 'ammount'\?\)"),
        (("thing_id", "amount", "amount", "made_at"), "column 'amount' stands more than once"),
        (("thing_id;amount;made_at",), "is not separated by commas"),
    ],
)
def test_a_header_that_does_not_fit_is_explained(found: tuple[str, ...], message: str) -> None:
    with pytest.raises(LoadError, match=message):
        check_header(found, DECLARED, "f")
