"""``make readme``: writes the measured parts of the README; with ``--check`` only whether its counts still hold.

Belongs here: counting the project, timing a first and a second run, the scoreboard of the first. Does not belong here:
any other text of the README.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ecom_assets.environment import REPOSITORY, Settings, load_settings
from ecom_assets.models import model_files
from ml_assets.contract import PREDICTIONS_SCHEMA
from ml_assets.predictions import PREDICTION_TABLES
from ml_assets.reports.readme import with_block
from ml_assets.reports.scoreboard import readme_block
from ml_assets.reports.terminal import stored_rows

_README = REPOSITORY / "README.md"
_BEGIN = "<!-- figures: written by make readme -->"
_END = "<!-- end of figures -->"
_TIMES_LINE = "Measured: "


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return 1 if the README was to be checked and its counts are out of date."""
    parser = argparse.ArgumentParser(prog="make readme", description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; fail if the counts are out of date")
    options = parser.parse_args(arguments)
    with TemporaryDirectory() as folder:
        home = Path(folder)
        if options.check:
            return 0 if counted_lines(parsed_manifest(home)) == written_counts(_README.read_text()) else 1
        times = measured_times(home)
        counts = counted_lines(parsed_manifest(home))
        board = scoreboard_block(load_settings(_environment(home)))
    written = with_figures(_README.read_text(), [*counts, times])
    _README.write_text(with_block(written, board))
    return 0


def counted_lines(manifest: Mapping[str, Any]) -> list[str]:
    """Return what the project holds, as lines of Markdown."""
    kinds = Counter(node["resource_type"] for node in manifest["nodes"].values())
    layers = Counter(node["schema"] for node in manifest["nodes"].values() if node["resource_type"] == "model")
    layer_text = ", ".join(f"{count} in {layer}" for layer, count in sorted(layers.items()))
    scored = sum(node["schema"] == PREDICTIONS_SCHEMA for node in manifest["sources"].values())
    return [
        f"- {len(manifest['sources']) - scored} raw tables and {kinds['model']} dbt models ({layer_text}),",
        f"- {kinds['test']} data tests and {len(manifest['unit_tests'])} unit tests of SQL, each an asset check,",
        f"- {len(PREDICTION_TABLES)} models of machine learning, which fill {scored} tables of scores.",
    ]


def written_counts(readme: str) -> list[str]:
    """Return the lines of counts that stand in the README.

    Raises
    ------
    ValueError
        If the README has lost the marks around its figures.
    """
    if _BEGIN not in readme or _END not in readme:
        raise ValueError(f"{_README} needs the lines {_BEGIN!r} and {_END!r} around its figures")
    block = readme.split(_BEGIN)[1].split(_END)[0]
    return [line for line in block.strip().splitlines() if line.startswith("- ")]


def with_figures(readme: str, lines: Sequence[str]) -> str:
    """Return the README with the block between its marks replaced."""
    written_counts(readme)
    before, rest = readme.split(_BEGIN)
    after = rest.split(_END)[1]
    return "\n".join([before + _BEGIN, "", *lines, "", _END]) + after


def scoreboard_block(settings: Settings) -> str:
    """Return the scoreboard that the last run left, as Markdown.

    Raises
    ------
    FileNotFoundError
        If no run has left one.
    """
    path = model_files(settings).scoreboard.with_suffix(".json")
    if not path.exists():
        raise FileNotFoundError(f"{path} is missing; make run writes it")
    return readme_block(stored_rows(path))


def measured_times(home: Path) -> str:
    """Run the default sample in a new home twice, and return a line with the seconds it took.

    Raises
    ------
    subprocess.CalledProcessError
        If a run fails.
    """
    environment = _environment(home)
    seconds = []
    for _ in range(2):
        started = time.monotonic()
        subprocess.run([sys.executable, "-m", "ecom_assets.commands.run"], env=environment, check=True)
        seconds.append(round(time.monotonic() - started))
    scale = load_settings(environment).sample_scale
    return (
        f"\n{_TIMES_LINE}the first run on the default sample (scale {scale:g}) takes {seconds[0]} s after set-up, a "
        f"second one {seconds[1]} s, on {os.cpu_count()} cores ({time.strftime('%Y-%m-%d')})."
    )


def parsed_manifest(home: Path) -> Mapping[str, Any]:
    """Return dbt's manifest of the project as it stands, parsed below ``home``."""
    command = [sys.executable, "-m", "ecom_assets.commands.dbt", "parse", "--quiet"]
    environment = _environment(home)
    subprocess.run(command, env=environment, check=True)
    written = load_settings(environment).dbt_shell_target_dir / "manifest.json"
    manifest: Mapping[str, Any] = json.loads(written.read_bytes())
    return manifest


def _environment(home: Path) -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("ECOM_", "DAGSTER_", "DBT_", "MLFLOW_"))
    }
    return kept | {"ECOM_HOME": str(home)}


if __name__ == "__main__":
    sys.exit(main())
