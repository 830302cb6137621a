"""``ecom-dbt``: one dbt at a time on a server, however it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ecom_assets.warehouse.errors import WarehouseBusyError
from ecom_assets.warehouse.postgres_server import BUILD_LOCK, Address, session, take_lock
from tests.postgres_server import HOST, SUPERUSER, PostgresServer

# Stands in for dbt: says what it was asked for, and works until its input ends.
DBT = """#!/bin/sh
echo "dbt $*"
exec cat > /dev/null
"""
IN_TURN = "from ecom_assets.commands.dbt_in_turn import main; main()"
LOCKED_SECONDS = 0.05
FREED_SECONDS = 60.0


@contextmanager
def in_turn(server: PostgresServer, database: str, folder: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Start the command with a dbt of ours first on the path; yield it when dbt speaks."""
    program = folder / "dbt"
    program.write_text(DBT)
    program.chmod(0o755)
    environment = os.environ | server.environment(database) | {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}
    process = subprocess.Popen(
        [sys.executable, "-c", IN_TURN, *arguments],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == f"dbt {' '.join(arguments)}\n"
        yield process
    finally:
        process.kill()
        process.communicate()


def take(server: PostgresServer, database: str, patience_seconds: float) -> None:
    """Take the lock of builds and give it back."""
    address = Address(HOST, server.port, database, SUPERUSER)
    with session(address, role=None) as other:
        take_lock(other, address, BUILD_LOCK, patience_seconds=patience_seconds, announce=lambda _: None)


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM, None], ids=["killed", "ended", "finished"])
def test_the_lock_is_held_while_dbt_lives_and_free_when_it_is_gone(
    postgres_server: PostgresServer,
    postgres_database: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    end: signal.Signals | None,
) -> None:
    monkeypatch.setenv("PGPASSWORD", postgres_server.environment(postgres_database)["PGPASSWORD"])
    with in_turn(postgres_server, postgres_database, tmp_path, "build", "--select", "a b") as process:
        with pytest.raises(WarehouseBusyError, match="run again"):
            take(postgres_server, postgres_database, LOCKED_SECONDS)
        if end is None:
            process.communicate()
        else:
            process.send_signal(end)
            process.wait()
        take(postgres_server, postgres_database, FREED_SECONDS)


def test_the_version_is_asked_for_without_waiting(
    postgres_server: PostgresServer, postgres_database: str, tmp_path: Path
) -> None:
    with (
        in_turn(postgres_server, postgres_database, tmp_path, "build"),
        in_turn(postgres_server, postgres_database, tmp_path, "--version"),
    ):
        pass


def test_without_a_server_it_says_what_to_do(postgres_server: PostgresServer, tmp_path: Path) -> None:
    result = subprocess.run(
        [sys.executable, "-c", IN_TURN, "build"],
        env=os.environ | postgres_server.environment("nowhere"),
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 2
    assert "make it by `make postgres`, or check PGDATABASE" in result.stderr
