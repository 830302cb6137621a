"""The ports of ``make ui``: free, served by the platform already, or taken by somebody else; and the reports' folder.

Belongs here: asking on this machine who listens. Does not belong here: serving (``commands.ui``).
"""

from __future__ import annotations

import http.client
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ecom_assets.doctor.finding import Finding, ok, warning
from ecom_assets.environment import Settings, reports_port
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

_ANSWER_SECONDS = 3
_HIGHEST_PORT = 65_535
_EVERY_INTERFACE = frozenset({"0.0.0.0", "::"})  # noqa: S104 - recognised, not bound to
_REPORTS = "reports"


@dataclass(frozen=True, slots=True)
class Service:
    """A server of ``make ui``.

    Attributes
    ----------
    name
        For people.
    variable
        Which names its port.
    port
        Its port, as it was named.
    path
        What is asked of whoever listens there.
    sign
        What stands in the answer of the platform's own server.
    """

    name: str
    variable: str
    port: str
    path: str
    sign: str


def services(settings: Settings, environ: Mapping[str, str]) -> list[Service]:
    """Return the servers that ``make ui`` would start."""
    ui = Service("Dagster", UI_PORT, environ.get(UI_PORT) or DEFAULT_UI_PORT, "/server_info", "dagster_webserver")
    reports = Service(_REPORTS, REPORTS_PORT, str(reports_port(environ)), "/", "Server: reports")
    mlflow = Service("MLflow", MLFLOW_PORT, environ.get(MLFLOW_PORT) or DEFAULT_MLFLOW_PORT, "/health", "OK")
    return [ui, reports, *([mlflow] if settings.mlflow_is_default else [])]


def server_findings(settings: Settings, environ: Mapping[str, str]) -> list[Finding]:
    """Look at ports and at the folder of reports."""
    host = environ.get(HOST) or DEFAULT_HOST
    return [
        folder_finding(settings.reports_dir),
        *(port_finding(service, host) for service in services(settings, environ)),
    ]


def folder_finding(folder: Path) -> Finding:
    """Judge whether pages stand in the folder of reports."""
    if (folder / "index.html").is_file():
        return ok(_REPORTS, f"{folder} has {len(list(folder.rglob('*.html')))} pages")
    if folder.exists() and not folder.is_dir():
        return warning(_REPORTS, f"{folder} is no folder", "move it away, or name another one in ECOM_REPORTS_DIR")
    return ok(_REPORTS, f"{folder} has no page yet; make run writes them")


def port_finding(service: Service, host: str) -> Finding:
    """Judge whether a server can start on its port, or has done so already."""
    name = f"port of {service.name}"
    rename = f"name another port in {service.variable}"
    if not service.port.isdigit() or not 0 < int(service.port) <= _HIGHEST_PORT:
        return warning(name, f"{service.port} is no port", rename)
    port = int(service.port)
    if is_free(host, port):
        return ok(name, f"{port} is free")
    if service.sign in _answer(host, port, service.path):
        return ok(name, f"{port} is served by make ui")
    return warning(name, f"{port} is taken by another program, or {host} is none of this machine's addresses", rename)


def _answer(host: str, port: int, path: str) -> str:
    """Return head and text of what is answered on a port; nothing if that is no web server."""
    connection = http.client.HTTPConnection(
        DEFAULT_HOST if host in _EVERY_INTERFACE else host, port, timeout=_ANSWER_SECONDS
    )
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        text = answer.read().decode(errors="replace")
    except (OSError, http.client.HTTPException):
        return ""
    finally:
        connection.close()
    return "\n".join([*(f"{key}: {value}" for key, value in answer.getheaders()), text])
