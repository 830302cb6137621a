"""``make audit-engines``: the audit of engines against each other in a shell, without Dagster.

Belongs here: arguments and messages. Does not belong here: the audit (``engine_parity.audit``).
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from ecom_assets.comparison.builds import BuildError
from ecom_assets.engine_parity.audit import NotComparableError, audit_parity, problems
from ecom_assets.environment import SettingsError, load_settings
from ecom_assets.ingestion.errors import LoadError
from ecom_assets.warehouse.errors import WarehouseError

# What was asked for cannot be done with what is there.
_REFUSALS = (SettingsError, LoadError, NotComparableError, WarehouseError)


def main(arguments: Sequence[str] | None = None) -> int:
    """Compare the tables on the server with a build by DuckDB; return 1 if they differ, 2 if that cannot be told."""
    argparse.ArgumentParser(prog="make audit-engines", description=__doc__).parse_args(arguments)
    try:
        comparisons = audit_parity(load_settings(os.environ), lambda words: print(words, flush=True))
    except (*_REFUSALS, BuildError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    for comparison in comparisons:
        print(f"{comparison.table:<50} {comparison.rows:>12,} rows")
    wrong = problems(comparisons)
    print(wrong or f"all {len(comparisons)} tables are equal on both engines")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
