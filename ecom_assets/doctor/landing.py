"""The landing folder: which files are there, which are missing, which belong to no table.

Belongs here: names of files. Does not belong here: what stands in them (``ingestion``).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ecom_assets.doctor.finding import Finding, ok, problem, problem_of, warning
from ecom_assets.ingestion.errors import LoadError
from ecom_assets.ingestion.landing import Landing, discover
from ecom_assets.ingestion.schema import Source

_FOLDER = "landing folder"


def landing_findings(raw_dir: Path, sources: Sequence[Source], *, is_default: bool) -> list[Finding]:
    """Look into the landing folder.

    Parameters
    ----------
    raw_dir
        The folder.
    sources
        The sources in use.
    is_default
        Whether it is the one of the home, into which a first run writes sample data.
    """
    if is_default and not (raw_dir.is_dir() and any(raw_dir.iterdir())):
        return [ok(_FOLDER, f"{raw_dir} is empty; the next make run writes sample data there")]
    return [finding for source in sources for finding in _source_findings(raw_dir, source)]


def _source_findings(raw_dir: Path, source: Source) -> list[Finding]:
    name = f"{_FOLDER} {source.name}/"
    try:
        landing = discover(raw_dir, source)
    except LoadError as error:
        return [problem_of(name, error, "deliver the files again")]
    return [file_finding(name, source, landing), *stray_findings(name, landing)]


def file_finding(name: str, source: Source, landing: Landing) -> Finding:
    """Judge whether every table has a file; optional ones may do without."""
    without = [table for table in source.tables if not landing.parts[table.name]]
    missing = [table.file_stems[0] for table in without if not table.optional]
    if missing:
        files = ", ".join(f"{stem}.csv" for stem in missing)
        return problem(name, f"missing: {files}", "put them there as .csv, .csv.gz or .zip (make download fetches all)")
    optional = [f"{table.name} will be empty" for table in without]
    parts = sum(len(found) for found in landing.parts.values())
    return ok(name, ", ".join([f"{parts} files for {len(source.tables) - len(without)} tables", *optional]))


def stray_findings(name: str, landing: Landing) -> list[Finding]:
    """Return a warning if files belong to no table."""
    if not landing.strays:
        return []
    words = f"of no table: {', '.join(landing.strays)}"
    return [warning(name, words, "rename them to declared names (README.md, Real data), or take them away")]
