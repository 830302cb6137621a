"""The environment's variables: values that cannot be used, names that nobody reads.

Belongs here: which names are known, and the nearest one to a name that is not. Does not belong here: what the values
mean (``environment``).
"""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches

from ecom_assets.doctor.finding import Finding, ok, problem_of, warning
from ecom_assets.environment import Settings, SettingsError, load_settings

PREFIX = "ECOM_"
KNOWN = frozenset(
    {
        "ECOM_ALERT_WEBHOOK",
        "ECOM_AUTOMATION",
        "ECOM_CODE_HOST",
        "ECOM_CODE_PORT",
        "ECOM_COMMIT",
        "ECOM_DAGSTER_POSTGRES_URL",
        "ECOM_DAGSTER_URL",
        "ECOM_DUCKDB_PATH",
        "ECOM_EXECUTOR",
        "ECOM_HOME",
        "ECOM_MAX_REJECTED_SHARE",
        "ECOM_MLFLOW_PORT",
        "ECOM_MLFLOW_URL",
        "ECOM_POSTGRES_PASSWORD",
        "ECOM_POSTGRES_ROLES",
        "ECOM_RAW_DIR",
        "ECOM_REAL_DATA_DIR",
        "ECOM_REPORTS_DIR",
        "ECOM_REPORTS_PORT",
        "ECOM_REPORTS_URL",
        "ECOM_REQUIRE_POSTGRES",
        "ECOM_RUN_LAUNCHER",
        "ECOM_SAMPLE_SCALE",
        "ECOM_SOURCES",
        "ECOM_TARGET",
        "ECOM_UI_HOST",
        "ECOM_UI_PORT",
    }
)

_SETTINGS, _NAMES = "settings", "variables"


def read_settings(environ: Mapping[str, str]) -> tuple[Settings | None, Finding]:
    """Return the settings, or None if they cannot be used, and the finding on them."""
    try:
        settings = load_settings(environ)
    except SettingsError as error:
        return None, problem_of(_SETTINGS, error, "see the table of settings in README.md")
    words = f"home {settings.home}, engine {settings.engine.name}, sources {', '.join(settings.sources)}"
    return settings, ok(_SETTINGS, words)


def name_findings(environ: Mapping[str, str]) -> list[Finding]:
    """Return a warning for each variable of the platform's prefix that nobody reads, or that all are known."""
    found = sorted(name for name in environ if name.startswith(PREFIX))
    unknown = [name for name in found if name not in KNOWN]
    if not unknown:
        return [ok(_NAMES, f"{', '.join(found)} set" if found else "none set, all defaults")]
    return [warning(_NAMES, f"{name} is not known and changes nothing", _renaming(name)) for name in unknown]


def _renaming(name: str) -> str:
    near = get_close_matches(name, sorted(KNOWN), n=1)
    return f"rename it to {near[0]}, or unset it" if near else "unset it"
