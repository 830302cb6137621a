"""Environment variables to settings: one place, no silent fallback for a value that is not known.

Belongs here: reading and checking variables, and the paths and engines that follow from them.
Does not belong here: opening anything, creating folders.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from ecom_assets.ingestion.sources import SOURCES

REPOSITORY = Path(__file__).resolve().parent.parent
DBT_PROJECT_DIR = REPOSITORY / "dbt_project"

# Every tool that would otherwise report home. Set before any of them is imported or started.
TELEMETRY_OFF = {
    "DAGSTER_DISABLE_TELEMETRY": "yes",
    "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    "DO_NOT_TRACK": "1",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    # It also draws bars on the terminal for files of a folder beside it.
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
}


class SettingsError(ValueError):
    """A variable of the environment has a value that cannot be used; the message names the repair."""


@dataclass(frozen=True, slots=True)
class Engine:
    """What the platform has to know about a warehouse engine.

    Attributes
    ----------
    name
        Value of ``ECOM_TARGET`` and name of the dbt target.
    pool
        Dagster pool that every asset and check touching the warehouse takes.
    pool_limit
        How many of them may run at once.
    """

    name: str
    pool: str
    pool_limit: int


@dataclass(frozen=True, slots=True)
class PostgresSettings:
    """Where the Postgres server is, and as whom to enter it; its password stays in the environment (``PGPASSWORD``).

    Attributes
    ----------
    host, port, user, database
        As in the variables of libpq.
    use_roles
        Whether each session takes on the role of what it does (``make postgres ARGS=--roles``).
    """

    host: str
    port: int
    user: str
    database: str
    use_roles: bool


_DUCKDB, _POSTGRES = "duckdb", "postgres"
ENGINES = {
    # Serves one process at a time, readers included.
    _DUCKDB: Engine(name=_DUCKDB, pool="duckdb_warehouse", pool_limit=1),
    # The server keeps its users apart by itself; the limit only spares its memory.
    _POSTGRES: Engine(name=_POSTGRES, pool="postgres_warehouse", pool_limit=8),
}

_T = TypeVar("_T")

_SWITCH = {"on": True, "off": False}

# Where the process of a run is, by the class of Dagster's settings that launches it and watches it.
_RUN_LAUNCHERS = {
    # On the machine of the daemon, where the process can be looked for.
    "process": "WatchedRunLauncher",
    # Where the server of the code location is, which has to be asked.
    "code_server": "CodeServerRunLauncher",
}
# Whether each step of a run is a process of its own.
_EXECUTORS = {"in_process": False, "multiprocess": True}
# Launchers and executors whose packages are not installed.
_OTHER_PLACES = ("docker", "kubernetes")
_SQLITE = "sqlite:///"
_WEB_SCHEMES = ("http://", "https://")
_POSTGRES_VARIABLES = ("PGHOST", "PGPORT", "PGUSER", "PGPASSWORD", "PGDATABASE")

# Addresses of pages that the report site links to.
DAGSTER_URL, MLFLOW_URL = "ECOM_DAGSTER_URL", "ECOM_MLFLOW_URL"
# Address of the database in which Dagster keeps its history; a secret, so that only the environment holds it.
DAGSTER_POSTGRES_URL = "ECOM_DAGSTER_POSTGRES_URL"
# Address to which failures are told; it may hold a secret, so that only the environment holds it.
ALERT_WEBHOOK = "ECOM_ALERT_WEBHOOK"
_POSTGRES_SCHEMES = ("postgresql://", "postgresql+psycopg2://")


@dataclass(frozen=True, slots=True)
class Settings:
    """Where things are and which parts of the platform are on.

    Attributes
    ----------
    home
        Everything written at run time lies below it.
    raw_dir
        Landing folder with one sub-folder a source.
    raw_dir_is_default
        Whether ``raw_dir`` was not named, so that sample data may be written into it.
    engine
        Warehouse engine.
    sources
        Names of the sources in use, in declared order.
    sample_scale
        Size of the default sample; 1 is the size of the real data.
    max_rejected_share
        Share of a file's rows that may fail to parse before the load fails.
    duckdb_path
        Warehouse file of the embedded engine.
    postgres
        The server of the engine that is one.
    dagster_home
        Dagster's instance folder.
    dagster_in_postgres
        Whether Dagster keeps its history in the database of ``ECOM_DAGSTER_POSTGRES_URL``, not in files of its own.
    run_launcher
        Name of the class in ``ecom_assets.run_launcher`` that launches runs.
    has_step_processes
        Whether each step of a launched run is a process of its own.
    automation
        Whether schedules and sensors start switched on.
    mlflow_tracking_uri
        Where MLflow keeps runs and registered models: ``sqlite:///`` and an absolute path, or a server's address.
    reports_dir
        Folder of the report site.
    reports_url
        Address under which the report site is reached, without a slash at its end.
    dagster_url
        Address under which Dagster's pages are reached.
    mlflow_url
        Address under which MLflow's pages are reached; None if that is not known.
    alert_webhook
        Address to which failures are told; None tells nobody. It may hold a secret, so that nothing shows it.
    """

    home: Path
    raw_dir: Path
    raw_dir_is_default: bool
    engine: Engine
    sources: tuple[str, ...]
    sample_scale: float
    max_rejected_share: float
    duckdb_path: Path
    postgres: PostgresSettings | None
    dagster_home: Path
    dagster_in_postgres: bool
    run_launcher: str
    has_step_processes: bool
    automation: bool
    mlflow_tracking_uri: str
    reports_dir: Path
    reports_url: str
    dagster_url: str
    mlflow_url: str | None
    alert_webhook: str | None = field(default=None, repr=False)

    @property
    def mlflow_artifact_dir(self) -> Path:
        """Folder of what MLflow keeps beside its database, where no server of its own keeps it."""
        return self.home / "mlartifacts"

    @property
    def mlflow_is_default(self) -> bool:
        """Whether MLflow's store is the one of this home, and not a server or a file that was named."""
        return self.mlflow_tracking_uri == _default_tracking_uri(self.home)

    @property
    def warehouse_identity(self) -> str | None:
        """What tells this warehouse from others that the same history of runs could speak of; None for the default."""
        if self.postgres is not None:
            return f"{self.postgres.host}:{self.postgres.port}/{self.postgres.database}"
        return None if self.duckdb_path == _default_duckdb_path(self.home) else str(self.duckdb_path)

    @property
    def model_dir(self) -> Path:
        """Folder of the training sets and evaluations of models."""
        return self.home / "models"

    @property
    def export_dir(self) -> Path:
        """Folder of the tables that leave the warehouse as files."""
        return self.home / "exports"

    @property
    def dbt_target_dir(self) -> Path:
        """Folder of the manifest that Dagster reads, and of the artefacts of its dbt invocations."""
        return self.home / "dbt" / "target"

    @property
    def dbt_shell_target_dir(self) -> Path:
        """Folder of the artefacts of dbt in a shell.

        A manifest after a build names macros that one after parsing does not; Dagster must not read it.
        """
        return self.home / "dbt" / "shell"

    @property
    def dbt_log_dir(self) -> Path:
        """Folder of dbt's logs."""
        return self.home / "dbt" / "logs"


