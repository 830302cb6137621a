"""``make ui``: Dagster's UI and daemon on the platform's instance, MLflow's pages on its registry, and the reports.

Belongs here: which servers start, with the right environment. Does not belong here: definitions, keeping servers
together (``side_by_side``).
"""

from __future__ import annotations

import os
import sys

from ecom_assets.automation import automation_line, switched_by_hand
from ecom_assets.commands.side_by_side import run_beside
from ecom_assets.environment import REPOSITORY, Settings, SettingsError, export_settings, load_settings, reports_port
from ecom_assets.instance import close_dead_runs, opened_instance
from ecom_assets.ports import (
    DEFAULT_HOST,
    DEFAULT_MLFLOW_PORT,
    DEFAULT_UI_PORT,
    HOST,
    MLFLOW_PORT,
    REPORTS_PORT,
    UI_PORT,
    is_free,
)


def main() -> int:
    """Serve until ``dagster dev`` ends; return its exit code."""
    try:
        settings = load_settings(os.environ)
    except SettingsError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    export_settings(settings)
    # Relative paths were resolved here; the code location starts elsewhere and must see the same.
    os.environ["ECOM_RAW_DIR"] = str(settings.raw_dir)
    host = os.environ.get(HOST) or DEFAULT_HOST
    port = os.environ.get(UI_PORT) or DEFAULT_UI_PORT
    print(f"Dagster: http://localhost:{port}")
    beside = [
        mlflow_server(settings, host, os.environ.get(MLFLOW_PORT)),
        reports_server(host, str(reports_port(os.environ))),
    ]
    for line, _ in beside:
        print(line)
    for line in opening_lines(settings):
        print(line, flush=True)
    os.chdir(REPOSITORY)
    dagster_command = ["dagster", "dev", "--workspace", "workspace.yaml", "--host", host, "--port", port]
    return run_beside(dagster_command, [command for _, command in beside if command])


def mlflow_server(settings: Settings, host: str, named_port: str | None) -> tuple[str, list[str] | None]:
    """Return where MLflow is, for people, and the command that starts it; None if none is to be started.

    Parameters
    ----------
    settings
        Whether the store is that of this home, or somebody else's to serve.
    host
        Where the server is to listen.
    named_port
        Value of ``ECOM_MLFLOW_PORT``.
    """
    if not settings.mlflow_is_default:
        return f"MLflow: {settings.mlflow_tracking_uri} (not started here)", None
    port = named_port or DEFAULT_MLFLOW_PORT
    return _server("MLflow", "ecom_assets.commands.mlflow_server", host, port, MLFLOW_PORT)


def reports_server(host: str, port: str) -> tuple[str, list[str] | None]:
    """Return where the report site is, for people, and the command that serves it; None if none is to be started.

    Parameters
    ----------
    host, port
        Where the server is to listen.
    """
    return _server("reports", "ecom_assets.commands.reports_server", host, port, REPORTS_PORT)


def _server(name: str, module: str, host: str, port: str, variable: str) -> tuple[str, list[str] | None]:
    if not port.isdigit() or not is_free(host, int(port)):
        return f"{name}: not started, because port {port} is taken or none; name another in {variable}", None
    return f"{name}: http://localhost:{port}", [sys.executable, "-m", module, "--host", host, "--port", port]


def opening_lines(settings: Settings) -> list[str]:
    """Close the runs that a killed process left, and say so and what of the automation starts.

    The daemon does not see that a process is gone: whatever is launched in the UI would wait for its slot for ever.
    """
    with opened_instance(settings) as instance:
        closed = close_dead_runs(instance)
        others = switched_by_hand(instance, is_on=settings.automation)
    lines = [f"closed run {run_id}, whose process is gone, and freed its pool slots" for run_id in closed]
    lines.append(automation_line(is_on=settings.automation))
    if others:
        lines.append(f"switched in the UI, and {'stopped' if settings.automation else 'running'}: {', '.join(others)}")
    return lines


if __name__ == "__main__":
    sys.exit(main())
