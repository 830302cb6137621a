"""The code location as a server of its own, for a webserver and a daemon that are other containers.

Belongs here: Dagster's settings for all of them, and the server's command. Does not belong here: definitions, the
server of ``make ui``, which Dagster starts itself.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from ecom_assets.environment import REPOSITORY, SettingsError, export_settings, load_settings
from ecom_assets.instance import write_instance_settings

# The name by which the UI, schedules and runs know the place of the code; workspace.yaml says the same.
LOCATION_NAME = "ecommerce"


def main(arguments: Sequence[str] | None = None) -> int:
    """Replace this process by the server; return only if it cannot start."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", required=True)
    parser.add_argument("--port", required=True)
    options = parser.parse_args(arguments)
    try:
        settings = load_settings(os.environ)
    except SettingsError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    export_settings(settings)
    # Relative paths were resolved here; the server starts elsewhere and must see the same.
    os.environ["ECOM_RAW_DIR"] = str(settings.raw_dir)
    # Webserver and daemon wait for this server and read what it has written.
    write_instance_settings(settings)
    os.chdir(REPOSITORY)
    command = ["dagster", "api", "grpc", "--module-name", "ecom_assets.definitions", "--location-name", LOCATION_NAME]
    command += ["--host", options.host, "--port", options.port]
    os.execvp(command[0], command)  # noqa: S606


if __name__ == "__main__":
    sys.exit(main())