def load_settings(environ: Mapping[str, str]) -> Settings:
    """Read the settings; a relative path counts from the working directory.

    Raises
    ------
    SettingsError
        If a variable holds a value that is not known or out of range.
    """
    home = _path(environ, "ECOM_HOME", REPOSITORY / ".ecom")
    dagster_home = _path(environ, "DAGSTER_HOME", home / "dagster")
    _refuse_glob(dagster_home)
    engine = _choice(environ, "ECOM_TARGET", _DUCKDB, ENGINES)
    return Settings(
        home=home,
        raw_dir=_path(environ, "ECOM_RAW_DIR", home / "raw"),
        raw_dir_is_default=not environ.get("ECOM_RAW_DIR"),
        engine=engine,
        sources=_sources(environ),
        sample_scale=_number(environ, "ECOM_SAMPLE_SCALE", 0.05, low=0.005, high=10.0),
        max_rejected_share=_number(environ, "ECOM_MAX_REJECTED_SHARE", 0.01, low=0.0, high=1.0),
        duckdb_path=_path(environ, "ECOM_DUCKDB_PATH", _default_duckdb_path(home)),
        postgres=postgres_settings(environ) if engine.name == _POSTGRES else None,
        dagster_home=dagster_home,
        dagster_in_postgres=_has_dagster_database(environ),
        run_launcher=_place_of(environ, "ECOM_RUN_LAUNCHER", "process", _RUN_LAUNCHERS),
        has_step_processes=_has_step_processes(environ, engine),
        automation=_choice(environ, "ECOM_AUTOMATION", "off", _SWITCH),
        mlflow_tracking_uri=_tracking_uri(environ, home),
        reports_dir=_path(environ, "ECOM_REPORTS_DIR", home / "reports"),
        reports_url=_web_address(environ, "ECOM_REPORTS_URL", f"http://localhost:{reports_port(environ)}"),
        dagster_url=_web_address(environ, DAGSTER_URL, _local_address(environ, "ECOM_UI_PORT", 3000)),
        mlflow_url=_mlflow_url(environ, home),
        alert_webhook=_webhook(environ),
    )


