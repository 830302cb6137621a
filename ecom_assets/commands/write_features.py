"""``make features``: writes ``docs/features.md`` from dbt's YAML; with ``--check`` only whether it is current.

Belongs here: writing and comparing the file. Does not belong here: what stands in it (``dbt.features_page``).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from ecom_assets.dbt.features_page import feature_tables, features_page
from ecom_assets.dbt.project import project_variables
from ecom_assets.environment import DBT_PROJECT_DIR, REPOSITORY

_MODELS = DBT_PROJECT_DIR / "models" / "features"
_PAGE = REPOSITORY / "docs" / "features.md"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return 1 if the page was to be checked and is out of date, or a column lacks a word."""
    parser = argparse.ArgumentParser(prog="make features", description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; fail if the page is out of date")
    options = parser.parse_args(arguments)
    try:
        text = features_page(feature_tables(_MODELS, project_variables(DBT_PROJECT_DIR)))
    except ValueError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    if _PAGE.exists() and _PAGE.read_text() == text:
        return 0
    if options.check:
        print("docs/features.md does not match the YAML of the feature tables; run make features")
        return 1
    _PAGE.write_text(text)
    print("docs/features.md written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
