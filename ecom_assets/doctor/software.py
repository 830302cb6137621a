"""What is installed: Python, the locked packages, the programs that are called by name.

Belongs here: comparing with the lock file. Does not belong here: installing (``make setup``).
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Mapping
from importlib.metadata import distributions
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from ecom_assets.doctor.finding import Finding, ok, problem, warning
from ecom_assets.environment import REPOSITORY

_PYTHON, _PACKAGES = "Python", "packages"
# As pyproject.toml has them.
_FIRST_PYTHON, _LAST_PYTHON = (3, 11), (3, 13)
_NAMED = 5
_INSTALL_AGAIN = "remove .venv/.ready, then make setup"
# Program by what is lost without it; dbt alone is needed for every run.
_DBT = "dbt"
_PROGRAMS = {
    _DBT: "no table can be built",
    "git": "models and back-ups do not say of which commit they are",
    "make": "commands have to be started as python -m ecom_assets.commands.<name>",
}


def software_findings() -> list[Finding]:
    """Look at what is installed here."""
    lock = (REPOSITORY / "requirements.lock").read_text()
    # dbt stands beside the Python that runs; commands put that folder on the path by themselves.
    search_path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    return [
        python_finding(sys.version_info[:2]),
        package_finding(locked_versions(lock), installed_versions()),
        *program_findings(lambda name: shutil.which(name, path=search_path)),
    ]


def python_finding(version: tuple[int, int]) -> Finding:
    """Judge a version of Python, major and minor."""
    words = ".".join(map(str, version))
    if _FIRST_PYTHON <= version <= _LAST_PYTHON:
        return ok(_PYTHON, words)
    first, last = (".".join(map(str, each)) for each in (_FIRST_PYTHON, _LAST_PYTHON))
    return problem(_PYTHON, f"{words} is not supported", f"make setup PYTHON=python{first} ({first} to {last})")


def locked_versions(lock: str) -> dict[str, str]:
    """Return version by canonical name of the packages that a lock file asks for on this machine."""
    lines = (line.removesuffix("\\").strip() for line in lock.splitlines() if line[:1].isalnum())
    asked = [Requirement(line) for line in lines]
    return {
        canonicalize_name(each.name): next(iter(each.specifier)).version
        for each in asked
        if each.marker is None or each.marker.evaluate()
    }


def installed_versions() -> dict[str, str]:
    """Return version by canonical name of the packages that this Python finds."""
    # What an interrupted installation leaves has no name.
    return {canonicalize_name(found.name): found.version for found in distributions() if found.name}


def package_finding(locked: Mapping[str, str], installed: Mapping[str, str]) -> Finding:
    """Hold installed versions against the locked ones; what is installed beyond them is nobody's business."""
    missing = sorted(locked.keys() - installed.keys())
    if missing:
        return problem(_PACKAGES, f"{len(missing)} are missing: {_first(missing)}", _INSTALL_AGAIN)
    others = [
        f"{name} {installed[name]} in the place of {version}"
        for name, version in sorted(locked.items())
        if installed[name] != version
    ]
    if others:
        return warning(_PACKAGES, f"{len(others)} are not of the locked version: {_first(others)}", _INSTALL_AGAIN)
    return ok(_PACKAGES, f"{len(locked)} as requirements.lock has them")


def program_findings(find: Callable[[str], str | None]) -> list[Finding]:
    """Judge which programs are there.

    Parameters
    ----------
    find
        Returns the path of a program, or None.
    """
    return [_program_finding(name, find(name)) for name in _PROGRAMS]


def _program_finding(name: str, path: str | None) -> Finding:
    if path:
        return ok(name, path)
    if name == _DBT:
        return problem(name, f"not found, so {_PROGRAMS[name]}", _INSTALL_AGAIN)
    return warning(name, f"not found, so {_PROGRAMS[name]}", f"install {name}, or put its folder on PATH")


def _first(names: list[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more
