"""The composed services as plain processes on loopback: their own commands, environments and health checks.

No engine is needed: a real server stands for the container of Postgres, and a declared map for the engine's names,
ports and mounts. What only an engine does (images, limits, networks, users) is not tested here.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from ecom_assets.commands.code_server import LOCATION_NAME
from ecom_assets.environment import REPOSITORY
from ecom_assets.keys import REFRESH_ALL
from ecom_assets.sql_text import literal
from tests.browser.server import FINISHED, LAUNCH, RUN_STATUS, asked_of, awaited
from tests.fixtures.compose import Service, services
from tests.free_port import free_port
from tests.postgres_server import HOST, PostgresServer, found_programs, running_server, server_programs

pytestmark = pytest.mark.slow

PASSWORDS = {
    "POSTGRES_PASSWORD": "administrators8154",
    "ECOM_POSTGRES_PASSWORD": "platforms2718",
    "DAGSTER_POSTGRES_PASSWORD": "dagsters3141",
    "MLFLOW_POSTGRES_PASSWORD": "mlflows1618",
}
DOTENV = PASSWORDS | {
    "ECOM_LANDING_DIR": "/mounted/by/the/engine",
    # The smaller half, which has a source, features, two models, scores and reports all the same.
    "ECOM_SOURCES": "retailrocket",
    # What is asked for is to run, and nothing beside it.
    "ECOM_AUTOMATION": "off",
}
# In the order of their dependencies; `prepare` ends by itself, and `postgres` is the server of the tests.
SERVERS = ("mlflow", "code", "webserver", "daemon", "reports")
FOLDERS = ("/data", "/dagster", "/reports", "/artifacts")
PORTS = ("3000", "3001", "4000", "5000")
# Variables whose whole value is the name of a service; elsewhere names stand in addresses.
HOST_VARIABLES = frozenset({"PGHOST", "ECOM_CODE_HOST"})

START_SECONDS = 400.0
HEALTH_SECONDS = 60.0
RUN_SECONDS = 1200.0
STOP_SECONDS = 60.0


@dataclass(frozen=True)
class Places:
    """What an engine would provide, and where it is instead."""

    ports: Mapping[str, str]
    folders: Mapping[str, Path]
    programs: Path

    def word(self, text: str) -> str:
        """Return a word of a command, or a value, with ports, addresses and folders of this machine."""
        for folder, path in self.folders.items():
            if text == folder or text.startswith(f"{folder}/"):
                return f"{path}{text.removeprefix(folder)}"
        text = re.sub(r"(@|//)(postgres|mlflow):(?=\d)", rf"\g<1>{HOST}:", text).replace("0.0.0.0", HOST)  # noqa: S104
        for declared, port in self.ports.items():
            text = re.sub(rf"(?<![^:=]){declared}(?!\w)", port, text)
        return text

    def environment(self, service: Service) -> dict[str, str]:
        """Return the variables of a service's process: those of the file, and what the image sets."""
        image = {
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), str(self.programs), os.defpath]),
            "PYTHONPATH": str(REPOSITORY),
            "HOME": str(self.folders["/data"]),
        }
        declared = {
            name: HOST if name in HOST_VARIABLES else self.word(value) for name, value in service.environment.items()
        }
        return image | declared

    def command(self, words: tuple[str, ...]) -> list[str]:
        """Return the words of a command."""
        return [self.word(word) for word in words]


