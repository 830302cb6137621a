"""Files as nobody should deliver them, and what becomes of each.

The load fails and says which file and why, or a row is rejected with its line; the old state stays where nothing new
was loaded. Nothing is ever lost in silence.
"""

from __future__ import annotations

import gzip
import io
import os
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pytest

from ecom_assets.ingestion import loader
from ecom_assets.ingestion.csv_text import read_text
from ecom_assets.ingestion.errors import LoadError
from ecom_assets.ingestion.landing import discover
from ecom_assets.ingestion.loader import LoadReport, LoadRequest, load_table
from ecom_assets.warehouse.ops_tables import create_statements
from tests.fixtures.landing import tiny_source

SOURCE = tiny_source()
HEADER = b"thing_id,amount,made_at\n"
GOOD = HEADER + b"a,1.00,2018-01-01 00:00:00\n"
TWENTY = b"".join(b"k%02d,1.00,2018-01-01 00:00:00\n" % number for number in range(20))
OLD = [("old", 2)]
_NOBODY = 65_534


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        for statement in create_statements():
            opened.execute(statement)
        yield opened


@pytest.fixture
def folder(tmp_path: Path, connection: duckdb.DuckDBPyConnection) -> Path:
    """Return a landing folder, emptied after one good load."""
    made = tmp_path / "tiny"
    made.mkdir()
    (made / "things.csv").write_bytes(HEADER + b"old,1.00,\n")
    load(connection, made)
    (made / "things.csv").unlink()
    return made


def load(connection: duckdb.DuckDBPyConnection, folder: Path, *, share: float = 0.06) -> LoadReport:
    request = LoadRequest(
        source=SOURCE,
        table=SOURCE.table("things"),
        parts=discover(folder.parent, SOURCE).parts["things"],
        scratch_dir=folder.parent,
        max_rejected_share=share,
        run_id="run",
        loaded_at=datetime(2026, 1, 1),
    )
    report = load_table(connection, request)
    assert all(part.is_accounted for part in report.parts)
    return report


def things(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, int]]:
    """Return id and line of the rows that did not come from ``TWENTY``."""
    return connection.execute(
        "select thing_id, _line_number from raw_tiny.things where thing_id not like 'k__' order by all"
    ).fetchall()


def rejects(connection: duckdb.DuckDBPyConnection) -> list[tuple[int, str, str]]:
    return connection.execute(
        "select line_number, reason, raw_line from ops.rejected_rows order by line_number"
    ).fetchall()


