"""``make sources``: dbt's source YAML from what is declared; with ``--check`` only whether it is current.

Belongs here: writing and comparing files. Does not belong here: what stands in them (``dbt.sources_yaml``,
``dbt.predictions_yaml``).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from ecom_assets.dbt.predictions_yaml import predictions_yaml_path, render_predictions_yaml
from ecom_assets.dbt.sources_yaml import render_sources_yaml, sources_yaml_path
from ecom_assets.environment import DBT_PROJECT_DIR
from ecom_assets.ingestion.sources import SOURCES


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return 1 if a file was to be checked and is out of date."""
    parser = argparse.ArgumentParser(prog="make sources", description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; fail if a file is out of date")
    options = parser.parse_args(arguments)
    wanted = {sources_yaml_path(DBT_PROJECT_DIR, source): render_sources_yaml(source) for source in SOURCES.values()}
    wanted[predictions_yaml_path(DBT_PROJECT_DIR)] = render_predictions_yaml()
    outdated = []
    for path, text in wanted.items():
        if not path.exists() or path.read_text() != text:
            outdated.append(path.relative_to(DBT_PROJECT_DIR))
            if not options.check:
                path.write_text(text)
    for name in outdated:
        print(f"{name} {'does not match what is declared; run make sources' if options.check else 'written'}")
    return 1 if options.check and outdated else 0


if __name__ == "__main__":
    sys.exit(main())