@dataclass(frozen=True)
class Stack:
    """The running services."""

    places: Places
    services: Mapping[str, Service]
    server: PostgresServer

    def is_healthy(self, name: str) -> bool:
        """Return whether a service's own check succeeds."""
        service = self.services[name]
        try:
            checked = subprocess.run(
                self.places.command(service.health_check),
                env=self.places.environment(service),
                capture_output=True,
                timeout=HEALTH_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            # As an engine does: a check that does not end has failed.
            return False
        return checked.returncode == 0

    def ask(self, query: str, **variables: object) -> Any:
        """Return the data that the webserver's API answers."""
        return asked_of(f"http://{HOST}:{self.places.ports['3000']}", query, variables)

    def page(self, port: str, path: str, **headers: str) -> tuple[int, str]:
        """Return status and text of a page of the service on a declared port."""
        connection = HTTPConnection(HOST, int(self.places.ports[port]), timeout=60)
        try:
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def files(self) -> list[Path]:
        """Return all files that the services have written."""
        return [path for name in FOLDERS for path in self.places.folders[name].rglob("*") if path.is_file()]


@pytest.fixture(scope="module")
def stack(sample_raw_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Start the services one after the other, as their dependencies say, each when the one before is healthy."""
    programs = found_programs(server_programs(), os.environ)
    base = tmp_path_factory.mktemp("composed")
    folders = {name: base / name.strip("/") for name in FOLDERS}
    for folder in folders.values():
        folder.mkdir()
    with running_server(programs) as server, ExitStack() as running:
        # The image of Postgres makes its administrator from the environment.
        server.query(
            "postgres",
            f"create role postgres superuser login password {literal(PASSWORDS['POSTGRES_PASSWORD'])}",
        )
        ports = {port: str(free_port()) for port in PORTS} | {"5432": str(server.port)}
        places = Places(ports, folders | {"/landing": sample_raw_dir, "/app": REPOSITORY}, programs)
        found = Stack(places, services(DOTENV), server)
        assert found.is_healthy("postgres")
        for _ in range(2):
            # A second start of the stack finds everything as it is.
            prepared = ended(found, "prepare")
            assert prepared.returncode == 0, prepared.stderr
        for name in SERVERS:
            running.enter_context(started(found, name, base / f"{name}.log"))
        yield found


def ended(stack: Stack, name: str) -> subprocess.CompletedProcess[str]:
    """Run a service that ends by itself."""
    service = stack.services[name]
    return subprocess.run(
        stack.places.command(service.command),
        env=stack.places.environment(service),
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=START_SECONDS,
        check=False,
    )


@contextmanager
def started(stack: Stack, name: str, log: Path) -> Iterator[None]:
    """Run a service until the block ends, which begins when the service is healthy."""
    service = stack.services[name]
    with log.open("wb") as output:
        process = subprocess.Popen(
            stack.places.command(service.command),
            env=stack.places.environment(service),
            cwd=REPOSITORY,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

        def is_up() -> bool | None:
            assert process.poll() is None, f"{name} ended:\n{log.read_text()}"
            return True if stack.is_healthy(name) else None

        try:
            awaited(is_up, f"the health of {name}, of which {log} tells", START_SECONDS)
            yield
        finally:
            # An engine tells the first process alone; what is left of its group is ended with the container.
            process.terminate()
            try:
                process.wait(STOP_SECONDS)
            finally:
                end_group(process.pid)


def end_group(group: int) -> None:
    """End what is left of a group of processes."""
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        return


@pytest.fixture(scope="module")
def materialised(stack: Stack) -> Stack:
    """Let the webserver launch the whole graph, and wait for the run's end."""
    selector = {
        "repositoryName": "__repository__",
        "repositoryLocationName": LOCATION_NAME,
        "pipelineName": REFRESH_ALL,
    }
    parameters = {"selector": selector, "mode": "default", "runConfigData": {}}
    launched = stack.ask(LAUNCH, parameters=parameters)["launchPipelineExecution"]
    assert launched["__typename"] == "LaunchRunSuccess", launched
    run_id = launched["run"]["runId"]

    def final() -> str | None:
        status = str(stack.ask(RUN_STATUS, run=run_id)["runOrError"]["status"])
        return status if status in FINISHED else None

    assert awaited(final, f"the end of run {run_id}", RUN_SECONDS) == "SUCCESS"
    return stack


def test_the_whole_graph_is_built_by_the_daemon_and_the_code_server(materialised: Stack) -> None:
    for table in ("marts.fct_events", "predictions.churn_retailrocket_visitors", "predictions.recommendations"):
        [(count,)] = materialised.server.query("ecom", f"select count(*) from {table}")
        assert count > 0, table
    owners = materialised.server.query(
        "ecom", "select distinct tableowner from pg_tables where schemaname in ('marts', 'raw_retailrocket')"
    )
    assert {owner for (owner,) in owners} == {"ecom_loader", "ecom_transformer"}
    [(runs,)] = materialised.server.query("dagster", "select count(*) from runs where status = 'SUCCESS'")
    assert runs == 1
    assert all(materialised.is_healthy(name) for name in SERVERS)


def test_the_site_shows_what_the_code_has_written(materialised: Stack) -> None:
    status, index = materialised.page("3001", "/")
    assert status == 200
    assert "churn_retailrocket_visitors" in index


def test_mlflow_answers_to_its_name_and_to_no_other(materialised: Stack) -> None:
    path = "/api/2.0/mlflow/registered-models/search?max_results=100"
    port = materialised.places.ports["5000"]
    status, models = materialised.page("5000", path, Host=f"mlflow:{port}")
    assert status == 200, models
    assert "churn_retailrocket_visitors" in models
    # From outside the port may be another one.
    assert materialised.page("5000", path, Host="localhost:9999", Origin="http://localhost:9999")[0] == 200
    assert materialised.page("5000", path, Host="somewhere.example")[0] == 403
    assert list(materialised.places.folders["/artifacts"].iterdir())


def test_no_service_writes_a_password_into_a_file(materialised: Stack) -> None:
    files = materialised.files()
    assert files
    found = [path for path in files for secret in PASSWORDS.values() if secret.encode() in path.read_bytes()]
    assert not found


def test_each_user_enters_its_own_database_alone(stack: Stack) -> None:
    import psycopg2

    own = {"dagster": "DAGSTER_POSTGRES_PASSWORD", "mlflow": "MLFLOW_POSTGRES_PASSWORD"}
    for name, variable in own.items():
        assert stack.server.query(name, "select 1", user=name, password=PASSWORDS[variable]) == [(1,)]
    with pytest.raises(psycopg2.OperationalError, match="permission denied"):
        stack.server.query("mlflow", "select 1", user="dagster", password=PASSWORDS["DAGSTER_POSTGRES_PASSWORD"])
    with pytest.raises(psycopg2.OperationalError, match="permission denied"):
        stack.server.query("dagster", "select 1", user="platform", password=PASSWORDS["ECOM_POSTGRES_PASSWORD"])
