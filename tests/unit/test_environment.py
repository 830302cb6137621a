"""Environment variables to settings."""

from __future__ import annotations

from pathlib import Path

import pytest

from ecom_assets.environment import REPOSITORY, SettingsError, export_settings, load_settings


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
        ("ECOM_TARGET", "oracle", "ECOM_TARGET='oracle' is not known; use one of: duckdb"),
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


@pytest.mark.parametrize("scheme", ["postgresql", "postgresql+psycopg2"])
def test_dagsters_database_is_known_by_its_address_which_no_setting_holds(scheme: str) -> None:
    settings = load_settings({"ECOM_DAGSTER_POSTGRES_URL": f"{scheme}://dagster:hidden@host:5432/dagster"})
    assert settings.dagster_in_postgres
    assert "hidden" not in repr(settings)


def test_a_refused_address_is_not_repeated_since_it_holds_a_password() -> None:
    with pytest.raises(SettingsError) as refused:
        load_settings({"ECOM_DAGSTER_POSTGRES_URL": "mysql://dagster:hidden@host/dagster"})
    assert "hidden" not in str(refused.value)