def reports_port(environ: Mapping[str, str]) -> int:
    """Return the port on which ``make ui`` serves the report site.

    Raises
    ------
    SettingsError
        If the variable is no port.
    """
    return int(_number(environ, "ECOM_REPORTS_PORT", 3001, low=1, high=65_535))


def _local_address(environ: Mapping[str, str], port: str, default: int) -> str:
    """Return where ``make ui`` serves, by the variable of a port; what is no port is said when the server starts."""
    return f"http://localhost:{environ.get(port) or default}"


def _mlflow_url(environ: Mapping[str, str], home: Path) -> str | None:
    """Return where MLflow's pages are: where that is said, at the server of the store, or where ``make ui`` serves."""
    uri = _tracking_uri(environ, home)
    if environ.get(MLFLOW_URL) or uri.startswith(_WEB_SCHEMES):
        return _web_address(environ, MLFLOW_URL, uri)
    # Another store on a file is somebody else's to serve.
    return _local_address(environ, "ECOM_MLFLOW_PORT", 5000) if uri == _default_tracking_uri(home) else None


def export_settings(settings: Settings, environ: MutableMapping[str, str] | None = None) -> None:
    """Write the settings back as absolute values, so that dbt and Dagster's own processes see the same.

    Parameters
    ----------
    settings
        What to write.
    environ
        Where to; the process's environment by default.
    """
    target = os.environ if environ is None else environ
    target.update(TELEMETRY_OFF)
    # dagster-dbt looks for dbt on the path; the one wanted stands beside the running Python.
    programs = str(Path(sys.executable).parent)
    if programs not in target.get("PATH", "").split(os.pathsep):
        target["PATH"] = os.pathsep.join([programs, target.get("PATH", "")])
    target.update(
        {
            "ECOM_HOME": str(settings.home),
            "ECOM_TARGET": settings.engine.name,
            "ECOM_SOURCES": ",".join(settings.sources),
            "ECOM_DUCKDB_PATH": str(settings.duckdb_path),
            "DAGSTER_HOME": str(settings.dagster_home),
            "DBT_TARGET_PATH": str(settings.dbt_target_dir),
            "DBT_LOG_PATH": str(settings.dbt_log_dir),
            "MLFLOW_TRACKING_URI": settings.mlflow_tracking_uri,
            "ECOM_REPORTS_DIR": str(settings.reports_dir),
            "ECOM_REPORTS_URL": settings.reports_url,
        }
    )


def _path(environ: Mapping[str, str], name: str, default: Path) -> Path:
    return Path(environ.get(name) or default).expanduser().resolve()


def _default_duckdb_path(home: Path) -> Path:
    return home / "warehouse.duckdb"


def _default_tracking_uri(home: Path) -> str:
    return f"{_SQLITE}{home / 'mlflow.db'}"


def _tracking_uri(environ: Mapping[str, str], home: Path) -> str:
    """Read where MLflow's store is; the path of a file is made absolute, since processes start in other folders.

    Raises
    ------
    SettingsError
        If it is neither a SQLite file nor the address of a server.
    """
    value = environ.get("MLFLOW_TRACKING_URI") or _default_tracking_uri(home)
    if value.startswith(_WEB_SCHEMES):
        return _web_address(environ, "MLFLOW_TRACKING_URI", value)
    path = value.removeprefix(_SQLITE)
    if path in (value, "", ":memory:"):
        # Other schemes may hold a password: the value is not repeated.
        raise SettingsError(
            f"MLFLOW_TRACKING_URI is neither {_SQLITE} and the path of a file nor the http address of a server; for "
            "another store start mlflow server on it and name that server's address"
        )
    return f"{_SQLITE}{Path(path).expanduser().resolve()}"


def _web_address(environ: Mapping[str, str], name: str, default: str) -> str:
    value = environ.get(name) or default
    if not value.startswith(_WEB_SCHEMES):
        raise SettingsError(f"{name}={value!r} is not a web address; write it as http://host:port")
    if "@" in urlsplit(value).netloc:
        raise SettingsError(
            f"{name} holds a user or a password, which would stand in logs; for MLflow set "
            "MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD instead"
        )
    return value.rstrip("/")


def _webhook(environ: Mapping[str, str]) -> str | None:
    """Read where failures are told.

    Raises
    ------
    SettingsError
        If it is no web address; the value may hold a secret and is not repeated.
    """
    value = environ.get(ALERT_WEBHOOK)
    if not value:
        return None
    try:
        is_address = value.startswith(_WEB_SCHEMES) and bool(urlsplit(value).hostname)
    except ValueError:
        is_address = False
    if not is_address:
        raise SettingsError(f"{ALERT_WEBHOOK} is not a web address; write it as https://host/path, or leave it out")
    return value


