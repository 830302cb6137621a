"""Environment variables to settings."""

from __future__ import annotations

from pathlib import Path

import pytest

from ecom_assets.environment import REPOSITORY, PostgresSettings, SettingsError, export_settings, load_settings


def test_everything_has_a_default_below_home() -> None:
    settings = load_settings({})
    assert settings.home == REPOSITORY / ".ecom"
    assert settings.raw_dir == settings.home / "raw"
    assert settings.raw_dir_is_default
    assert settings.duckdb_path == settings.home / "warehouse.duckdb"
    assert settings.dagster_home == settings.home / "dagster"
    assert settings.engine.name == "duckdb"
    assert settings.engine.pool_limit == 1
    assert settings.sources == ("olist", "retailrocket")
    assert (settings.sample_scale, settings.max_rejected_share, settings.automation) == (0.05, 0.01, False)
    assert not settings.dagster_in_postgres
    assert settings.mlflow_tracking_uri == f"sqlite:///{settings.home}/mlflow.db"
    assert settings.mlflow_is_default
    assert settings.mlflow_artifact_dir == settings.home / "mlartifacts"
    assert settings.reports_dir == settings.home / "reports"
    assert settings.reports_url == "http://localhost:3001"


def test_named_values_are_taken_and_paths_made_absolute(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    settings = load_settings(
        {
            "ECOM_HOME": "here",
            "ECOM_RAW_DIR": "there",
            "ECOM_SOURCES": "retailrocket, olist",
            "ECOM_SAMPLE_SCALE": "2",
            "ECOM_AUTOMATION": "on",
        }
    )
    assert settings.home == tmp_path / "here"
    assert settings.raw_dir == tmp_path / "there"
    assert not settings.raw_dir_is_default
    assert settings.sources == ("olist", "retailrocket")
    assert settings.sample_scale == 2
    assert settings.automation


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("ECOM_TARGET", "oracle", "ECOM_TARGET='oracle' is not known; use one of: duckdb, postgres"),
        ("ECOM_AUTOMATION", "yes", "ECOM_AUTOMATION='yes' is not known; use one of: on, off"),
        ("ECOM_SOURCES", "olist,amazon", r"names \['amazon'\]; use one or more of: olist,retailrocket"),
        ("ECOM_SOURCES", ",", "names no source"),
        ("ECOM_SAMPLE_SCALE", "big", "ECOM_SAMPLE_SCALE='big' is not a number"),
        ("ECOM_SAMPLE_SCALE", "11", "ECOM_SAMPLE_SCALE='11' is out of range"),
        ("ECOM_SAMPLE_SCALE", "nan", "out of range"),
        ("ECOM_MAX_REJECTED_SHARE", "-0.1", "out of range"),
        ("ECOM_HOME", "/somewhere/[1]", r"\[1\]/dagster cannot hold Dagster's settings.*name another folder"),
        (
            "ECOM_DAGSTER_POSTGRES_URL",
            "postgres://host/dagster",
            r"write it as postgresql\+psycopg2://user:password@host",
        ),
        ("MLFLOW_TRACKING_URI", "sqlite://", "neither sqlite:/// and the path of a file nor the http address"),
        ("MLFLOW_TRACKING_URI", "sqlite:///:memory:", "neither sqlite:/// and the path of a file nor"),
        ("MLFLOW_TRACKING_URI", "file:///mlruns", "start mlflow server on it and name that server's address"),
        ("ECOM_REPORTS_URL", "localhost:3001", "ECOM_REPORTS_URL='localhost:3001' is not a web address; write it as"),
        ("ECOM_DAGSTER_URL", "localhost:3000", "ECOM_DAGSTER_URL='localhost:3000' is not a web address"),
        ("ECOM_MLFLOW_URL", "https://me:secret@host", "ECOM_MLFLOW_URL holds a user or a password"),
        ("DAGSTER_HOME", "/somewhere/*", "name another folder in ECOM_HOME or DAGSTER_HOME"),
    ],
)
def test_a_value_that_is_not_known_raises_with_the_repair(name: str, value: str, message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        load_settings({name: value})


def test_exported_settings_read_back_as_the_same_and_turn_telemetry_off(tmp_path: Path) -> None:
    settings = load_settings({"ECOM_HOME": str(tmp_path), "ECOM_SOURCES": "olist"})
    environ = {"PATH": "/bin"}
    export_settings(settings, environ)
    assert load_settings(environ) == settings
    assert environ["DBT_SEND_ANONYMOUS_USAGE_STATS"] == "false"
    assert environ["DO_NOT_TRACK"] == "1"
    path = environ["PATH"]
    export_settings(settings, environ)
    assert environ["PATH"] == path, "exporting twice does not grow the path"


def test_a_store_of_mlflow_that_is_named_is_taken_and_its_file_made_absolute(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    settings = load_settings({"MLFLOW_TRACKING_URI": "sqlite:///models.db", "ECOM_REPORTS_DIR": "site"})
    assert settings.mlflow_tracking_uri == f"sqlite:///{tmp_path}/models.db"
    assert settings.reports_dir == tmp_path / "site"
    assert not settings.mlflow_is_default
    server = load_settings({"MLFLOW_TRACKING_URI": "http://models.example:5000/"})
    assert server.mlflow_tracking_uri == "http://models.example:5000"
    assert not server.mlflow_is_default
    environ = {"PATH": "/bin"}
    export_settings(settings, environ)
    monkeypatch.chdir("/")
    assert load_settings(environ) == settings


@pytest.mark.parametrize(
    "uri",
    [
        pytest.param("postgresql://me:hidden@host/mlflow", id="database"),
        pytest.param("https://me:hidden@host", id="server"),
    ],
)
def test_a_refused_store_of_mlflow_is_not_repeated_since_it_holds_a_password(uri: str) -> None:
    with pytest.raises(SettingsError) as refused:
        load_settings({"MLFLOW_TRACKING_URI": uri})
    assert "hidden" not in str(refused.value)


@pytest.mark.parametrize("scheme", ["postgresql", "postgresql+psycopg2"])
def test_dagsters_database_is_known_by_its_address_which_no_setting_holds(scheme: str) -> None:
    settings = load_settings({"ECOM_DAGSTER_POSTGRES_URL": f"{scheme}://dagster:hidden@host:5432/dagster"})
    assert settings.dagster_in_postgres
    assert "hidden" not in repr(settings)


def test_a_refused_address_is_not_repeated_since_it_holds_a_password() -> None:
    with pytest.raises(SettingsError) as refused:
        load_settings({"ECOM_DAGSTER_POSTGRES_URL": "mysql://dagster:hidden@host/dagster"})
    assert "hidden" not in str(refused.value)


SERVER = {
    "ECOM_TARGET": "postgres",
    "PGHOST": "db.example",
    "PGPORT": "5433",
    "PGUSER": "me",
    "PGPASSWORD": "secret",
    "PGDATABASE": "ecom",
}


def test_the_server_is_read_from_the_variables_of_libpq_and_its_password_is_not_kept() -> None:
    settings = load_settings(SERVER)
    assert settings.engine.name == "postgres"
    assert settings.engine.pool_limit > 1
    assert settings.postgres == PostgresSettings("db.example", 5433, "me", "ecom", use_roles=False)
    assert "secret" not in repr(settings)
    assert load_settings({}).postgres is None
    with_roles = load_settings(SERVER | {"ECOM_POSTGRES_ROLES": "on"}).postgres
    assert with_roles is not None
    assert with_roles.use_roles


@pytest.mark.parametrize("name", ["PGHOST", "PGPORT", "PGUSER", "PGPASSWORD", "PGDATABASE"])
def test_a_missing_variable_of_the_server_is_named(name: str) -> None:
    for environ in ({**SERVER, name: ""}, {key: value for key, value in SERVER.items() if key != name}):
        with pytest.raises(SettingsError, match=f"ECOM_TARGET=postgres needs {name}; set what is missing"):
            load_settings(environ)
    assert load_settings({key: value for key, value in SERVER.items() if key not in (name, "ECOM_TARGET")})


def test_a_port_that_is_none_and_a_switch_that_is_none_are_refused() -> None:
    with pytest.raises(SettingsError, match="PGPORT='70000' is out of range"):
        load_settings(SERVER | {"PGPORT": "70000"})
    with pytest.raises(SettingsError, match="ECOM_POSTGRES_ROLES='yes' is not known; use one of: on, off"):
        load_settings(SERVER | {"ECOM_POSTGRES_ROLES": "yes"})


def test_a_warehouse_that_is_not_the_default_one_has_an_identity(tmp_path: Path) -> None:
    assert load_settings({}).warehouse_identity is None
    assert load_settings({"ECOM_HOME": str(tmp_path)}).warehouse_identity is None
    other = str(tmp_path / "other.duckdb")
    assert load_settings({"ECOM_DUCKDB_PATH": other}).warehouse_identity == other
    assert load_settings(SERVER).warehouse_identity == "db.example:5433/ecom"


def test_the_webhook_is_optional_and_never_shown() -> None:
    assert load_settings({}).alert_webhook is None
    assert load_settings({"ECOM_ALERT_WEBHOOK": ""}).alert_webhook is None
    settings = load_settings({"ECOM_ALERT_WEBHOOK": "https://host/hidden"})
    assert settings.alert_webhook == "https://host/hidden"
    assert "hidden" not in repr(settings)


@pytest.mark.parametrize("value", ["ftp://host/hidden", "hidden", "https:///hidden", "http://[hidden"])
def test_a_webhook_that_is_no_web_address_is_refused_without_repeating_it(value: str) -> None:
    with pytest.raises(SettingsError, match="ECOM_ALERT_WEBHOOK is not a web address") as raised:
        load_settings({"ECOM_ALERT_WEBHOOK": value})
    assert "hidden" not in str(raised.value)


@pytest.mark.parametrize(
    ("environ", "dagster", "mlflow"),
    [
        ({}, "http://localhost:3000", "http://localhost:5000"),
        ({"ECOM_UI_PORT": "3100", "ECOM_MLFLOW_PORT": "5100"}, "http://localhost:3100", "http://localhost:5100"),
        ({"ECOM_DAGSTER_URL": "https://runs.example/"}, "https://runs.example", "http://localhost:5000"),
        ({"MLFLOW_TRACKING_URI": "http://models.example:5000"}, "http://localhost:3000", "http://models.example:5000"),
        (
            {"MLFLOW_TRACKING_URI": "http://inside:5000", "ECOM_MLFLOW_URL": "https://models.example"},
            "http://localhost:3000",
            "https://models.example",
        ),
        ({"MLFLOW_TRACKING_URI": "sqlite:////elsewhere/models.db"}, "http://localhost:3000", None),
    ],
)
def test_pages_elsewhere_are_where_they_are_served(
    environ: dict[str, str], dagster: str, mlflow: str | None, tmp_path: Path
) -> None:
    settings = load_settings({"ECOM_HOME": str(tmp_path), **environ})
    assert (settings.dagster_url, settings.mlflow_url) == (dagster, mlflow)
