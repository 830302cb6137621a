"""MLflow's pages on the store of this home, as ``make ui`` starts them.

Belongs here: starting the server on a store that is there. Does not belong here: a server that others share.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from ecom_assets.environment import SettingsError, export_settings, load_settings
from ml_assets.registry.tracking import ModelRegistry


def main(arguments: Sequence[str] | None = None) -> int:
    """Replace this process by MLflow's server; return only if it cannot start."""
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
    # Two processes that make the store at once would break it; this waits for the other one.
    ModelRegistry(settings.mlflow_tracking_uri, settings.mlflow_artifact_dir).ready()
    command = ["mlflow", "server", "--backend-store-uri", settings.mlflow_tracking_uri]
    command += ["--default-artifact-root", settings.mlflow_artifact_dir.as_uri()]
    # One worker serves the pages of one machine; each takes hundreds of megabytes.
    command += ["--host", options.host, "--port", options.port, "--workers", "1"]
    os.chdir(settings.home)
    # Jobs are for MLflow's language model tools; they would run processes of their own.
    os.environ["MLFLOW_SERVER_ENABLE_JOB_EXECUTION"] = "false"
    os.execvp(command[0], command)  # noqa: S606


if __name__ == "__main__":
    sys.exit(main())
