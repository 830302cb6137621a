"""Fixtures that more than one room of tests shares: the built warehouse and the real extract."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from unittest.mock import patch

import pytest
from filelock import FileLock
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

from ecom_assets.comparison.builds import Build
from ecom_assets.environment import REPOSITORY, Settings, load_settings
from ecom_assets.sample import write_sample
from ecom_assets.warehouse.postgres import PostgresWarehouse
from ml_assets.contract import TableName
from tests.fixtures.landing import shorten_tree
from tests.postgres_server import PostgresServer, found_programs, running_server, server_programs, untested_line

# How long an example takes says how busy the machine is, and nothing of the code.
settings.register_profile("whatever the machine does", deadline=None)
settings.load_profile("whatever the machine does")

SAMPLE_SCALE = 0.005
SAMPLE_SEED = 7
_PRINTED = "output.txt"


# Two processes share the suite, file by file. The first two files need different things that take minutes to make, so
# that neither process begins by waiting for the other.
_BEGIN_WITH = ("tests/browser/test_beside_a_run.py", "tests/integration/test_truncation.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the files to begin with before all others; no test depends on the order."""
    places = {name: place for place, name in enumerate(_BEGIN_WITH)}
    items.sort(key=lambda item: places.get(item.nodeid.split("::")[0], len(places)))


# A home on a server is made once a process, and so are the UI with all of its servers and the composed stack: the files
# that need one go to the same of the two processes.
_TOGETHER = {
    "tests/integration/test_backup_of_a_built_database.py": "on a server",
    "tests/integration/test_engine_parity.py": "on a server",
    "tests/integration/test_postgres_under_fire.py": "on a server",
    "tests/integration/test_composed_stack.py": "composed",
    "tests/integration/test_composed_stack_restored.py": "composed",
    "tests/browser/test_beside_a_run.py": "in a browser",
    "tests/browser/test_drift_asset.py": "in a browser",
    "tests/browser/test_in_a_browser.py": "in a browser",
}


class _FilesTogether(LoadFileScheduling):  # type: ignore[misc]
    """Hands out files, and some of them as if they were one."""

    def _split_scope(self, nodeid: str) -> str:
        file = str(super()._split_scope(nodeid))
        return _TOGETHER.get(file, file)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadFileScheduling:
    """Return how tests are handed out to processes."""
    return _FilesTogether(config, log)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> Iterator[None]:
    """Say after the list of skipped tests, where nobody overlooks it, that nothing was tested on a server."""
    yield
    line = untested_line(str(report.longrepr) for report in terminalreporter.stats.get("skipped", []))
    if line:
        terminalreporter.write_line(line, red=True, bold=True)


