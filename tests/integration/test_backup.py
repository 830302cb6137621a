"""A whole home is backed up and put back by its commands: the same versions serve and say the same."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pandas as pd
import pytest

from ecom_assets.backup.manifest import read_manifest
from ecom_assets.environment import Settings
from ecom_assets.models import model_resources
from ecom_assets.warehouse.base import PlatformWarehouse
from ecom_assets.warehouse.choice import warehouse_of
from ml_assets.contract import FILES_RESOURCE, REGISTRY_RESOURCE
from ml_assets.definitions import families_of
from ml_assets.family.scoring import score
from ml_assets.keys import Step
from ml_assets.predictions import DECLARED_TABLES, SCORED_AT, SIMILAR_ITEMS
from ml_assets.recommender.assets import fill_similar_items
from ml_assets.recommender.question import RECOMMENDER_RETAILROCKET
from ml_assets.recommender.similar_rows import SimilarItemsConfig
from ml_assets.registry.names import CHAMPION
from ml_assets.registry.tracking import ModelRegistry
from tests.conftest import Home

pytestmark = pytest.mark.slow

LATER = datetime(2030, 1, 1)

# Stands in the place of the system's program: copies a part, says so, and is never done.
HALF_COPY = """#!/bin/sh
head -c 1000 "$1" > "$2"
echo half > {said}
exec cat {never}
"""


def champions_of(settings: Settings) -> Mapping[str, str]:
    registry = ModelRegistry(settings.mlflow_tracking_uri, settings.mlflow_artifact_dir)
    found = {family.name: registry.aliased(family.name, CHAMPION) for family in families_of(settings.sources)}
    return {name: version.number for name, version in found.items() if version}


def stored_scores(warehouse: PlatformWarehouse) -> dict[str, pd.DataFrame]:
    """Return all answers that stand in a warehouse, by table; not when they were given."""
    return {
        str(table.name): warehouse.read(table.name)
        .drop(columns=SCORED_AT)
        .sort_values(list(table.key), ignore_index=True)
        for table in DECLARED_TABLES.values()
    }


def score_anew(settings: Settings) -> None:
    """Throw all answers away, and let the champions of the home answer again."""
    resources, warehouse = model_resources(settings), warehouse_of(settings)
    files, registry = resources[FILES_RESOURCE], resources[REGISTRY_RESOURCE]
    for family in families_of(settings.sources):
        warehouse.delete(family.scores.name, "true")
        assert score(family, warehouse, files, registry, family.configs[Step.SCORES](), LATER).problems == ()
    warehouse.delete(SIMILAR_ITEMS.name, "true")
    similar = fill_similar_items(RECOMMENDER_RETAILROCKET, warehouse, registry, SimilarItemsConfig(), LATER)
    assert similar.problems == ()


def assert_same_scores(found: Mapping[str, pd.DataFrame], expected: Mapping[str, pd.DataFrame]) -> None:
    assert found.keys() == expected.keys()
    for table, frame in expected.items():
        assert len(frame), f"{table} is empty, and its likeness would say nothing"
        pd.testing.assert_frame_equal(found[table], frame, check_exact=True, obj=table)


def backed_up(home: Home, out: Path, *arguments: str) -> Path:
    """Let the command take a back-up of a home; return it, the newest of the folder."""
    result = home.command("commands.backup", "--out", str(out), *arguments)
    assert result.returncode == 0, result.stdout + result.stderr
    return max(path for path in out.iterdir() if path.name[0] != ".")


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@contextmanager
def half_way(home: Home, out: Path, folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Give a process that takes a back-up and has copied a part of the warehouse; it does not go on."""
    said, never, program = folder / "said", folder / "never", folder / "programs" / "cp"
    program.parent.mkdir()
    os.mkfifo(said)
    os.mkfifo(never)
    program.write_text(HALF_COPY.format(said=said, never=never))
    program.chmod(0o755)
    process = subprocess.Popen(
        [sys.executable, "-m", "ecom_assets.commands.backup", "--out", str(out)],
        env=home.environment(PATH=f"{program.parent}{os.pathsep}{os.environ['PATH']}"),
        start_new_session=True,
        text=True,
    )
    try:
        assert said.read_text() == "half\n"
        yield process
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def test_a_home_that_is_put_back_elsewhere_has_the_same_champions_that_say_the_same(
    home_copy: Home, tmp_path: Path
) -> None:
    expected = stored_scores(warehouse_of(home_copy.settings()))
    champions = champions_of(home_copy.settings())
    folder = backed_up(home_copy, tmp_path / "out")
    assert read_manifest(folder).champions == champions
    assert set(champions) == {table.model for table in DECLARED_TABLES.values()}
    # Nothing can be read from the home that was backed up.
    shutil.rmtree(home_copy.path)

    again = Home(path=tmp_path / "elsewhere" / "home", raw_dir=home_copy.raw_dir)
    result = again.command("commands.restore", "--from", str(folder))
    assert result.returncode == 0, result.stdout + result.stderr
    for name, number in champions.items():
        assert f"{name}: version {number} serves" in result.stdout
    doctor = again.command("commands.doctor")
    assert doctor.returncode == 0, doctor.stdout
    assert "problem" not in doctor.stdout
    assert champions_of(again.settings()) == champions
    assert_same_scores(stored_scores(warehouse_of(again.settings())), expected)
    assert "nothing to do" in again.run().stdout
    score_anew(again.settings())
    assert_same_scores(stored_scores(warehouse_of(again.settings())), expected)


