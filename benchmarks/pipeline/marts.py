"""Some marts by SQL against the same in pandas: time, memory, and equal rows.

Belongs here: running both ways and comparing what they made. Does not belong here: how pandas makes a mart
(``pandas_marts``).
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from benchmarks.pipeline.compiled_models import build, needed_for
from benchmarks.pipeline.goals import Figure
from benchmarks.pipeline.homes import Home
from benchmarks.pipeline.pandas_marts import PANDAS_MARTS
from benchmarks.pipeline.processes import run_module
from ecom_assets.sql_text import literal, quoted

PART = "marts"
# Built beforehand for both ways: the marts of this comparison take little from them, and pandas would skip them.
GIVEN = ("intermediate.int_observation_windows", "intermediate.int_zip_centroids")
_CENTS = "_cents"
_PROCESS = "benchmarks.pipeline.mart_process"


@dataclass(frozen=True, slots=True)
class MartTimes:
    """One mart both ways.

    Attributes
    ----------
    mart
        Qualified name.
    rows
        Rows, equal on both sides.
    sql_seconds, pandas_seconds
        From opening the warehouse to the mart: as a table in the warehouse, as a frame in memory.
    reading_seconds
        The part of pandas' seconds in which frames are read.
    sql_gib, pandas_gib
        Largest resident memory of the process.
    """

    mart: str
    rows: int
    sql_seconds: float
    pandas_seconds: float
    reading_seconds: float
    sql_gib: float
    pandas_gib: float


def measure_marts(warehouse: Path, manifest: Mapping[str, Any], raw_dir: Path, folder: Path) -> list[MartTimes]:
    """Make each mart both ways from equal warehouses, each in a process of its own.

    Raises
    ------
    RuntimeError
        If the two ways give different rows.
    """
    prepared = Home(folder / "prepared", raw_dir).with_warehouse(warehouse)
    manifest_path = folder / "manifest.json"
    manifest_path.write_text(json.dumps(manifest), encoding="utf-8")
    ready = {model.relation: model for name in GIVEN for model in needed_for(name, manifest)}
    staged = {
        model.relation: model
        for way in PANDAS_MARTS
        for model in needed_for(way.mart, manifest, GIVEN)
        if model.schema == "staging"
    }
    path = prepared.settings.duckdb_path
    with duckdb.connect(str(path)) as connection:
        build(connection, list((ready | {name: staged[name] for name in staged if name not in ready}).values()))
    return [_measured(way.mart, path, manifest_path, raw_dir, folder) for way in PANDAS_MARTS]


def mart_figures(measured: Sequence[MartTimes]) -> list[Figure]:
    """Return one figure a mart: SQL's time as a share of pandas'."""
    return [
        Figure(
            PART,
            f"{times.mart}, SQL",
            times.sql_seconds,
            "s",
            None,
            f"pandas {times.pandas_seconds:.2f} s; memory {times.sql_gib:.2f} GiB, pandas {times.pandas_gib:.2f} GiB",
        )
        for times in measured
    ]


def different_rows(connection: duckdb.DuckDBPyConnection, mart: str, parquet: Path) -> int:
    """Return how many rows stand on one side only; every column of the mart is compared.

    Raises
    ------
    RuntimeError
        If a column of the mart is not in the file.
    """
    types = dict(
        connection.execute(
            "select column_name, data_type from information_schema.columns "
            "where table_schema || '.' || table_name = ? order by ordinal_position",
            [mart],
        ).fetchall()
    )
    source = f"read_parquet({literal(str(parquet))})"
    found = {row[0] for row in connection.execute(f"describe select * from {source}").fetchall()}
    mine, other = [], []
    for name, kind in types.items():
        if name + _CENTS in found:
            mine.append(f"cast({quoted(name)} * 100 as bigint)")
            other.append(f"cast({quoted(name + _CENTS)} as bigint)")
        elif name in found:
            mine.append(quoted(name))
            other.append(f"cast({quoted(name)} as {kind})")
        else:
            raise RuntimeError(f"pandas' {mart} lacks the column {name}")
    left = f"select {', '.join(mine)} from {mart}"
    right = f"select {', '.join(other)} from {source}"
    return sum(_count(connection, f"{one} except all {another}") for one, another in ((left, right), (right, left)))


def _count(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    [(count,)] = connection.execute(f"select count(*) from ({query})").fetchall()
    return int(count)


def _measured(mart: str, prepared: Path, manifest: Path, raw_dir: Path, folder: Path) -> MartTimes:
    """Measure one mart.

    Raises
    ------
    RuntimeError
        If the two ways give different rows.
    """
    home = Home(folder / mart, raw_dir).with_warehouse(prepared)
    path, out = home.settings.duckdb_path, folder / f"{mart}.parquet"
    files = [f"--warehouse={path}", f"--manifest={manifest}", f"--out={out}"]
    # pandas first: it leaves the warehouse as it is.
    usages = {
        way: run_module(_PROCESS, [way, mart, *files], home.environment(), folder / "mart.log")
        for way in ("pandas", "sql")
    }
    seconds = {way: json.loads(usage.output.splitlines()[-1]) for way, usage in usages.items()}
    with duckdb.connect(str(path), read_only=True) as connection:
        if different := different_rows(connection, mart, out):
            raise RuntimeError(f"{mart}: {different} rows differ between SQL and pandas")
        [(rows,)] = connection.execute(f"select count(*) from {mart}").fetchall()
    shutil.rmtree(home.path)
    out.unlink()
    return MartTimes(
        mart=mart,
        rows=int(rows),
        sql_seconds=seconds["sql"]["seconds"],
        pandas_seconds=seconds["pandas"]["seconds"],
        reading_seconds=seconds["pandas"]["reading_seconds"],
        sql_gib=usages["sql"].largest_gib,
        pandas_gib=usages["pandas"].largest_gib,
    )
