"""A built home whose warehouse is a database of a real server: backed up, and made again from the back-up."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from ecom_assets.backup.manifest import read_manifest
from ecom_assets.warehouse.choice import warehouse_of
from tests.conftest import PostgresHome
from tests.integration.test_backup import (
    assert_same_scores,
    backed_up,
    champions_of,
    score_anew,
    stored_scores,
)
from tests.postgres_server import PASSWORD

pytestmark = pytest.mark.slow


def test_a_home_on_a_server_has_the_same_champions_that_say_the_same(
    postgres_home: PostgresHome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, server_programs_on_path: None
) -> None:
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    expected = stored_scores(warehouse_of(postgres_home.settings()))
    champions = champions_of(postgres_home.settings())
    folder = backed_up(postgres_home, tmp_path / "out")
    assert read_manifest(folder).champions == champions
    again = replace(postgres_home, path=tmp_path / "again", database=postgres_home.server.new_database())
    result = again.command("commands.restore", "--from", str(folder))
    assert result.returncode == 0, result.stdout + result.stderr
    doctor = again.command("commands.doctor")
    assert doctor.returncode == 0, doctor.stdout
    assert champions_of(again.settings()) == champions
    assert_same_scores(stored_scores(warehouse_of(again.settings())), expected)
    score_anew(again.settings())
    assert_same_scores(stored_scores(warehouse_of(again.settings())), expected)
