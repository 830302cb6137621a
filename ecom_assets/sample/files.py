"""The CSV dialects of the originals.

Belongs here: how a table becomes bytes. Does not belong here: what is in the table.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pa_csv

# Text and header quoted, as valid CSV with line breaks in it; numbers and times bare.
QUOTED = pa_csv.WriteOptions(quoting_style="needed")
# Nothing quoted; the click stream has no text that would need it.
BARE = pa_csv.WriteOptions(quoting_style="none", quoting_header="none")


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a temporary path that becomes ``path`` on success, so that a file is never half written."""
    partial = path.with_name(f"{path.name}.partial")
    try:
        yield partial
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def write_table(path: Path, table: pa.Table, options: pa_csv.WriteOptions) -> int:
    """Write one table and return its rows."""
    with replacing(path) as partial:
        pa_csv.write_csv(table, partial, options)
    return int(table.num_rows)


def write_batches(path: Path, schema: pa.Schema, batches: Iterator[pa.Table], options: pa_csv.WriteOptions) -> int:
    """Write tables of one schema behind each other and return the rows."""
    rows = 0
    with replacing(path) as partial, pa_csv.CSVWriter(partial, schema, write_options=options) as writer:
        for batch in batches:
            writer.write_table(batch)
            rows += batch.num_rows
    return rows


def write_windows_list(path: Path, header: tuple[str, ...], rows: list[tuple[str, ...]]) -> int:
    """Write a short list as a spreadsheet does: byte-order mark, CR LF, no end of line after the last row.

    Arrow writes neither a byte-order mark nor CR LF; the list has some 70 rows.
    """
    text = "\r\n".join(",".join(row) for row in (header, *rows))
    with replacing(path) as partial:
        partial.write_bytes(b"\xef\xbb\xbf" + text.encode("utf-8"))
    return len(rows)
