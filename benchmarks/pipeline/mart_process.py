"""Command line: makes one mart, by SQL or in pandas, and prints the seconds; a process of its own for its memory.

Belongs here: reading, making, timing one mart. Does not belong here: which marts, and comparing the two ways.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import duckdb

WAYS = ("sql", "pandas")


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the mart and print the seconds as the last line, in JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pipeline.mart_process", description=__doc__)
    parser.add_argument("way", choices=WAYS)
    parser.add_argument("mart")
    parser.add_argument("--warehouse", type=Path, required=True)
    parser.add_argument("--manifest", type=Path, required=True, help="after dbt compile; read by the way sql")
    parser.add_argument("--out", type=Path, required=True, help="parquet file; written by the way pandas")
    options = parser.parse_args(arguments)
    if options.way == "sql":
        seconds = _by_sql(options.mart, options.warehouse, options.manifest)
    else:
        seconds = _by_pandas(options.mart, options.warehouse, options.out)
    sys.stdout.write(json.dumps(seconds) + "\n")
    return 0


def _by_sql(mart: str, warehouse: Path, manifest: Path) -> dict[str, float]:
    """Build the mart, and what it reads, in the warehouse."""
    from benchmarks.pipeline.compiled_models import build, needed_for, relation_names
    from benchmarks.pipeline.marts import GIVEN

    models = needed_for(mart, json.loads(manifest.read_bytes()), GIVEN)
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        standing = relation_names(connection)
    missing = [model for model in models if model.relation not in standing]
    started = time.monotonic()
    with duckdb.connect(str(warehouse)) as connection:
        build(connection, missing)
    return {"seconds": time.monotonic() - started}


def _by_pandas(mart: str, warehouse: Path, out: Path) -> dict[str, float]:
    """Read the staged columns and make the mart; it is written after the clock has stopped, for the comparison."""
    from benchmarks.pipeline.pandas_marts import PANDAS_MARTS

    [way] = [each for each in PANDAS_MARTS if each.mart == mart]
    started = time.monotonic()
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        frames = {name: connection.execute(query).df() for name, query in way.queries.items()}
    read = time.monotonic()
    frame = way.compute(frames)
    ended = time.monotonic()
    frame.to_parquet(out, index=False)
    return {"seconds": ended - started, "reading_seconds": read - started}


if __name__ == "__main__":
    sys.exit(main())
