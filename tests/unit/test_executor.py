"""Steps are processes of their own only where that was asked for and the warehouse serves several."""

from __future__ import annotations

import dagster as dg
import pytest

from ecom_assets.build import executor_of
from ecom_assets.environment import SettingsError, load_settings

SERVER = {
    "ECOM_TARGET": "postgres",
    "PGHOST": "127.0.0.1",
    "PGPORT": "5432",
    "PGUSER": "me",
    "PGPASSWORD": "mine",
    "PGDATABASE": "ecom",
}
VARIABLE = "ECOM_EXECUTOR"


@pytest.mark.parametrize("environ", [{}, SERVER, SERVER | {VARIABLE: ""}, {VARIABLE: "in_process"}])
def test_the_steps_of_a_run_share_its_process(environ: dict[str, str]) -> None:
    assert executor_of(load_settings(environ)) is dg.in_process_executor


def test_steps_are_processes_and_no_more_of_them_than_the_pool_lets_work() -> None:
    settings = load_settings(SERVER | {VARIABLE: "multiprocess"})
    executor = executor_of(settings)
    assert executor.name == dg.multiprocess_executor.name
    config = executor.apply_config_mapping({"config": {}}).value
    assert config is not None
    assert config["config"]["max_concurrent"] == settings.engine.pool_limit


@pytest.mark.parametrize(
    ("environ", "message"),
    [
        ({VARIABLE: "multiprocess"}, "'multiprocess' gains nothing where duckdb serves one process at a time"),
        (SERVER | {VARIABLE: "kubernetes"}, f"{VARIABLE}='kubernetes' needs a package of Dagster"),
        (SERVER | {VARIABLE: "docker"}, "not installed; use one of: in_process, multiprocess, or"),
        (SERVER | {VARIABLE: "threads"}, "'threads' is not known; use one of: in_process, multiprocess$"),
    ],
)
def test_what_cannot_be_had_is_refused(environ: dict[str, str], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        load_settings(environ)
