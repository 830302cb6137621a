"""All that is looked at, in order: first what everything else needs.

Belongs here: which rooms are asked, and what is left out when there are no settings. Does not belong here: any look.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ecom_assets.doctor.finding import Finding
from ecom_assets.doctor.history import history_findings
from ecom_assets.doctor.landing import landing_findings
from ecom_assets.doctor.machine import machine_findings
from ecom_assets.doctor.models import model_findings
from ecom_assets.doctor.servers import server_findings
from ecom_assets.doctor.software import software_findings
from ecom_assets.doctor.variables import name_findings, read_settings
from ecom_assets.doctor.warehouse import warehouse_findings
from ecom_assets.ingestion.sources import SOURCES


def examine(environ: Mapping[str, str]) -> Iterator[Finding]:
    """Yield a finding on each thing that is looked at; without settings, on what needs none.

    Parameters
    ----------
    environ
        The environment; Postgres's drivers read the password from the process's own.
    """
    yield from software_findings()
    yield from name_findings(environ)
    settings, finding = read_settings(environ)
    yield finding
    if settings is None:
        return
    yield from machine_findings(settings, environ)
    sources = [SOURCES[name] for name in settings.sources]
    yield from landing_findings(settings.raw_dir, sources, is_default=settings.raw_dir_is_default)
    yield from warehouse_findings(settings)
    yield from history_findings(settings)
    yield from model_findings(settings)
    yield from server_findings(settings, environ)
