"""The composed services as plain processes on loopback: their own commands, environments and health checks.

No engine is needed: a real server stands for the container of Postgres, and a declared map for the engine's names,
ports and mounts. What only an engine does (images, limits, networks, users) is not tested here.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from ecom_assets.commands.code_server import LOCATION_NAME
from ecom_assets.environment import REPOSITORY
from ecom_assets.keys import REFRESH_ALL
from ecom_assets.sql_text import literal
from tests.browser.server import FINISHED, LAUNCH, RUN_STATUS, awaited
from tests.fixtures.compose import services
from tests.fixtures.composed_stack import FOLDERS, PORTS, Places, Stack, ended, started
from tests.free_port import free_port
from tests.postgres_server import found_programs, running_server, server_programs

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
RUN_SECONDS = 1200.0


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
        assert found.services.keys() == {"postgres", "prepare", *SERVERS}
        assert found.is_healthy("postgres")
        for _ in range(2):
            # A second start of the stack finds everything as it is.
            prepared = ended(found, "prepare")
            assert prepared.returncode == 0, prepared.stderr
        for name in SERVERS:
            running.enter_context(started(found, name, base / f"{name}.log"))
        yield found


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
    for port in ("3000", "5000"):
        assert f"http://localhost:{materialised.places.ports[port]}" in index, "no link to Dagster or to MLflow"


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