def archive(*members: tuple[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, content in members:
            opened.writestr(name, content)
    return buffer.getvalue()


def damaged_archive() -> bytes:
    content = bytearray(archive(("things.csv", HEADER + TWENTY * 50)))
    content[60:90] = bytes(30)
    return bytes(content)


# -- the load fails, says which file and why, and the old rows stay ------------------------------------------------

REFUSED = {
    "a missing column": ("things.csv", b"thing_id,made_at\na,\n", "things.csv: column 'amount' is missing"),
    "a renamed column": (
        "things.csv", b"thing_id,amonut,made_at\na,1,\n",
        "things.csv: column 'amount' is missing (renamed to 'amonut'?)",
    ),
    "a duplicated column": (
        "things.csv", b"thing_id,amount,amount,made_at\na,1,1,\n", "things.csv: column 'amount' stands more than once",
    ),
    "UTF-16": ("things.csv", GOOD.decode().encode("utf-16"), "things.csv is UTF-16 text"),
    "UTF-16 without mark": ("things.csv", GOOD.decode().encode("utf-16-le"), "things.csv is UTF-16 text"),
    "semicolons": ("things.csv", GOOD.replace(b",", b";"), "things.csv: the header 'thing_id;amount;made_at' is not"),
    "carriage returns alone": ("things.csv", GOOD.replace(b"\n", b"\r"), "things.csv: its lines end in a carriage"),
    "no byte": ("things.csv", b"", "things.csv is empty"),
    "no byte, compressed": ("things.csv.gz", b"", "things.csv.gz is empty"),
    "a header only": ("things.csv", HEADER, "things.csv of Tiny holds no row, only a header"),
    "a quote that opens the first row": (
        "things.csv", HEADER + b'"a,1.00,\n' + TWENTY, "things.csv: 1 of 1 rows do not parse",
    ),
    "a truncated gzip": (
        "things.csv.gz", gzip.compress(HEADER + TWENTY * 500)[:-40], "things.csv.gz cannot be read",
    ),
    "a gzip with something behind it": ("things.csv.gz", gzip.compress(GOOD) + b"more", "things.csv.gz cannot be read"),
    "plain text named gzip": ("things.csv.gz", GOOD, "things.csv.gz cannot be read"),
    "a gzip named plain text": ("things.csv", gzip.compress(GOOD), "things.csv is gzip-compressed"),
    "a corrupt zip": ("data.zip", damaged_archive(), "data.zip/things.csv cannot be unpacked"),
    "no zip at all": ("data.zip", b"PK\x03\x04 nothing", "data.zip is not a readable zip archive"),
    "a zip that names a file outside of it": (
        "data.zip", archive(("../things.csv", GOOD), ("/etc/things.csv", GOOD)), "things.csv of Tiny is missing",
    ),
    "an endless line": (
        "things.csv", HEADER + TWENTY + b"x" * 40_000_000 + b",1.00,\nb,1.00,\n", "things.csv: only 22 of 23 lines",
    ),
    "an endless header": (
        "things.csv", b"x" * 10_000_000 + b",amount,made_at\na,1,\n", "things.csv: column 'thing_id' is missing",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_a_file_that_cannot_be_made_out_is_named_and_the_old_rows_stay(
    case: str, connection: duckdb.DuckDBPyConnection, folder: Path
) -> None:
    name, content, message = REFUSED[case]
    (folder / name).write_bytes(content)
    with pytest.raises(LoadError, match=re.escape(message)):
        load(connection, folder)
    assert things(connection) == OLD
    assert rejects(connection) == []
    assert len(connection.execute("from ops.loads").fetchall()) == 1
    assert sorted(path.name for path in folder.parent.iterdir()) == ["tiny"], "nothing is written beside the folder"


# -- rows are rejected, the others load ----------------------------------------------------------------------------

REJECTED: dict[str, tuple[bytes, list[tuple[int, str, str]]]] = {
    "invalid UTF-8": (b"caf\xe9,1.00,\n", [(22, "invalid encoding", r"caf\xe9,1.00,")]),
    "a NUL byte in a text": (b"a\0b,1.00,\n", [(22, r"thing_id: a\x00b is not text", r"a\x00b,1.00,")]),
    "a NUL byte in a number": (b"a,1\0,\n", [(22, r"amount: 1\x00 is not numeric", r"a,1\x00,")]),
    "zeros where a crash cut the file": (bytes(64), [(22, "missing columns", r"\x00" * 64)]),
    "a quote that is never closed": (b'"z,1.00,\n', [(22, "unquoted value", '"z,1.00,')]),
    "a line of ten megabytes": (
        b"x" * 10_000_000 + b",1.00,\n", [(22, "line size over maximum", "x" * 10_000_000 + ",1.00,")],
    ),
    "a date that does not exist": (
        b"a,1,2018-02-30 00:00:00\n", [(22, "made_at: 2018-02-30 00:00:00 is not", "a,1,2018-02-30 00:00:00")],
    ),
    "the year 9999": (
        b"a,1,9999-12-31 23:59:59\n",
        [(22, "made_at: 9999-12-31 23:59:59 is not timestamp between 2000 and 2099", "a,1,9999-12-31 23:59:59")],
    ),
    "the year 1": (b"a,1,0001-01-01 00:00:00\n", [(22, "made_at: 0001-01-01", "a,1,0001-01-01 00:00:00")]),
    "a date named infinity": (b"a,1,infinity\n", [(22, "made_at: infinity is not timestamp", "a,1,infinity")]),
    "a number beyond all": (b"a,1e400,\n", [(22, "amount: 1e400 is not numeric", "a,1e400,")]),
    "no number": (b"a,NaN,\n", [(22, "amount: NaN is not numeric", "a,NaN,")]),
    "one digit too many": (b"a,99999999999999999,\n", [(22, "amount: 99999999999999999 is", "a,99999999999999999,")]),
    "digits of another script": ("a,\u0661,\n".encode(), [(22, "amount: \u0661 is not numeric", "a,\u0661,")]),
}  # fmt: skip


@pytest.mark.parametrize("case", REJECTED)
def test_a_row_that_cannot_be_made_out_is_kept_with_line_and_reason(
    case: str, connection: duckdb.DuckDBPyConnection, folder: Path
) -> None:
    content, expected = REJECTED[case]
    (folder / "things.csv").write_bytes(HEADER + TWENTY + content)
    report = load(connection, folder)
    assert (report.rows, report.rejected) == (20, len(expected))
    for (line, reason, raw_line), (expected_line, begin, expected_raw) in zip(
        rejects(connection), expected, strict=True
    ):
        assert (line, raw_line) == (expected_line, expected_raw)
        assert reason.startswith(begin)


def test_one_row_too_many_fails_the_load(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    (folder / "things.csv").write_bytes(HEADER + TWENTY + b"a,NaN,\nb,NaN,\n")
    with pytest.raises(LoadError, match=r"2 of 22 rows do not parse.*line 22: amount: NaN"):
        load(connection, folder)
    assert things(connection) == OLD


# -- odd, but harmless: all rows load as they are ------------------------------------------------------------------

HARMLESS: dict[str, tuple[str, bytes, list[tuple[str, int]]]] = {
    "an extra column": ("things.csv", b"thing_id,amount,made_at,x\na,1.00,,z\n", [("a", 2)]),
    "other order of columns": ("things.csv", b"made_at,amount,thing_id\n,1.00,a\n", [("a", 2)]),
    "a byte-order mark": ("things.csv", b"\xef\xbb\xbf" + GOOD, [("a", 2)]),
    "CR LF": ("things.csv", GOOD.replace(b"\n", b"\r\n"), [("a", 2)]),
    "a quoted line end": ("things.csv", HEADER + b'"a\nb",1.00,\nc,1.00,\n', [("a\nb", 2), ("c", 4)]),
    "a quoted CR LF": ("things.csv", HEADER + b'"a\r\nb",1.00,\nc,1.00,\n', [("a\r\nb", 2), ("c", 4)]),
    "what a spreadsheet takes for a formula": (
        "things.csv",
        HEADER + b"\"=cmd|'/C calc'!A0\",1.00,\n@SUM(1+1),1.00,\n+1,1.00,\n-2,1.00,\n",
        [("+1", 4), ("-2", 5), ("=cmd|'/C calc'!A0", 2), ("@SUM(1+1)", 3)],
    ),
    "SQL": (
        "things.csv",
        HEADER + b"'); drop table raw_tiny.things; --,1.00,\n",
        [("'); drop table raw_tiny.things; --", 2)],
    ),
    "an archive with a file outside of it beside the right one": (
        "data.zip", archive(("../things.csv", HEADER + b"bad,1.00,\n"), ("things.csv", GOOD)), [("a", 2)],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", HARMLESS)
def test_what_is_only_odd_loads_as_it_is(case: str, connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    name, content, expected = HARMLESS[case]
    (folder / name).write_bytes(content)
    report = load(connection, folder)
    assert sorted(things(connection)) == sorted(expected)
    assert report.rejected == 0
    assert len(report.warnings) == (case == "an extra column")


# -- the file system -----------------------------------------------------------------------------------------------


def test_a_folder_in_place_of_a_file_is_a_stray(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    (folder / "things.csv").mkdir()
    assert discover(folder.parent, SOURCE).strays == ("things.csv/",)
    with pytest.raises(LoadError, match=r"things\.csv of Tiny is missing"):
        load(connection, folder)
    assert things(connection) == OLD


def test_a_link_to_nowhere_is_named(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    (folder / "things.csv").symlink_to(folder / "things.csv")
    with pytest.raises(LoadError, match=r"things\.csv cannot be read"):
        load(connection, folder)
    assert things(connection) == OLD


@contextmanager
def unprivileged() -> Iterator[None]:
    """Give up root's right to read every file."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(_NOBODY)
    try:
        yield
    finally:
        os.seteuid(user)


def test_an_unreadable_file_is_named(connection: duckdb.DuckDBPyConnection) -> None:
    # Not below pytest's folder, which only its owner may enter.
    with TemporaryDirectory() as open_to_all:
        Path(open_to_all).chmod(0o755)
        folder = Path(open_to_all) / "tiny"
        folder.mkdir()
        (folder / "things.csv").write_bytes(GOOD)
        load(connection, folder)
        (folder / "things.csv").chmod(0)
        with unprivileged(), pytest.raises(LoadError, match=r"things\.csv cannot be read"):
            load(connection, folder)
    assert things(connection) == [("a", 2)]


@pytest.mark.parametrize("moment", ["growing", "replaced", "gone"])
def test_a_file_that_changes_while_it_is_read_is_refused(
    moment: str, connection: duckdb.DuckDBPyConnection, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = folder / "things.csv"
    path.write_bytes(GOOD)

    def changing(*arguments: object, **options: object) -> object:
        text = read_text(*arguments, **options)  # type: ignore[arg-type]
        if moment == "growing":
            with path.open("ab") as appended:
                appended.write(b"b,2.00,\n")
        elif moment == "replaced":
            (folder / "new").write_bytes(GOOD)
            (folder / "new").replace(path)
        else:
            path.unlink()
        return text

    monkeypatch.setattr(loader, "read_text", changing)
    with pytest.raises(LoadError, match=r"things\.csv (changed while it was read; run again|cannot be read)"):
        load(connection, folder)
    assert things(connection) == OLD
    monkeypatch.undo()
    if moment != "gone":
        assert load(connection, folder).rows == (2 if moment == "growing" else 1)
