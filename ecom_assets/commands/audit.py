"""``make audit``: the audit of point-in-time correctness in a shell, without Dagster.

Belongs here: arguments and messages. Does not belong here: the audit (``point_in_time.audit``).
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from datetime import date

from ecom_assets.comparison.builds import BuildError
from ecom_assets.environment import SettingsError, load_settings
from ecom_assets.ingestion.errors import LoadError
from ecom_assets.point_in_time.audit import Kind, NotAuditableError, audit, chosen_cuts, problems
from ecom_assets.point_in_time.poison import NothingToPoisonError
from ecom_assets.point_in_time.raw_as_of import NothingKnownError

# What was asked for cannot be done with what is there.
_REFUSALS = (SettingsError, LoadError, NotAuditableError, NothingKnownError, NothingToPoisonError)


def _cut(text: str) -> tuple[str, date]:
    """Read a source and a day."""
    source, _, day = text.partition("=")
    try:
        return source, date.fromisoformat(day)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not a source and a day like olist=2018-03-31") from error


def main(arguments: Sequence[str] | None = None) -> int:
    """Audit the sources in use; return 1 if something is wrong, 2 if the audit could not be made."""
    parser = argparse.ArgumentParser(prog="make audit", description=__doc__)
    parser.add_argument(
        "--cut",
        type=_cut,
        action="append",
        default=[],
        metavar="SOURCE=DAY",
        help="a day to audit; repeat for several (default: three of each source in use)",
    )
    parser.add_argument("--poison", action="store_true", help="build also from files with nonsense after the day")
    options = parser.parse_args(arguments)
    kinds = (Kind.CUT, Kind.POISONED) if options.poison else (Kind.CUT,)
    found = []
    try:
        settings = load_settings(os.environ)
        named = {source: [day for name, day in options.cut if name == source] for source, _ in options.cut}
        for source, cuts in chosen_cuts(named, (), settings.sources).items():
            for report in audit(settings, source, cuts, kinds=kinds):
                rows = ", ".join(f"{comparison.table} {comparison.rows:,}" for comparison in report.comparisons)
                print(f"{source} {report.as_of} ({report.kind}), rows compared: {rows}", flush=True)
                found.append(problems([report]))
    except (*_REFUSALS, BuildError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    wrong = "\n".join(filter(None, found))
    print(wrong or "no feature knows more than could have been known")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
