"""``make ui``: Dagster's UI and daemon on the platform's instance.

Belongs here: starting the server with the right environment. Does not belong here: definitions.
"""

from __future__ import annotations

import os
import signal
import sys

from ecom_assets.environment import REPOSITORY, SettingsError, export_settings, load_settings
from ecom_assets.instance import write_instance_settings

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
    write_instance_settings(settings)
    state = "on" if settings.automation else "off (schedules and sensors start stopped; ECOM_AUTOMATION=on starts them)"
    host = os.environ.get("ECOM_UI_HOST") or _DEFAULT_HOST
    port = os.environ.get("ECOM_UI_PORT") or _DEFAULT_PORT
    print(f"Dagster: http://localhost:{port}   automation: {state}", flush=True)
    # A shell starts background commands with interrupts ignored; Dagster stops its own processes by them.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    os.chdir(REPOSITORY)
    os.execvp("dagster", ["dagster", "dev", "--workspace", "workspace.yaml", "--host", host, "--port", port])  # noqa: S606


if __name__ == "__main__":
    sys.exit(main())
