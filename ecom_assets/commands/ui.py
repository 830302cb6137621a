"""``make ui``: Dagster's UI and daemon on the platform's instance.

Belongs here: starting the server with the right environment. Does not belong here: definitions.
"""

from __future__ import annotations

import os
import signal
import sys

from ecom_assets.automation import automation_line, switched_by_hand
from ecom_assets.environment import REPOSITORY, Settings, SettingsError, export_settings, load_settings
from ecom_assets.instance import close_dead_runs, opened_instance

_DEFAULT_HOST = "127.0.0.1"
_DEFAULT_PORT = "3000"


def main() -> int:
    """Replace this process by ``dagster dev``; return only if it cannot start."""
    try:
        settings = load_settings(os.environ)
    except SettingsError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    export_settings(settings)
    # Relative paths were resolved here; the code location starts elsewhere and must see the same.
    os.environ["ECOM_RAW_DIR"] = str(settings.raw_dir)
    host = os.environ.get("ECOM_UI_HOST") or _DEFAULT_HOST
    port = os.environ.get("ECOM_UI_PORT") or _DEFAULT_PORT
    print(f"Dagster: http://localhost:{port}")
    for line in opening_lines(settings):
        print(line, flush=True)
    # A shell starts background commands with interrupts ignored; Dagster stops its own processes by them.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    os.chdir(REPOSITORY)
    os.execvp("dagster", ["dagster", "dev", "--workspace", "workspace.yaml", "--host", host, "--port", port])  # noqa: S606


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