def require_postgres_variables(environ: Mapping[str, str], needed_by: str) -> None:
    """Make sure that the environment says where the Postgres server is and as whom to enter it.

    Parameters
    ----------
    environ
        The environment.
    needed_by
        What asks for it, for the message.

    Raises
    ------
    SettingsError
        If a variable is missing.
    """
    missing = [name for name in _POSTGRES_VARIABLES if not environ.get(name)]
    if missing:
        raise SettingsError(f"{needed_by} needs {', '.join(missing)}; set what is missing")


def postgres_settings(environ: Mapping[str, str]) -> PostgresSettings:
    """Read where the Postgres server is.

    Raises
    ------
    SettingsError
        If a variable is missing, or holds a value that cannot be used.
    """
    require_postgres_variables(environ, needed_by=f"ECOM_TARGET={_POSTGRES}")
    return PostgresSettings(
        host=environ["PGHOST"],
        port=int(_number(environ, "PGPORT", 5432, low=1, high=65_535)),
        user=environ["PGUSER"],
        database=environ["PGDATABASE"],
        use_roles=_choice(environ, "ECOM_POSTGRES_ROLES", "off", _SWITCH),
    )


def _has_dagster_database(environ: Mapping[str, str]) -> bool:
    url = environ.get(DAGSTER_POSTGRES_URL)
    if url and not url.startswith(_POSTGRES_SCHEMES):
        # The value holds a password: it is not repeated.
        raise SettingsError(
            f"{DAGSTER_POSTGRES_URL} does not begin with {' or '.join(_POSTGRES_SCHEMES)}; "
            "write it as postgresql+psycopg2://user:password@host:5432/database, special characters %-encoded"
        )
    return bool(url)


def _has_step_processes(environ: Mapping[str, str], engine: Engine) -> bool:
    name = "ECOM_EXECUTOR"
    has_step_processes = _place_of(environ, name, "in_process", _EXECUTORS)
    if has_step_processes and engine.pool_limit == 1:
        raise SettingsError(
            f"{name}={environ[name]!r} gains nothing where {engine.name} serves one process at a time; "
            f"unset it, or set ECOM_TARGET={_POSTGRES}"
        )
    return has_step_processes


def _place_of(environ: Mapping[str, str], name: str, default: str, known: Mapping[str, _T]) -> _T:
    """Read where runs or their steps are executed.

    Raises
    ------
    SettingsError
        If the value is not known, or names what Dagster can do and this installation cannot.
    """
    if environ.get(name) in _OTHER_PLACES:
        raise SettingsError(
            f"{name}={environ[name]!r} needs a package of Dagster that is not installed; use one of: "
            f"{', '.join(known)}, or Dagster's own chart as docs/deployment.md describes"
        )
    return _choice(environ, name, default, known)


def _refuse_glob(dagster_home: Path) -> None:
    """Refuse a folder whose settings Dagster would pass over: it looks for them by a glob pattern."""
    if any(mark in str(dagster_home) for mark in "*?["):
        raise SettingsError(
            f"{dagster_home} cannot hold Dagster's settings, because its path has one of the characters * ? [ in it; "
            "name another folder in ECOM_HOME or DAGSTER_HOME"
        )


def _choice(environ: Mapping[str, str], name: str, default: str, known: Mapping[str, _T]) -> _T:
    value = environ.get(name) or default
    if value not in known:
        raise SettingsError(f"{name}={value!r} is not known; use one of: {', '.join(known)}")
    return known[value]


def _sources(environ: Mapping[str, str]) -> tuple[str, ...]:
    value = environ.get("ECOM_SOURCES") or ",".join(SOURCES)
    wanted = {name.strip() for name in value.split(",") if name.strip()}
    unknown = wanted - SOURCES.keys()
    if unknown or not wanted:
        raise SettingsError(
            f"ECOM_SOURCES={value!r} names {sorted(unknown) or 'no source'}; use one or more of: {','.join(SOURCES)}"
        )
    return tuple(name for name in SOURCES if name in wanted)


def _number(environ: Mapping[str, str], name: str, default: float, *, low: float, high: float) -> float:
    text = environ.get(name) or str(default)
    try:
        value = float(text)
    except ValueError:
        raise SettingsError(f"{name}={text!r} is not a number; use one from {low} to {high}") from None
    if not low <= value <= high:
        raise SettingsError(f"{name}={text!r} is out of range; use a number from {low} to {high}")
    return value
