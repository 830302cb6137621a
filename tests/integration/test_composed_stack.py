"""The composed services as plain processes on loopback: their own commands, environments and health checks.

No engine is needed: a real server stands for the container of Postgres, and a declared map for the engine's names,
ports and mounts. What only an engine does (images, limits, networks, users) is not tested here.
"""

from __future__ import annotations

import pytest

from tests.fixtures.composed_stack import Stack
from tests.fixtures.rehearsal import PASSWORDS, SERVERS, Rehearsal

pytestmark = pytest.mark.slow


@pytest.fixture
def stack(composed: Rehearsal) -> Stack:
    """Return the running services."""
    return composed.stack


@pytest.fixture
def materialised(composed_and_built: Rehearsal) -> Stack:
    """Return the running services, which have built the whole graph."""
    return composed_and_built.stack


def test_the_whole_graph_is_built_by_the_daemon_and_the_code_server(materialised: Stack) -> None:
    for table in ("marts.fct_events", "predictions.churn_retailrocket_visitors", "predictions.recommendations"):
        [(count,)] = materialised.server.query("ecom", f"select count(*) from {table}")
        assert count > 0, table
    owners = materialised.server.query(
        "ecom", "select distinct tableowner from pg_tables where schemaname in ('marts', 'raw_retailrocket')"
    )
    assert {owner for (owner,) in owners} == {"ecom_loader", "ecom_transformer"}
    [(runs,)] = materialised.server.query("dagster", "select count(*) from runs where status = 'SUCCESS'")
    assert runs >= 1
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
