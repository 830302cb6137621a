"""Reading one part as text: no line vanishes."""

from __future__ import annotations

import gzip
from pathlib import Path

import duckdb
import pytest

from ecom_assets.ingestion import csv_text
from ecom_assets.ingestion.csv_text import TextPart
from ecom_assets.ingestion.errors import LoadError


@pytest.mark.parametrize(
    ("content", "lines", "blank"),
    [(b"", 0, 0), (b"a", 1, 0), (b"a\n", 1, 0), (b"a\n\nb", 3, 1), (b"a\r\n \r\n\r\nb\r\n", 4, 2)],
)
@pytest.mark.parametrize("is_gzip", [False, True])
def test_lines_are_counted(tmp_path: Path, content: bytes, lines: int, blank: int, *, is_gzip: bool) -> None:
    path = tmp_path / "file"
    path.write_bytes(gzip.compress(content) if is_gzip else content)
    assert csv_text.scan_bytes(path, is_gzip=is_gzip) == csv_text.Bytes(lines, has_nul=False)
    assert csv_text.count_blank_lines(path, is_gzip=is_gzip) == blank


def test_a_nul_byte_is_seen(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"a\n" * 1_000_000 + b"\0")
    assert csv_text.scan_bytes(path, is_gzip=False) == csv_text.Bytes(1_000_001, has_nul=True)


def read(tmp_path: Path, content: bytes) -> TextPart:
    path = tmp_path / "things.csv"
    path.write_bytes(content)
    with duckdb.connect() as connection:
        return csv_text.read_text(connection, path, "things.csv", ("a", "b"), is_gzip=False, slot=0)


def test_blank_lines_are_no_rows_and_no_loss(tmp_path: Path) -> None:
    assert read(tmp_path, b"a,b\n1,2\n\n3,4\n\n\n").records == 2
    assert read(tmp_path, b"a,b\n").records == 0


def test_lines_that_the_reader_passes_over_are_not_lost_in_silence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reader of today makes out every file that is known here, so that its blindness has to be played."""
    monkeypatch.setattr(csv_text, "scan_bytes", lambda path, *, is_gzip: csv_text.Bytes(4, has_nul=False))
    with pytest.raises(LoadError, match=r"things\.csv: only 3 of 4 lines could be read as CSV"):
        read(tmp_path, b"a,b\n1,2\n3,4\n")


@pytest.mark.parametrize("content", [b"a,b\r\n1,2\n3,4\r5,6\r\n", b'a,b\n1,"2\n3,4\n5,6\n'])
def test_mixed_line_ends_and_a_quote_that_never_closes_are_refused_or_rejected(tmp_path: Path, content: bytes) -> None:
    try:
        part = read(tmp_path, content)
    except LoadError as error:
        assert "things.csv" in str(error)
    else:
        assert part.broken_records > 0