def test_a_damaged_file_is_named_and_the_home_stays(home_copy: Home, tmp_path: Path) -> None:
    folder = backed_up(home_copy, tmp_path / "out")
    damaged = folder / "warehouse.duckdb"
    with damaged.open("r+b") as content:
        content.seek(damaged.stat().st_size // 2)
        byte = content.read(1)
        content.seek(-1, os.SEEK_CUR)
        content.write(bytes([byte[0] ^ 1]))
    before = contents(home_copy.path)
    result = home_copy.command("commands.restore", "--from", str(folder), "--replace")
    assert result.returncode == 2
    assert f"error: the back-up {folder} is not whole: warehouse.duckdb is damaged" in result.stderr
    assert contents(home_copy.path) == before
    assert {path.name for path in tmp_path.iterdir() if path.is_dir()} == {"home", "raw", "out"}


def test_a_back_up_that_is_killed_half_way_is_none_and_two_at_once_are_not_taken(
    home_copy: Home, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    with half_way(home_copy, out, tmp_path):
        second = home_copy.command("commands.backup", "--out", str(out))
        assert second.returncode == 2
        assert f"another back-up or restoration is at work in {out}" in second.stderr
    [left] = [path for path in out.iterdir() if path.is_dir()]
    assert (left / "warehouse.duckdb").stat().st_size == 1000
    new = Home(path=tmp_path / "new", raw_dir=home_copy.raw_dir)
    for folder in (left, out):
        refused = new.command("commands.restore", "--from", str(folder))
        assert refused.returncode == 2
        assert "is no back-up" in refused.stderr
    assert not new.path.exists()
    folder = backed_up(home_copy, out, "--keep", "1")
    assert [path for path in out.iterdir() if path.is_dir()] == [folder]
    assert new.command("commands.restore", "--from", str(folder)).returncode == 0
    assert new.query("select count(*) from marts.fct_orders") == home_copy.query(
        "select count(*) from marts.fct_orders"
    )


def test_the_commands_refuse_in_words(home_copy: Home, tmp_path: Path) -> None:
    none = home_copy.command("commands.backup", "--out", str(tmp_path / "out"), "--keep", "0")
    assert none.returncode == 2
    assert "0 would leave no back-up; keep one at least" in none.stderr
    file = tmp_path / "file"
    file.write_text("")
    no_folder = home_copy.command("commands.backup", "--out", str(file))
    assert no_folder.returncode == 2
    assert no_folder.stderr.startswith("error: ")
    unknown = home_copy.command("commands.backup", "--out", str(tmp_path / "out"), ECOM_TARGET="oracle")
    assert unknown.returncode == 2
    assert "ECOM_TARGET='oracle' is not known" in unknown.stderr
    assert not (tmp_path / "out").exists()