@dataclass(frozen=True)
class Home:
    """A platform home on disk, driven as a user drives it: by commands in processes of their own."""

    path: Path
    raw_dir: Path

    def environment(self, **overrides: str) -> dict[str, str]:
        """Return the environment of a command on this home."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("ECOM_", "DAGSTER_", "DBT_", "MLFLOW_"))
        }
        return kept | {"ECOM_HOME": str(self.path), "ECOM_RAW_DIR": str(self.raw_dir)} | overrides

    def settings(self, **overrides: str) -> Settings:
        """Return the settings that a command on this home reads."""
        return load_settings(self.environment(**overrides))

    def command(self, module: str, *arguments: str, **overrides: str) -> subprocess.CompletedProcess[str]:
        """Run ``python -m ecom_assets.<module>`` and return what it printed."""
        return subprocess.run(
            [sys.executable, "-m", f"ecom_assets.{module}", *arguments],
            env=self.environment(**overrides),
            capture_output=True,
            text=True,
            timeout=900,
            check=False,
        )

    def run(self, *arguments: str, **overrides: str) -> subprocess.CompletedProcess[str]:
        """Run what ``make run`` runs."""
        return self.command("commands.run", *arguments, **overrides)

    def run_warehouse(self, **overrides: str) -> subprocess.CompletedProcess[str]:
        """Run what ``make run ARGS=--warehouse`` runs: all but the models."""
        return self.run("--warehouse", **overrides)

    def query(self, sql: str) -> list[tuple[object, ...]]:
        """Return the rows of a query on the warehouse."""
        import duckdb

        with duckdb.connect(str(self.path / "warehouse.duckdb"), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def count(self, table: TableName | str) -> int:
        """Return the number of rows of a table."""
        [(count,)] = self.query(f"select count(*) from {table}")
        assert isinstance(count, int)
        return count

    def copied_to(self, folder: Path) -> Home:
        """Return an independent copy of this home, landing folder included."""
        shutil.copytree(self.path, folder / "home")
        shutil.copytree(self.raw_dir, folder / "raw")
        return Home(path=folder / "home", raw_dir=folder / "raw")

    def copied_build(self, folder: Path) -> Build:
        """Return a copy of the warehouse in a folder, with what dbt says of it beside it."""
        shutil.copy(self.settings().dbt_target_dir / "manifest.json", folder / "warehouse.json")
        return Build(Path(shutil.copy(self.path / "warehouse.duckdb", folder)))

    def printed(self) -> str:
        """Return what the run printed that made this home, where a fixture has kept it."""
        return (self.path / _PRINTED).read_text()


@dataclass(frozen=True)
class PostgresHome(Home):
    """A platform home whose warehouse is a database of a server."""

    server: PostgresServer
    database: str

    def environment(self, **overrides: str) -> dict[str, str]:
        """Return the environment of a command on this home."""
        return super().environment(**(self.server.environment(self.database) | overrides))

    def query(self, sql: str) -> list[tuple[object, ...]]:
        """Return the rows of a query on the warehouse."""
        return self.server.query(self.database, sql)

    def with_copied_database(self) -> PostgresHome:
        """Return this home with a copy of its database, which the test may change."""
        return replace(self, database=self.server.copied_database(self.database))


@pytest.fixture(autouse=True)
def _environment_as_before() -> Iterator[None]:
    """Give the next test the environment that this one found: commands export their settings into their process."""
    with patch.dict(os.environ):
        yield


def made_once(folder: Path, make: Callable[[Path], None]) -> Path:
    """Make a folder, or wait until another process of this test session has made it."""
    with FileLock(folder.with_suffix(".lock")):
        if not folder.exists():
            unfinished = folder.with_suffix(".unfinished")
            make(unfinished)
            unfinished.rename(folder)
    return folder


@pytest.fixture(scope="session")
def session_dir(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """Return a folder that all processes of this test session share."""
    base = tmp_path_factory.getbasetemp()
    return base if worker_id == "master" else base.parent


@pytest.fixture(scope="session")
def sample_raw_dir(session_dir: Path) -> Path:
    """Return a landing folder with a small sample of both sources; not to be changed."""

    def write(folder: Path) -> None:
        write_sample(folder, scale=SAMPLE_SCALE, seed=SAMPLE_SEED, sources=("olist", "retailrocket"))

    return made_once(session_dir / "sample_raw", write)


@pytest.fixture(scope="session")
def built_home(sample_raw_dir: Path, session_dir: Path) -> Home:
    """Return a home on which ``make run`` has succeeded; not to be changed, copy it to change it."""

    def build(folder: Path) -> None:
        result = Home(path=folder, raw_dir=sample_raw_dir).run()
        assert result.returncode == 0, result.stdout + result.stderr

    return Home(path=made_once(session_dir / "built_home", build), raw_dir=sample_raw_dir)


@pytest.fixture
def home_copy(built_home: Home, tmp_path: Path) -> Home:
    """Return a copy of the built home that the test may change."""
    return built_home.copied_to(tmp_path)


@pytest.fixture(scope="session")
def changed_home(built_home: Home, session_dir: Path) -> Home:
    """Return a home on which a run of the warehouse has worked in a shorter category tree; not to be changed."""

    def build(folder: Path) -> None:
        home = built_home.copied_to(folder)
        shorten_tree(home.raw_dir)
        result = home.run_warehouse()
        assert result.returncode == 0, result.stdout + result.stderr
        (home.path / _PRINTED).write_text(result.stdout)

    folder = made_once(session_dir / "changed_home", build)
    return Home(path=folder / "home", raw_dir=folder / "raw")


@pytest.fixture(scope="session")
def real_extract() -> Path:
    """Return the folder with an extract of the real data, or skip.

    ``ECOM_REAL_DATA_DIR`` names it; by default it is looked for beside the repository.
    """
    folder = Path(os.environ.get("ECOM_REAL_DATA_DIR") or REPOSITORY.parent / "shared" / "data")
    if not (folder / "olist" / "olist_orders_dataset.csv.gz").exists():
        pytest.skip(f"no extract of the real data in {folder}; name one in ECOM_REAL_DATA_DIR")
    return folder


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """Return a running server; each test makes databases of its own in it, and leaves the server running."""
    with running_server(found_programs(server_programs(), os.environ)) as server:
        yield server


@pytest.fixture(scope="module")
def lone_postgres_server() -> Iterator[PostgresServer]:
    """Return a running server of one file: roles belong to a whole server, and other files expect that it has none."""
    with running_server(found_programs(server_programs(), os.environ)) as server:
        yield server


@pytest.fixture
def postgres_database(postgres_server: PostgresServer) -> str:
    """Return the name of a fresh database."""
    return postgres_server.new_database()


@pytest.fixture(scope="session")
def postgres_home(
    sample_raw_dir: Path, postgres_server: PostgresServer, tmp_path_factory: pytest.TempPathFactory
) -> PostgresHome:
    """Return a home on which ``make run`` has succeeded on a server; not to be changed, copy its database for that."""
    home = PostgresHome(
        path=tmp_path_factory.mktemp("postgres_home"),
        raw_dir=sample_raw_dir,
        server=postgres_server,
        database=postgres_server.new_database(),
    )
    result = home.run()
    assert result.returncode == 0, result.stdout + result.stderr
    (home.path / _PRINTED).write_text(result.stdout)
    return home


@pytest.fixture
def postgres_home_on_loan(postgres_home: PostgresHome, tmp_path: Path) -> Iterator[PostgresHome]:
    """Return the home on the server for a test that changes it; its database is as before in the end.

    A copy would have another address, and nothing that was found out about this one would hold for it.
    """
    server, database = postgres_home.server, postgres_home.database
    kept = server.copied_database(database)
    shutil.copytree(postgres_home.path, tmp_path / "home")
    yield replace(postgres_home, path=tmp_path / "home")
    server.query("postgres", f"drop database {database} with (force)")
    server.query("postgres", f"alter database {kept} rename to {database}")


@pytest.fixture
def new_postgres_warehouse(
    postgres_server: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], PostgresWarehouse]:
    """Return what makes a warehouse in a fresh database."""

    def make() -> PostgresWarehouse:
        environment = postgres_server.environment(postgres_server.new_database())
        monkeypatch.setenv("PGPASSWORD", environment["PGPASSWORD"])
        return PostgresWarehouse(
            host=environment["PGHOST"],
            port=int(environment["PGPORT"]),
            database=environment["PGDATABASE"],
            user=environment["PGUSER"],
        )

    return make
